import { dispositions, type Message } from "../../mail-flow/message";
import { recipientClasses } from "../../mail-flow/recipients";
import { mailFlow } from "../../mail-flow/route";
import type { InboundConnector } from "../../mail-flow/snapshot";
import {
  configuredTenant,
  follow,
  withConnector,
  withDomain,
  withLists,
} from "./mail-tenant";

test("use case 4 sends each disposition where its table says, with the deciding object of every step", () => {
  const snapshot = configuredTenant();
  expect(
    dispositions.map((disposition) => {
      const path = follow(snapshot, { disposition });
      const { outcome, scl, verdict, quarantinePolicy, release } = path;
      return [disposition, outcome, scl, verdict, quarantinePolicy, release];
    }),
  ).toEqual([
    [
      "Malicious",
      "quarantine",
      9,
      "highConfidenceSpam",
      "UserNotifyAdminRelease",
      "request",
    ],
    ["Spam", "quarantine", 5, "spam", "UserNotifyUserRelease", "self"],
    ["Spoof", "quarantine", 5, "spam", "UserNotifyUserRelease", "self"],
    ["Suspicious", "inbox", null, "none", null, null],
    ["Bulk", "inbox", null, "none", null, null],
    ["None", "inbox", null, "none", null, null],
  ]);
  expect(follow(snapshot)).toMatchObject({
    policy: "Default",
    action: "Quarantine",
    preview: true,
    delete: true,
    notified: true,
    notificationFrequency: "04:00:00",
    retentionDays: 15,
    steps: [
      { object: 'Domain "example.com"', property: "status", value: "ACTIVE" },
      {
        object: 'Domain "example.com"',
        property: "disposition",
        value: "MALICIOUS",
      },
      {
        object: `TransportRule "Administrator's"`,
        property: "setScl",
        value: 9,
      },
      { object: "message", property: "verdict", value: "highConfidenceSpam" },
      { object: 'HostedContentFilterPolicy "Default"', property: "isDefault" },
      {
        object: 'HostedContentFilterPolicy "Default"',
        property: "highConfidenceSpamAction",
        value: "Quarantine",
      },
      {
        object: 'HostedContentFilterPolicy "Default"',
        property: "highConfidenceSpamQuarantineTag",
      },
      {
        object: 'QuarantinePolicy "UserNotifyAdminRelease"',
        property: "endUserQuarantinePermissions",
      },
      {
        object: 'QuarantinePolicy "UserNotifyAdminRelease"',
        property: "esnEnabled",
      },
    ],
  });
});

test("a message carries the header of its generation alone", () => {
  expect(follow(configuredTenant(), { header: "area1" }).outcome).toBe("inbox");
});

test("drop_dispositions has the API's words: SPAM is the header's UCE, and UCE matches nothing", () => {
  const spam = (...dropDispositions: string[]) =>
    follow(withDomain({ dropDispositions }), { disposition: "Spam" }).outcome;
  expect(spam("SPAM")).toBe("droppedByCloudflare");
  expect(spam("UCE")).toBe("quarantine");
  expect(spam("MALICIOUS", "SPOOF")).toBe("quarantine");
});

test("whether clean mail is dropped as NONE, UNKNOWN or EXTERNAL is not documented, and other mail is not", () => {
  for (const label of ["NONE", "UNKNOWN", "EXTERNAL"]) {
    const snapshot = withDomain({ dropDispositions: [label] });
    expect(follow(snapshot, { disposition: "None" }).outcome).toBe(
      "notDocumented",
    );
    expect(follow(snapshot).outcome).toBe("quarantine");
  }
});

test("mail of a domain that is not active, not inline or missing has no header", () => {
  for (const change of [
    { status: "PENDING" },
    { status: "FAILED" },
    { status: "TIMEOUT" },
    { allowedDeliveryModes: ["API", "BCC"] },
    { domain: "example.net" },
  ])
    expect(follow(withDomain(change)).outcome).toBe("inbox");
  expect(follow(withDomain({ status: "active" })).outcome).toBe("quarantine");
});

test("a status that is not returned is assumed to be active, and the step says so", () => {
  const snapshot = withDomain({});
  const [domain] = "value" in snapshot.domains ? snapshot.domains.value : [];
  delete domain?.status;
  const { outcome, steps } = follow(snapshot);
  expect(outcome).toBe("quarantine");
  expect(steps[0]?.why).toMatch(/not returned/);
});

