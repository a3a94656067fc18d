import { egressRanges } from "../../simulator/mail/addresses";
import type { Message } from "../../simulator/mail/message";
import { configured } from "./configured";
import { simulated } from "./simulated";
import { adminRule, followTutorial, recipient, userRule } from "./tutorial";

const dispositions = [
  "MALICIOUS",
  "SPAM",
  "SPOOF",
  "SUSPICIOUS",
  "BULK",
  "NONE",
] as const;

describe("use case 4, set up by hand as its tutorial says today", () => {
  const released = {
    outcome: "quarantine",
    scl: 5,
    verdict: "spam",
    policy: "Default",
    action: "Quarantine",
    quarantinePolicy: "UserNotifyUserRelease",
    release: "recipient",
    notified: true,
    retentionDays: 15,
  };
  const asked = {
    ...released,
    scl: 9,
    verdict: "highConfidenceSpam",
    quarantinePolicy: "UserNotifyAdminRelease",
    release: "request",
  };
  const through = { outcome: "inbox", scl: null, verdict: "none" };
  const table = {
    MALICIOUS: asked,
    SPAM: released,
    SPOOF: released,
    SUSPICIOUS: through,
    BULK: through,
    NONE: through,
  };
  const families = {
    area1: "X-Area1Security-Disposition",
    cloudflare: "X-CFEmailSecurity-Disposition",
  };
  const rows = dispositions.flatMap((disposition) =>
    (["area1", "cloudflare", "both"] as const).flatMap((headers) =>
      (["area1", "cloudflare"] as const).map((rule) => ({
        disposition,
        headers,
        rule,
      })),
    ),
  );
  test.each(rows)(
    "mail that is $disposition with headers $headers under rules on the header of $rule ends where the tutorial's table says",
    async ({ disposition, headers, rule }) => {
      const { where } = await configured({ header: families[rule] });
      const seen = headers === "both" || headers === rule;
      expect(where({ disposition, headers })).toMatchObject(
        seen ? table[disposition] : through,
      );
    },
  );

  test("the word SPAM of the first tutorial lets spam through to Microsoft's own verdict", async () => {
    const { where } = await configured({ words: ["SPAM", "SPOOF"] });
    expect(where({ disposition: "SPAM" })).toMatchObject(through);
    expect(where({ disposition: "SPOOF" })).toMatchObject(released);
    expect(
      where({ disposition: "SPAM", microsoftVerdict: "spam" }),
    ).toMatchObject({ ...released, scl: null });
  });

  test("Microsoft's own verdicts go through the same policy", async () => {
    const { where } = await configured();
    const tag = (microsoftVerdict: Message["microsoftVerdict"] & string) =>
      where({ microsoftVerdict }).quarantinePolicy;
    expect(tag("spam")).toBe("UserNotifyUserRelease");
    for (const grave of [
      "highConfidenceSpam",
      "phish",
      "highConfidencePhish",
    ] as const)
      expect(tag(grave)).toBe("UserNotifyAdminRelease");
  });
});

test("cloudflare 26: one disposition per family, none on clean mail, attributes on lines of their own, the generation by switch", async () => {
  const { where, quirks } = await configured();
  const stamped = (message: Omit<Message, "recipient">) =>
    where(message).steps.find(({ property }) => property === "headers")?.value;
  expect(stamped({ disposition: "SPAM" })).toBe(
    "X-CFEmailSecurity-Disposition: UCE",
  );
  expect(stamped({ disposition: "UCE", headers: "both" })).toBe(
    "X-Area1Security-Disposition: UCE, X-CFEmailSecurity-Disposition: UCE",
  );
  expect(stamped({ disposition: "MALICIOUS", attributes: ["BEC"] })).toBe(
    "X-CFEmailSecurity-Disposition: MALICIOUS, X-CFEmailSecurity-Attribute: BEC",
  );
  expect(stamped({})).toBe("");
  quirks.headerGeneration = "area1";
  expect(stamped({ disposition: "SPOOF" })).toBe(
    "X-Area1Security-Disposition: SPOOF",
  );
  expect(stamped({ disposition: "BULK" })).toBe(
    "X-Area1Security-Disposition: BULK",
  );
  quirks.bulkHeader = "absent";
  expect(stamped({ disposition: "BULK" })).toBe("");
});

