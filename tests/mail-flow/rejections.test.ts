import { egressIpRanges } from "../../mail-flow/egress";
import { harmsOf, malicious, type Harm } from "../../mail-flow/exposure";
import { asksForLoss, withChanges } from "../../mail-flow/overlay";
import type { InboundConnector, Snapshot } from "../../mail-flow/snapshot";
import {
  configuredTenant,
  withConnector,
  withLists,
  withRules,
} from "./mail-tenant";

// example.com is at Cloudflare, example.org and contoso.onmicrosoft.com are not.

const name = "Secure M365 Inbound";
const lockDown: Partial<InboundConnector> = {
  name,
  senderIpAddresses: [...egressIpRanges],
  restrictDomainsToIpAddresses: true,
};
const everywhere =
  "recipients at example.com, example.org, contoso.onmicrosoft.com";

/** Harms by the kind of mail, the object and the property that decide. */
const summary = (harms: readonly Harm[]): string[] => [
  ...new Set(
    harms.map(
      ({ kind, pastCloudflare, mail, recipients, decided }) =>
        `${kind}${pastCloudflare ? ", past Cloudflare" : ""}: ${mail} to ${recipients} by ${decided.object} ${decided.property}`,
    ),
  ),
];
const harms = (before: Snapshot, after: Snapshot): string[] =>
  summary(harmsOf(before, after, malicious));
const past = (
  to: string,
  by = name,
  property = "restrictDomainsToIpAddresses",
) =>
  `lost, past Cloudflare: mail that does not come from Cloudflare to ${to} by InboundConnector "${by}" ${property}`;

describe("A change of connectors", () => {
  test("that locks down rejects only mail that does not come from Cloudflare, also to onmicrosoft.com", () => {
    expect(harms(configuredTenant(), withConnector(lockDown))).toEqual([
      past(everywhere),
    ]);
  });

  test("that locks down without one of Cloudflare's addresses loses mail that Cloudflare delivers", () => {
    const [first, ...others] = egressIpRanges;
    expect(first).toBeDefined();
    const found = harms(
      configuredTenant(),
      withConnector({ ...lockDown, senderIpAddresses: others }),
    );
    expect(found).toContain(
      `lost: clean mail to recipients at example.com by InboundConnector "${name}" restrictDomainsToIpAddresses`,
    );
  });

  test("that restricts the senders of a partner to their own host loses what Cloudflare delivers of them", () => {
    expect(
      harms(
        configuredTenant(),
        withConnector({
          ...lockDown,
          senderDomains: ["*.partner.example"],
          senderIpAddresses: ["192.0.2.7"],
        }),
      ),
    ).toEqual([
      `lost: mail from senders at partner.example to recipients at example.com by InboundConnector "${name}" restrictDomainsToIpAddresses`,
      `lost: mail from senders at mail.partner.example to recipients at example.com by InboundConnector "${name}" restrictDomainsToIpAddresses`,
      past(everywhere),
    ]);
  });

  test("that locks down to a certificate may lose mail that Cloudflare delivers", () => {
    const found = harms(
      configuredTenant(),
      withConnector({
        ...lockDown,
        restrictDomainsToIpAddresses: false,
        restrictDomainsToCertificate: true,
        tlsSenderCertificateName: "mail.gateway.example",
      }),
    );
    expect(found).toContain(
      `lost: clean mail to recipients at example.com by InboundConnector "${name}" restrictDomainsToCertificate`,
    );
  });

  const scanners = {
    ...lockDown,
    senderIpAddresses: [...egressIpRanges, "192.0.2.7"],
  };
  const locked = withConnector(scanners);
  const partner = {
    name,
    senderDomains: ["partner.example"],
    restrictDomainsToCertificate: true,
  };
  test.each<[string, Snapshot, Snapshot, string[]]>([
    [
      "removes an address of a restricting connector",
      locked,
      withConnector(lockDown),
      [past(everywhere)],
    ],
    [
      "widens the sender domains of one",
      withConnector({ ...lockDown, senderDomains: ["shop.example"] }),
      withConnector({
        ...lockDown,
        senderDomains: ["shop.example", "partner.example"],
      }),
      [past(everywhere)],
    ],
    [
      "widens its accepted domains",
      withConnector({
        ...lockDown,
        associatedAcceptedDomains: ["example.com"],
      }),
      withConnector(lockDown),
      // Whose domain counts, the sender's or the recipient's, is not documented.
      [past(everywhere)],
    ],
    [
      "names another certificate",
      withConnector({
        ...partner,
        tlsSenderCertificateName: "*.partner.example",
      }),
      withConnector({
        ...partner,
        tlsSenderCertificateName: "mail.partner.example",
      }),
      [
        `lost: mail from senders at partner.example to recipients at example.com by InboundConnector "${name}" restrictDomainsToCertificate`,
        past(everywhere, name, "restrictDomainsToCertificate"),
      ],
    ],
    [
      "removes the connector that accepts the mail of another host",
      withConnector(lockDown, {
        ...scanners,
        name: "Scanners",
        senderIpAddresses: ["192.0.2.7"],
      }),
      withConnector(lockDown),
      [past(everywhere)],
    ],
    [
      "removes the connector of own servers whose mail counts as internal",
      withConnector(lockDown, {
        name: "Scanners",
        connectorType: "OnPremises",
        senderIpAddresses: ["192.0.2.7"],
        treatMessagesAsInternal: true,
      }),
      withConnector(lockDown),
      [past(everywhere)],
    ],
    [
      "switches a restricting connector off",
      locked,
      withConnector({ ...scanners, enabled: false }),
      [],
    ],
    ["removes a restricting connector", locked, withConnector(), []],
    ["adds an address", withConnector(lockDown), locked, []],
    [
      "adds a connector that does not restrict",
      configuredTenant(),
      withConnector({}),
      [],
    ],
    [
      "adds a restricting connector of own servers",
      configuredTenant(),
      withConnector({ ...lockDown, connectorType: "OnPremises" }),
      [],
    ],
    [
      "adds a restricting connector that is switched off",
      configuredTenant(),
      withConnector({ ...lockDown, enabled: false }),
      [],
    ],
  ])("that %s", (_, before, after, expected) => {
    expect(harms(before, after)).toEqual(expected);
  });

  test("rejects nothing that a rule deleted before", () => {
    const deleting = withRules({
      name: "Nothing past Cloudflare",
      conditions: { exceptIfSenderIpRanges: [...egressIpRanges] },
      actions: { deleteMessage: true },
    });
    const after = {
      ...deleting,
      inboundConnectors: withConnector(lockDown).inboundConnectors,
    };
    expect(harms(deleting, after)).toEqual([]);
  });

  test("exposes nothing if it ends Enhanced Filtering: whether it hides an address from the allow list is not documented", () => {
    const allowing = withLists({ ipAllowList: ["52.11.209.211"] });
    const { inboundConnectors } = withConnector({ efSkipLastIp: true, name });
    const before = { ...allowing, inboundConnectors };
    expect(harms(before, allowing)).toEqual([]);
    expect(harms(allowing, before)).toEqual([]);
  });
});