test("mail that is forwarded to another host than Microsoft's for the domain has an undocumented destination", () => {
  const to = (transport: string) => follow(withDomain({ transport })).outcome;
  expect(to("example-org.mail.protection.outlook.com")).toBe("notDocumented");
  expect(to("EXAMPLE-COM.mail.protection.outlook.com.")).toBe("quarantine");
  expect(to("")).toBe("notDocumented");
  expect(
    follow({
      ...withDomain({ transport: "gateway.example.net" }),
      mailExchanges: { unavailable: "no right" },
    }).outcome,
  ).toBe("quarantine");
});

test("mail to a domain that the tenant does not accept belongs to another tenant", () => {
  const { outcome, steps } = follow(configuredTenant(), {
    recipient: "megan@example.net",
  });
  expect(outcome).toBe("notDocumented");
  expect(steps[steps.length - 1]?.object).toBe('AcceptedDomain "example.net"');
});

test("a connector rejects addresses that it does not list, for the senders to which it applies", () => {
  const strict = { restrictDomainsToIpAddresses: true };
  const from = (
    changes: object,
    sourceIp: string,
    sender = "a@b.partner.example",
  ) =>
    follow(withConnector({ ...strict, ...changes }), { sourceIp, sender })
      .outcome;
  expect(from({}, "192.0.2.1")).toBe("rejected");
  expect(from({}, "52.11.209.211")).toBe("quarantine");
  expect(from({ enabled: false }, "192.0.2.1")).toBe("quarantine");
  expect(from({ restrictDomainsToIpAddresses: false }, "192.0.2.1")).toBe(
    "quarantine",
  );
  expect(from({ senderDomains: ["*.partner.example"] }, "192.0.2.1")).toBe(
    "rejected",
  );
  expect(from({ senderDomains: ["partner.example"] }, "192.0.2.1")).toBe(
    "quarantine",
  );
});

test("a connector for *.partner.example applies to the domain itself and all its subdomains", () => {
  const from = (sender: string) =>
    follow(
      withConnector({
        restrictDomainsToIpAddresses: true,
        senderDomains: ["*.partner.example"],
      }),
      { sourceIp: "192.0.2.1", sender },
    ).outcome;
  expect(from("a@partner.example")).toBe("rejected");
  expect(from("a@b.c.partner.example")).toBe("rejected");
  expect(from("a@apartner.example")).toBe("quarantine");
});

/** Where mail of megan@example.com may end, and the object and property on which that depends. */
function endsOf(
  connectors: Parameters<typeof withConnector>,
  message: Partial<Message> = {},
) {
  const { results: ends, path } = mailFlow(withConnector(...connectors))({
    disposition: "Malicious",
    header: "cloudflare",
    recipient: "megan@example.com",
    at: new Date("2026-11-23T12:00:00Z"),
    ...message,
  });
  const last = path.steps.at(-1);
  return {
    ends: ends.map(({ outcome }) => outcome).sort(),
    by: ends.length > 1 ? `${last?.object} ${last?.property}` : undefined,
  };
}
const refusing = (changes: Partial<InboundConnector> = {}) => ({
  name: "Restricting",
  senderIpAddresses: ["203.0.113.5"],
  restrictDomainsToIpAddresses: true,
  ...changes,
});
const either = (property: string) => ({
  ends: ["quarantine", "rejected"],
  by: `InboundConnector "Restricting" ${property}`,
});

test.each([undefined, "*.gateway.example"])(
  "a connector for the certificate %s may accept or reject the mail, because the last hop's certificate is unknown",
  (tlsSenderCertificateName) => {
    const byCertificate = refusing({
      restrictDomainsToIpAddresses: false,
      restrictDomainsToCertificate: true,
      ...(tlsSenderCertificateName !== undefined && {
        tlsSenderCertificateName,
      }),
    });
    expect(endsOf([byCertificate])).toEqual(
      either("restrictDomainsToCertificate"),
    );
    expect(
      endsOf([{ ...byCertificate, restrictDomainsToIpAddresses: true }]).ends,
    ).toEqual(["rejected"]);
    // Whoever is found by address needs no certificate of another connector.
    expect(
      endsOf([
        byCertificate,
        { name: "Cloudflare", restrictDomainsToIpAddresses: true },
      ]).ends,
    ).toEqual(["quarantine"]);
  },
);