test("cloudflare 27: a disposition that is listed to be dropped never reaches Microsoft; the list says SPAM where the header says UCE", async () => {
  const { outcome, account } = await configured();
  const dropping = (...drop_dispositions: string[]) =>
    account.edit("example.com", { drop_dispositions });
  const dropped = () =>
    dispositions.filter(
      (disposition) => outcome({ disposition }) === "droppedByCloudflare",
    );
  expect(dropped()).toEqual([]);
  dropping("SPAM", "MALICIOUS");
  expect(dropped()).toEqual(["MALICIOUS", "SPAM"]);
  expect(outcome({ disposition: "UCE" })).toBe("droppedByCloudflare");
  dropping("BULK", "SUSPICIOUS", "SPOOF");
  expect(dropped()).toEqual(["SPOOF", "SUSPICIOUS", "BULK"]);
  dropping("MALICIOUS-BEC");
  expect(dropped()).toEqual([]);
  expect(outcome({ disposition: "MALICIOUS", attributes: ["BEC"] })).toBe(
    "droppedByCloudflare",
  );
  dropping("NONE");
  expect(outcome()).toBe("notDocumented");
});

test.each(egressRanges.map((range) => [range]))(
  "cloudflare 28: mail leaves from %s, and what rules make of it depends on their ranges",
  async (range) => {
    const { where, quirks } = await configured();
    // The last block of a range: the second /24 of 134.195.26.0/23, the last of 104.30.32.0/19.
    quirks.egressAddress =
      {
        "104.30.32.0/19": "104.30.63.9",
        "134.195.26.0/23": "134.195.27.9",
        "2405:8100:c400::/38": "2405:8100:c400::9",
      }[range as string] ?? range.replace("0/26", "9");
    const { outcome, steps } = where({ disposition: "MALICIOUS" });
    expect(steps).toContainEqual(
      expect.objectContaining({
        property: "transport",
        why: `Handed to Microsoft from ${quirks.egressAddress}`,
      }),
    );
    // Microsoft 365 takes no IPv6 in a rule.
    expect(outcome).toBe(range.includes(":") ? "inbox" : "quarantine");
  },
);

test("cloudflare 29: mail goes to the transport host, over TLS if required, from allowed sources", async () => {
  const { where, outcome, account } = await configured();
  expect(where().steps).toContainEqual(
    expect.objectContaining({
      property: "require_tls_outbound",
      why: "Delivered over TLS only",
    }),
  );
  const edit = (changes: Parameters<typeof account.edit>[1]) =>
    account.edit("example.com", changes);
  edit({ transport: "example-org.mail.protection.outlook.com" });
  expect(outcome()).toBe("notDocumented");
  edit({ transport: "EXAMPLE-COM.mail.protection.outlook.com." });
  expect(outcome()).toBe("inbox");
  edit({ transport: null });
  expect(outcome()).toBe("notDocumented");
  edit({
    transport: "example-com.mail.protection.outlook.com",
    ip_restrictions: ["203.0.113.0/24", "2001:db8::/32"],
  });
  expect(outcome()).toBe("rejected");
  expect(outcome({ sourceIp: "203.0.113.7" })).toBe("inbox");
  expect(outcome({ sourceIp: "2001:db8::7" })).toBe("inbox");
  edit({ ip_restrictions: [], require_tls_inbound: true });
  expect(outcome({ tls: false })).toBe("rejected");
  expect(outcome()).toBe("inbox");
});

test("cloudflare 29: mail of a domain that is not active or not inline has no header, or nowhere to go", async () => {
  const { where, outcome, account, quirks, simulator } = await configured();
  const malicious = { disposition: "MALICIOUS" } as const;
  for (const change of [
    { status: "PENDING" },
    { status: "FAILED" },
    { status: "TIMEOUT" },
    { status: "ACTIVE", allowed_delivery_modes: ["API"] },
  ]) {
    account.edit("example.com", change);
    quirks.inactiveDomainMail = "direct";
    expect(where(malicious)).toMatchObject({ outcome: "inbox", scl: null });
    quirks.inactiveDomainMail = "rejected";
    expect(outcome(malicious)).toBe("rejected");
  }
  account.remove("example.com");
  expect(outcome(malicious)).toBe("inbox");
  expect(simulator.mail.where({ recipient: "a@unknown.example" }).outcome).toBe(
    "rejected",
  );
});