describe("A write to a connector asks for the loss of mail that bypasses Cloudflare", () => {
  const tenant = withConnector({
    ...lockDown,
    restrictDomainsToIpAddresses: false,
  });
  const left = (
    values: Record<string, unknown>,
    restores = false,
    live = tenant,
  ) => {
    const change = { kind: "InboundConnector", name, values, restores };
    return summary(
      harmsOf(live, withChanges(live, [change]), malicious).filter(
        (harm) => !asksForLoss(change, harm),
      ),
    );
  };

  test("if it sets a restriction", () => {
    expect(left({ restrictDomainsToIpAddresses: true })).toEqual([]);
    expect(
      left({ restrictDomainsToIpAddresses: true, name: "Renamed" }),
    ).toEqual([]);
  });

  test("if it switches a restricting connector on again", () => {
    const off = withConnector({ ...lockDown, enabled: false });
    expect(left({ enabled: true }, false, off)).toEqual([]);
    expect(left({ enabled: true }, true, off)).toEqual([past(everywhere)]);
  });

  test("but not if it restores the restriction, or changes something else", () => {
    expect(left({ restrictDomainsToIpAddresses: true }, true)).toEqual([
      past(everywhere),
    ]);
    const narrower = { senderIpAddresses: [...egressIpRanges] };
    expect(
      left(
        narrower,
        false,
        withConnector({
          ...lockDown,
          senderIpAddresses: [...egressIpRanges, "192.0.2.7"],
        }),
      ),
    ).toEqual([past(everywhere)]);
  });

  test("but never of mail that Cloudflare delivers", () => {
    expect(
      left({
        restrictDomainsToIpAddresses: true,
        senderIpAddresses: ["192.0.2.7"],
      }),
    ).toContain(
      `lost: clean mail to recipients at example.com by InboundConnector "${name}" restrictDomainsToIpAddresses`,
    );
  });
});