test("a connector of the type OnPremises may identify mail by its certificate, whatever its address", () => {
  const hybrid = {
    name: "Restricting",
    connectorType: "OnPremises",
    senderIpAddresses: [],
    tlsSenderCertificateName: "mail.example.com",
    treatMessagesAsInternal: true,
  };
  const own = { sender: "boss@example.com" };
  expect(endsOf([hybrid], own)).toEqual({
    ends: ["notDocumented", "quarantine"],
    by: 'InboundConnector "Restricting" tlsSenderCertificateName',
  });
  expect(endsOf([hybrid]).ends).toEqual(["quarantine"]);
  expect(
    endsOf([{ ...hybrid, treatMessagesAsInternal: false }], own).ends,
  ).toEqual(["quarantine"]);
  expect(
    endsOf([{ ...hybrid, senderIpAddresses: ["52.11.209.211"] }], own).ends,
  ).toEqual(["notDocumented"]);
});

test("a connector applies to the accepted domains that it names; whether senders or recipients are meant is documented contradictorily", () => {
  const limited = (...associatedAcceptedDomains: string[]) => [
    refusing({ associatedAcceptedDomains }),
  ];
  expect(endsOf(limited("Example.com"))).toEqual(
    either("associatedAcceptedDomains"),
  );
  expect(endsOf(limited("example.org"), { sender: "a@example.org" })).toEqual(
    either("associatedAcceptedDomains"),
  );
  expect(
    endsOf(limited("example.com"), { sender: "a@example.com" }).ends,
  ).toEqual(["rejected"]);
  expect(endsOf(limited("example.org")).ends).toEqual(["quarantine"]);
  // Not for its subdomains.
  expect(
    endsOf(limited("example.com"), { sender: "a@sub.example.com" }),
  ).toEqual(either("associatedAcceptedDomains"));
  expect(endsOf(limited()).ends).toEqual(["rejected"]);
  expect(endsOf([refusing()]).ends).toEqual(["rejected"]);
});

test("the accepted domains of a connector make classes of recipients", () => {
  const snapshot = {
    ...withConnector(refusing({ associatedAcceptedDomains: ["example.org"] })),
    acceptedDomains: {
      value: ["example.com", "example.org"].map((domainName) => ({
        domainName,
        domainType: "Authoritative",
        default: false,
        initialDomain: false,
        matchSubDomains: false,
      })),
    },
  };
  expect(recipientClasses(snapshot)).toHaveLength(2);
});

test.each([
  "restrictDomainsToIpAddresses",
  "restrictDomainsToCertificate",
] as const)("%s counts only on connectors of the type Partner", (switched) => {
  const outcome = (connectorType: string) =>
    follow(
      withConnector({
        connectorType,
        senderIpAddresses: ["203.0.113.5"],
        [switched]: true,
      }),
    ).outcome;
  expect(outcome("OnPremises")).toBe("quarantine");
  expect(outcome("partner")).not.toBe("quarantine");
});

test("mail counts as internal if its sender is of the organisation's own domains and its connector is of the type OnPremises", () => {
  const outcome = (
    sender: string,
    connectorType = "OnPremises",
    sourceIp?: string,
  ) =>
    follow(withConnector({ connectorType, treatMessagesAsInternal: true }), {
      sender,
      ...(sourceIp !== undefined && { sourceIp }),
    }).outcome;
  expect(outcome("a@partner.example")).toBe("quarantine");
  expect(outcome("a@example.com")).toBe("notDocumented");
  expect(outcome("a@example.com", "Partner")).toBe("quarantine");
  expect(outcome("a@example.com", "OnPremises", "192.0.2.1")).toBe(
    "quarantine",
  );
});

test("the Partner connector that lists the address applies, whatever others reject", () => {
  const scanner = {
    name: "Scanner",
    restrictDomainsToIpAddresses: true,
    senderIpAddresses: ["203.0.113.5"],
  };
  const ours = { restrictDomainsToIpAddresses: true };
  const outcome = (first: object, second: object) => {
    const outcomes = [
      withConnector(first, second),
      withConnector(second, first),
    ].map((snapshot) => follow(snapshot, { sender: "a@partner.example" }));
    expect(outcomes[0]?.outcome).toBe(outcomes[1]?.outcome);
    return outcomes[0]?.outcome;
  };
  expect(outcome(scanner, ours)).toBe("quarantine");
  expect(outcome(scanner, { ...ours, connectorType: "OnPremises" })).toBe(
    "rejected",
  );
  // The addresses of a connector that restricts nothing decide nothing.
  expect(outcome(scanner, {})).toBe("rejected");
  const partner = { ...scanner, senderDomains: ["partner.example"] };
  expect(outcome(partner, ours)).toBe("quarantine");
  expect(outcome(partner, { ...ours, senderDomains: ["*.example.org"] })).toBe(
    "rejected",
  );
  expect(
    outcome(partner, { ...ours, senderDomains: ["partner.example"] }),
  ).toBe("quarantine");
});