test("cloudflare 30: in the legacy mode Malicious and Spam stay with Cloudflare whatever the list says", async () => {
  const { outcome } = await configured(
    {},
    { quirks: { legacyQuarantine: true } },
  );
  expect(
    dispositions.filter(
      (disposition) => outcome({ disposition }) === "droppedByCloudflare",
    ),
  ).toEqual(["MALICIOUS", "SPAM"]);
});

test("exchange 50: rules are evaluated by priority, for whole words in any case, from the last hop", async () => {
  const { where, outcome, tenant } = await configured();
  const word = (value: string) =>
    where({
      ownHeaders: [{ name: "x-cfemailsecurity-disposition", value }],
    }).scl;
  expect(word("malicious")).toBe(9);
  expect(word("was Malicious, they say")).toBe(9);
  expect(word("MALICIOUS-BEC")).toBe(9);
  expect(word("MALICIOUSLY")).toBeNull();
  expect(word("UNMALICIOUS")).toBeNull();
  const malicious = { disposition: "MALICIOUS" } as const;
  expect(outcome({ ...malicious, senderIp: "203.0.113.9" })).toBe("inbox");
  expect(outcome({ ...malicious, path: "direct" })).toBe("inbox");
  const later = tenant.add("TransportRule", {
    Name: "Later",
    HeaderContainsMessageHeader: "x-cfemailsecurity-disposition",
    HeaderContainsWords: ["malicious"],
    SetSCL: -1,
  });
  expect(where(malicious)).toMatchObject({ scl: -1, outcome: "inbox" });
  tenant.prioritise("TransportRule", later, 0);
  expect(where(malicious).scl).toBe(9);
  tenant.edit("TransportRule", "Later", { StopRuleProcessing: true });
  expect(where(malicious).scl).toBe(-1);
});

test("exchange 50: a rule that is disabled, in a test mode or outside its dates does nothing, and the steps say so", async () => {
  let now = Date.parse("2027-03-01T00:00:00Z");
  const { where, tenant } = await configured({}, { now: () => now });
  const scl = () => where({ disposition: "SPOOF" }).scl;
  const edit = (changes: Parameters<typeof tenant.edit>[2]) =>
    tenant.edit("TransportRule", userRule, changes);
  edit({ Mode: "Audit" });
  expect(scl()).toBeNull();
  edit({ Mode: "Enforce", Enabled: false });
  expect(scl()).toBeNull();
  expect(where({ disposition: "SPOOF" }).steps).toContainEqual({
    object: `TransportRule "${userRule}"`,
    property: "State",
    value: "Disabled",
    why: "A header has the rule's words, but the rule does not act",
  });
  edit({
    Enabled: true,
    ActivationDate: "2027-03-02T00:00:00Z",
    ExpiryDate: "2027-03-03T00:00:00Z",
  });
  expect(scl()).toBeNull();
  now += 86_400_000;
  expect(scl()).toBe(5);
  now += 86_400_000;
  expect(scl()).toBeNull();
});

test("exchange 50: conditions and exceptions narrow a rule; one that cannot be evaluated ends as notDocumented", async () => {
  const { where, outcome, tenant } = await configured();
  const message = {
    disposition: "SPOOF",
    sender: "a@partner.example",
  } as const;
  const holds = (changes: Record<string, string | string[] | null>) => {
    tenant.edit("TransportRule", userRule, changes);
    const { scl } = where(message);
    tenant.edit(
      "TransportRule",
      userRule,
      Object.fromEntries(Object.keys(changes).map((name) => [name, null])),
    );
    return scl === 5;
  };
  expect(holds({ RecipientDomainIs: ["example.com"] })).toBe(true);
  expect(holds({ RecipientDomainIs: ["example.org"] })).toBe(false);
  expect(holds({ SentTo: [recipient, "other@example.com"] })).toBe(true);
  expect(holds({ SenderDomainIs: ["ner.example"] })).toBe(false);
  expect(holds({ From: ["A@partner.example"] })).toBe(true);
  expect(holds({ FromScope: "NotInOrganization" })).toBe(true);
  expect(holds({ SubjectContainsWords: ["hello"] })).toBe(true);
  expect(holds({ SubjectMatchesPatterns: ["^Hel+o$"] })).toBe(true);
  expect(holds({ ExceptIfSenderDomainIs: ["partner.example"] })).toBe(false);
  expect(
    holds({ ExceptIfSentTo: [recipient], ExceptIfFrom: ["b@x.example"] }),
  ).toBe(false);
  expect(holds({ ExceptIfFrom: ["b@x.example"] })).toBe(true);
  tenant.edit("TransportRule", userRule, { MessageSizeOver: "1KB" });
  expect(where(message)).toMatchObject({ outcome: "notDocumented" });
  // Nothing hangs on it where another condition does not hold.
  expect(outcome({ disposition: "BULK" })).toBe("inbox");
  tenant.edit("TransportRule", userRule, {
    SetSCL: null,
    PrependSubject: "[x]",
  });
  expect(outcome(message)).toBe("inbox");
});

test("exchange 50: each condition and exception on a domain holds for its subdomains too, in any case", async () => {
  const { tenant, mail } = await configured();
  tenant.add("AcceptedDomain", {
    Name: "shop.example.com",
    DomainName: "shop.example.com",
  });
  const sclOf = (recipient: string, sender: string) =>
    mail.where({ recipient, sender, path: "direct" }).scl;
  for (const [property, domain, holds, holdsNot] of [
    ["RecipientDomainIs", "Example.com", "a@shop.example.com", "a@example.org"],
    ["RecipientDomainIs", "shop.example.com", "a@shop.example.com", recipient],
  ] as const) {
    tenant.add("TransportRule", {
      Name: "Domain",
      [property]: [domain],
      SetSCL: -1,
    });
    expect(sclOf(holds, "a@partner.example")).toBe(-1);
    expect(sclOf(holdsNot, "a@partner.example")).toBeNull();
    tenant.edit("TransportRule", "Domain", {
      [property]: null,
      [`ExceptIf${property}`]: [domain],
    });
    expect(sclOf(holds, "a@partner.example")).toBeNull();
    expect(sclOf(holdsNot, "a@partner.example")).toBe(-1);
    tenant.remove("TransportRule", "Domain");
  }
  tenant.add("TransportRule", {
    Name: "Domain",
    SenderDomainIs: ["partner.example"],
    SetSCL: -1,
  });
  expect(sclOf(recipient, "a@mail.Partner.example")).toBe(-1);
  expect(sclOf(recipient, "a@otherpartner.example")).toBeNull();
  tenant.edit("TransportRule", "Domain", {
    SenderDomainIs: null,
    ExceptIfSenderDomainIs: ["partner.example"],
  });
  expect(sclOf(recipient, "a@mail.partner.example")).toBeNull();
  expect(sclOf(recipient, "a@otherpartner.example")).toBe(-1);
});

test("exchange 50: each recipient of a message is checked separately, except by the conditions that begin with AnyOf", async () => {
  const { where, tenant } = await configured();
  const reaches = (condition: Record<string, string[]>) => {
    tenant.add("TransportRule", {
      Name: "Delete",
      ...condition,
      DeleteMessage: true,
    });
    const { outcome } = where({ otherRecipients: ["boss@example.org"] });
    tenant.remove("TransportRule", "Delete");
    return outcome === "deleted";
  };
  for (const property of [
    "AnyOfToHeader",
    "AnyOfToCcHeader",
    "AnyOfRecipientAddressContainsWords",
    "AnyOfRecipientAddressMatchesPatterns",
  ])
    expect([property, reaches({ [property]: ["boss@example.org"] })]).toEqual([
      property,
      true,
    ]);
  for (const [property, value] of [
    ["SentTo", "boss@example.org"],
    ["RecipientAddressContainsWords", "boss"],
    ["RecipientAddressMatchesPatterns", "^boss"],
    ["RecipientDomainIs", "example.org"],
  ] as const)
    expect([property, reaches({ [property]: [value] })]).toEqual([
      property,
      false,
    ]);
});