test("a blocked address is rejected unless it is also allowed", () => {
  const ours = ["52.11.209.0/24"];
  expect(follow(withLists({ ipBlockList: ours })).outcome).toBe("rejected");
  expect(
    follow(withLists({ ipBlockList: ours, ipAllowList: ours }), {
      disposition: "None",
    }),
  ).toMatchObject({ outcome: "inbox", scl: -1 });
});

test("an allowed address skips spam filtering; whether it overrides a rule's SCL is not documented", () => {
  const snapshot = withLists({ ipAllowList: ["52.11.209.200-52.11.209.220"] });
  const outcome = (message: Parameters<typeof follow>[1]) =>
    follow(snapshot, message).outcome;
  expect(outcome({})).toBe("notDocumented");
  expect(outcome({ sourceIp: "104.30.32.1" })).toBe("quarantine");
  expect(outcome({ disposition: "None", microsoftVerdict: "phish" })).toBe(
    "inbox",
  );
  expect(outcome({ microsoftVerdict: "malware" })).toBe("quarantine");
  const [doubt, last] = follow(snapshot).steps.slice(-2);
  expect(doubt).toMatchObject({
    object: 'HostedConnectionFilterPolicy "Default"',
    property: "ipAllowList",
    why: "whether the IP Allow List counts or the SCL that a rule set is not documented",
  });
  expect(last?.why).toMatch(/in the inbox, or in quarantine/);
});

test("Enhanced Filtering leaves it open whether the connection filter sees the last hop", () => {
  const lists = { ipAllowList: ["52.11.209.211"] };
  const skipping = { efSkipLastIp: true };
  const outcome = (connector: Parameters<typeof withConnector>[0]) =>
    follow(withLists(lists, withConnector(connector)), {
      disposition: "None",
      microsoftVerdict: "spam",
    }).outcome;
  expect(outcome({})).toBe("inbox");
  expect(outcome(skipping)).toBe("notDocumented");
  expect(outcome({ efSkipIps: ["52.11.209.0/24"] })).toBe("notDocumented");
  expect(outcome({ ...skipping, efTestMode: true })).toBe("inbox");
  expect(outcome({ ...skipping, efUsers: ["other@example.com"] })).toBe(
    "inbox",
  );
  expect(outcome({ ...skipping, efUsers: ["Megan@Example.com"] })).toBe(
    "notDocumented",
  );
});

test("unread parts are named, and make the destination undocumented if they would decide", () => {
  const unavailable = "Exchange Online answered 403";
  const without = (part: string, message?: Parameters<typeof follow>[1]) => {
    const { outcome, release, steps } = follow(
      { ...configuredTenant(), [part]: { unavailable } },
      message,
    );
    return [
      outcome,
      release,
      steps.some(({ why }) => why.includes(unavailable)),
    ];
  };
  for (const part of [
    "domains",
    "transportRules",
    "antiSpamPolicies",
    "antiSpamRules",
    "presetRules",
  ])
    expect([part, ...without(part)]).toEqual([
      part,
      "notDocumented",
      null,
      true,
    ]);
  expect(without("connectionFilters")).toEqual(["notDocumented", null, true]);
  expect(without("connectionFilters", { disposition: "None" })).toEqual([
    "inbox",
    null,
    true,
  ]);
  expect(without("inboundConnectors")).toEqual(["quarantine", "request", true]);
  expect(without("inboundConnectors", { sourceIp: "192.0.2.1" })[0]).toBe(
    "notDocumented",
  );
  expect(without("quarantinePolicies")).toEqual(["quarantine", null, true]);
  expect(without("quarantineNotification")).toEqual([
    "quarantine",
    "request",
    false,
  ]);
  expect(without("antiSpamRules", { disposition: "None" })[0]).toBe("inbox");
  expect(without("malwarePolicies", { microsoftVerdict: "malware" })[0]).toBe(
    "notDocumented",
  );
  expect(
    without("antiPhishPolicies", {
      disposition: "None",
      microsoftVerdict: "spoof",
    })[0],
  ).toBe("notDocumented");
});