test("exchange 50: rules delete, reject, redirect, quarantine, and change the headers that later rules see", async () => {
  const { where, mail, tenant } = await configured();
  const first = tenant.add("TransportRule", {
    Name: "First",
    Priority: 0,
    SenderIpRanges: ["52.0.0.0/8"],
  });
  const acting = (action: Record<string, string | boolean | string[]>) => {
    tenant.edit("TransportRule", first.Name, action);
    const delivery = where({ disposition: "MALICIOUS" });
    for (const name of Object.keys(action))
      tenant.edit("TransportRule", first.Name, { [name]: null });
    return delivery;
  };
  expect(acting({ DeleteMessage: true }).outcome).toBe("deleted");
  expect(acting({ RejectMessageReasonText: "no" }).outcome).toBe("rejected");
  expect(acting({ Quarantine: true })).toMatchObject({
    outcome: "hostedQuarantine",
    release: "administrator",
    quarantinePolicy: null,
    retentionDays: 30,
  });
  expect(acting({ ModerateMessageByUser: ["a@example.com"] }).outcome).toBe(
    "notDocumented",
  );
  const header = "X-CFEmailSecurity-Disposition";
  expect(acting({ RemoveHeader: header }).outcome).toBe("inbox");
  expect(acting({ SetHeaderName: header, SetHeaderValue: "SPOOF" }).scl).toBe(
    5,
  );
  tenant.edit("TransportRule", first.Name, {
    RedirectMessageTo: ["Security@example.com"],
  });
  expect(mail.send({ recipient }).outcome).toBe("redirected");
  expect(mail.mailboxes).toMatchObject({
    "security@example.com": { inbox: [{ subject: "Hello" }] },
  });
});

test("exchange 50: Enhanced Filtering may show rules another address, by switch; connectors and the block list keep mail out", async () => {
  const { outcome, tenant, quirks } = await configured();
  const malicious = { disposition: "MALICIOUS" } as const;
  tenant.add("InboundConnector", {
    Name: "Email Security Inbound Connector",
    Enabled: true,
    SenderDomains: ["smtp:*;1"],
    SenderIPAddresses: ["52.11.209.211"],
    RequireTls: true,
    EFSkipLastIP: true,
  });
  expect(outcome(malicious)).toBe("quarantine");
  quirks.ruleSenderIp = "enhancedFiltering";
  expect(outcome(malicious)).toBe("inbox");
  expect(outcome({ path: "direct" })).toBe("inbox");
  tenant.edit("InboundConnector", "Email Security Inbound Connector", {
    RestrictDomainsToIPAddresses: true,
  });
  expect(outcome({ path: "direct" })).toBe("rejected");
  tenant.edit("HostedConnectionFilterPolicy", "Default", {
    IPBlockList: ["52.11.209.0/24"],
  });
  expect(outcome(malicious)).toBe("rejected");
  tenant.edit("HostedConnectionFilterPolicy", "Default", {
    IPAllowList: ["52.11.209.211"],
  });
  expect(outcome(malicious)).toBe("inbox");
  tenant.edit("HostedConnectionFilterPolicy", "Default", {
    IPAllowList: [],
    IPBlockList: [],
  });
});

test("exchange 51: an SCL is a request: 5 and 6 for spam, 9 for high confidence spam, honoured or not; -1 bypasses", async () => {
  const { where, tenant, quirks } = await configured();
  const verdict = (SetSCL: number) => {
    tenant.edit("TransportRule", adminRule, { SetSCL });
    return where({ disposition: "MALICIOUS" }).verdict;
  };
  expect([-1, 0, 4, 5, 6, 7, 8, 9].map(verdict)).toEqual([
    "none",
    "none",
    "none",
    "spam",
    "spam",
    "highConfidenceSpam",
    "highConfidenceSpam",
    "highConfidenceSpam",
  ]);
  quirks.scl7and8 = "spam";
  expect(verdict(7)).toBe("spam");
  quirks.scl7and8 = "nothing";
  expect(verdict(8)).toBe("none");
  quirks.sclRequest = "ignored";
  expect([5, 9].map(verdict)).toEqual(["none", "none"]);
  tenant.edit("TransportRule", adminRule, { SetSCL: -1 });
  const bypassed = (message: Omit<Message, "recipient">) =>
    where({ disposition: "MALICIOUS", ...message }).verdict;
  expect(bypassed({ microsoftVerdict: "phish" })).toBe("none");
  expect(bypassed({ microsoftVerdict: "malware" })).toBe("malware");
  expect(bypassed({ microsoftVerdict: "highConfidencePhish" })).toBe("none");
  quirks.secureByDefault = "always";
  expect(bypassed({ microsoftVerdict: "highConfidencePhish" })).toBe(
    "highConfidencePhish",
  );
});

test("exchange 51: what the IP Allow List does to a rule's SCL is a switch, and allowed senders bypass", async () => {
  const { where, tenant, quirks } = await configured();
  tenant.edit("HostedConnectionFilterPolicy", "Default", {
    IPAllowList: ["52.11.209.0/24"],
  });
  const scl = (disposition: Message["disposition"] & string) =>
    where({ disposition }).scl;
  const both = () => [scl("SPOOF"), scl("NONE")];
  expect(both()).toEqual([-1, -1]);
  quirks.ipAllowList = "ruleWins";
  expect(both()).toEqual([5, -1]);
  quirks.ipAllowList = "noEffect";
  expect(both()).toEqual([5, null]);
  tenant.edit("HostedContentFilterPolicy", "Default", {
    AllowedSenderDomains: ["sender.example"],
  });
  expect(where({ disposition: "SPOOF" })).toMatchObject({
    outcome: "inbox",
    scl: -1,
  });
  tenant.edit("HostedContentFilterPolicy", "Default", {
    AllowedSenderDomains: [],
    BlockedSenders: ["sender@sender.example"],
  });
  expect(where().verdict).toBe("highConfidenceSpam");
});

test("exchange 59: an entry for a sender of an accepted domain, or of a subdomain of one, counts only for mail that passes authentication", async () => {
  const { where, tenant } = await configured();
  const bypassed = (sender: string, passesAuthentication: boolean) =>
    where({ disposition: "MALICIOUS", sender, passesAuthentication })
      .outcome === "inbox";
  tenant.edit("HostedContentFilterPolicy", "Default", {
    AllowedSenders: ["boss@example.com"],
    AllowedSenderDomains: [
      "example.org",
      "news.example.org",
      "foreign.example",
    ],
  });
  for (const own of ["Boss@example.com", "a@example.org", "a@news.example.org"])
    expect([bypassed(own, true), bypassed(own, false)]).toEqual([true, false]);
  for (const foreign of ["a@foreign.example"])
    expect([bypassed(foreign, true), bypassed(foreign, false)]).toEqual([
      true,
      true,
    ]);
  // No subdomain of an entry is on the list.
  expect(bypassed("a@mail.foreign.example", true)).toBe(false);
});

test("exchange 59: what a blocked sender's mail is, and which list counts for one who is on both, are switches", async () => {
  const { where, tenant, quirks } = await configured();
  tenant.edit("HostedContentFilterPolicy", "Default", {
    BlockedSenderDomains: ["sender.example"],
  });
  expect(where().verdict).toBe("highConfidenceSpam");
  quirks.blockedSender = "spam";
  expect(where().verdict).toBe("spam");
  tenant.edit("HostedContentFilterPolicy", "Default", {
    AllowedSenders: ["sender@sender.example"],
  });
  expect(where().verdict).toBe("none");
  quirks.allowedAndBlocked = "blocked";
  expect(where().verdict).toBe("spam");
});

test("exchange 59: lists of senders count in every form of their entries", async () => {
  const { where, tenant } = await configured();
  const Address = "sender@sender.example";
  for (const AllowedSenders of [
    [Address],
    [{ Sender: { "@odata.type": "#Exchange.GenericHashTable", Address } }],
    [{ Sender: { Local: "sender", Domain: "sender.example", Address } }],
    [{ Sender: { Address } }],
    Address,
  ]) {
    tenant.edit("HostedContentFilterPolicy", "Default", { AllowedSenders });
    expect(where({ disposition: "SPOOF" }).outcome).toBe("inbox");
  }
  tenant.edit("HostedContentFilterPolicy", "Default", {
    AllowedSenders: [],
    AllowedSenderDomains: [
      { "Domain@data.type": "System.String", Domain: "sender.example" },
    ],
  });
  expect(where({ disposition: "SPOOF" }).outcome).toBe("inbox");
  // Parts of an address are no entries.
  tenant.edit("HostedContentFilterPolicy", "Default", {
    AllowedSenderDomains: [],
    AllowedSenders: [{ Sender: { Domain: "sender.example", Local: "sender" } }],
  });
  expect(where({ disposition: "SPOOF" }).outcome).toBe("quarantine");
});

test("exchange 52: Strict, Standard, custom by priority, Default: the first that fits applies alone", async () => {
  const { where, tenant } = await configured();
  const policy = (message: Omit<Message, "recipient"> = {}) =>
    where({ disposition: "SPOOF", ...message }).policy;
  for (const [Name, more] of [
    ["Second", { RecipientDomainIs: ["example.com"] }],
    ["First", { SentToMemberOf: ["board@example.com"] }],
  ] as const) {
    tenant.add("HostedContentFilterPolicy", {
      ...tenant.find("HostedContentFilterPolicy", "Default"),
      ExchangeObjectId: `policy-${Name}`,
      Guid: `policy-${Name}`,
      IsDefault: false,
      SpamAction: "MoveToJmf",
      Name,
    });
    tenant.add("HostedContentFilterRule", {
      Name,
      HostedContentFilterPolicy: Name,
      Priority: 0,
      ...(structuredClone(more) as object),
    });
  }
  const ofBoard = { recipientGroups: ["Board@example.com"] };
  expect(policy(ofBoard)).toBe("First");
  expect(policy()).toBe("Second");
  expect(where({ disposition: "SPOOF" }).outcome).toBe("junk");
  tenant.edit("HostedContentFilterRule", "Second", {
    ExceptIfSentTo: [recipient],
  });
  expect(policy()).toBe("Default");
  tenant.edit("EOPProtectionPolicyRule", "Standard Preset Security Policy", {
    State: "Enabled",
  });
  expect(policy(ofBoard)).toMatch(/^Standard Preset Security Policy\d+$/);
  tenant.edit("EOPProtectionPolicyRule", "Strict Preset Security Policy", {
    State: "Enabled",
    RecipientDomainIs: ["example.com"],
  });
  expect(policy()).toMatch(/^Strict/);
  tenant.edit("EOPProtectionPolicyRule", "Strict Preset Security Policy", {
    RecipientDomainIs: ["example.org"],
  });
  expect(policy()).toMatch(/^Standard/);
  // A preset's rule is one whatever its name.
  tenant.edit("EOPProtectionPolicyRule", "Strict Preset Security Policy", {
    Name: "Board",
    RecipientDomainIs: ["example.com"],
  });
  expect(policy()).toMatch(/^Strict/);
});

test("exchange 52: of the requested verdict and Microsoft's own, the first in the order of categories applies; the place of high confidence spam is a switch", async () => {
  const { where, tenant, quirks } = await configured();
  const verdict = (microsoftVerdict: Message["microsoftVerdict"] & string) =>
    where({ disposition: "SPAM", microsoftVerdict });
  expect(verdict("bulk").verdict).toBe("spam");
  expect(verdict("highConfidenceSpam").verdict).toBe("highConfidenceSpam");
  expect(verdict("phish").verdict).toBe("phish");
  expect(verdict("malware")).toMatchObject({
    policy: "Default",
    quarantinePolicy: "AdminOnlyAccessPolicy",
    release: "administrator",
  });
  // Spoof belongs to the anti-phishing policy, and goes before spam.
  expect(verdict("spoof")).toMatchObject({
    verdict: "spoof",
    policy: "Office365 AntiPhish Default",
    outcome: "junk",
  });
  expect(
    where({ disposition: "MALICIOUS", microsoftVerdict: "spoof" }).verdict,
  ).toBe("highConfidenceSpam");
  quirks.highConfidenceSpamOrder = "afterImpersonation";
  for (const before of ["spoof", "mailboxIntelligence"] as const)
    expect(
      where({ disposition: "MALICIOUS", microsoftVerdict: before }).verdict,
    ).toBe(before);
  for (const after of ["spam", "bulk", "none"] as const)
    expect(
      where({ disposition: "MALICIOUS", microsoftVerdict: after }).verdict,
    ).toBe("highConfidenceSpam");
  expect(where({ bcl: 6 }).verdict).toBe("none");
  expect(where({ bcl: 7 })).toMatchObject({ verdict: "bulk", outcome: "junk" });
  tenant.edit("HostedContentFilterPolicy", "Default", {
    MarkAsSpamBulkMail: "Off",
  });
  expect(where({ bcl: 9 }).verdict).toBe("none");
});

test("exchange 53: the action decides, and its tag counts only with Quarantine", async () => {
  const { where, outcome, tenant } = await configured();
  const doing = (SpamAction: string) => {
    tenant.edit("HostedContentFilterPolicy", "Default", {
      SpamAction,
      RedirectToRecipients: ["security@example.com"],
    });
    const spam = where({ disposition: "SPAM" });
    return [spam.outcome, spam.quarantinePolicy];
  };
  expect(doing("Quarantine")).toEqual(["quarantine", "UserNotifyUserRelease"]);
  expect(doing("MoveToJmf")).toEqual(["junk", null]);
  expect(doing("ModifySubject")).toEqual(["junk", null]);
  expect(doing("AddXHeader")).toEqual(["junk", null]);
  expect(doing("Delete")).toEqual(["deleted", null]);
  expect(doing("Redirect")).toEqual(["redirected", null]);
  tenant.edit("HostedContentFilterPolicy", "Default", {
    BulkSpamAction: "NoAction",
  });
  expect(outcome({ microsoftVerdict: "bulk" })).toBe("inbox");
  tenant.edit("HostedContentFilterPolicy", "Default", {
    BulkSpamAction: "AddXHeader",
  });
  expect(outcome({ microsoftVerdict: "bulk" })).toBe("inbox");
  tenant.edit("HostedContentFilterPolicy", "Default", {
    SpamAction: "Quarantine",
    SpamQuarantineTag: "",
    HighConfidencePhishQuarantineTag: "",
  });
  const underDefault = (message: Omit<Message, "recipient">) =>
    where(message).quarantinePolicy;
  expect(underDefault({ disposition: "SPAM" })).toBe("DefaultFullAccessPolicy");
  expect(underDefault({ microsoftVerdict: "highConfidencePhish" })).toBe(
    "AdminOnlyAccessPolicy",
  );
  tenant.add("QuarantinePolicy", { Name: "NotificationEnabledPolicy" });
  expect(underDefault({ disposition: "SPAM" })).toBe(
    "NotificationEnabledPolicy",
  );
  tenant.edit("HostedContentFilterPolicy", "Default", {
    SpamAction: "Quarantine",
    SpamQuarantineTag: "Gone",
  });
  expect(where({ disposition: "SPAM" })).toMatchObject({
    outcome: "quarantine",
    release: null,
    notified: false,
  });
});

test("exchange 53: only an administrator releases high confidence phishing or malware; ESNEnabled decides who is notified", async () => {
  const { where, tenant } = await configured();
  const edit = (name: string, ESNEnabled: boolean, bits: number) =>
    tenant.edit("QuarantinePolicy", name, {
      ESNEnabled,
      EndUserQuarantinePermissionsValue: bits,
    });
  edit("UserNotifyAdminRelease", true, 7);
  const of = (microsoftVerdict: Message["microsoftVerdict"] & string) => {
    const { release, notified } = where({ microsoftVerdict });
    return [release, notified];
  };
  expect(of("phish")).toEqual(["recipient", true]);
  expect(of("highConfidencePhish")).toEqual(["request", true]);
  edit("UserNotifyAdminRelease", false, 11);
  expect(of("phish")).toEqual(["request", false]);
  edit("UserNotifyAdminRelease", true, 0);
  expect(of("phish")).toEqual(["administrator", true]);
  expect(where({ disposition: "SPAM", mailbox: "shared" }).notified).toBe(
    false,
  );
});

test("exchange 54: a rule that a cmdlet changed acts on mail after the delay, one after the other", async () => {
  let now = Date.parse("2027-03-01T00:00:00Z");
  const { simulator, run } = await simulated({ now: () => now });
  followTutorial(simulator);
  simulator.quirks.ruleDelayMs = 1_800_000;
  const scl = () =>
    simulator.mail.where({ recipient, disposition: "SPOOF" }).scl;
  await run("Set-TransportRule", { Identity: userRule, SetSCL: 6 });
  now += 600_000;
  await run("Disable-TransportRule", { Identity: userRule });
  expect(scl()).toBe(5);
  now += 1_200_000;
  expect(scl()).toBe(6);
  now += 600_000;
  expect(scl()).toBeNull();
  await run("New-TransportRule", { Name: "All", SetSCL: 9 });
  expect(scl()).toBeNull();
  simulator.tenant.settle();
  expect(scl()).toBe(9);
});
