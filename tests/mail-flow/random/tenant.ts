import fc from "fast-check";

import { withSenderLists } from "../../../simulator/exchange/sender-lists";
import type { JsonObject } from "../../../simulator/json";
import type { Verdict } from "../../../mail-flow/message";
import { verdicts } from "../../../mail-flow/message";
import {
  customPolicies,
  customTags,
  domains,
  groups,
  hostOf,
  recipients,
  senders,
  tags,
} from "./names";
import { mostRules, some, transportRule } from "./transport-rule";

/** Everything of a tenant and an account that decides, by the vendors' own names. */
export interface RandomTenant {
  /** Cloudflare's domains. */
  protectedDomains: JsonObject[];
  acceptedDomains: JsonObject[];
  inboundConnectors: JsonObject[];
  connectionFilter: JsonObject;
  organizationConfig: JsonObject;
  transportRules: JsonObject[];
  quarantinePolicies: JsonObject[];
  /** One of them is the default one: `Default`, or another one. */
  antiSpamPolicies: JsonObject[];
  antiSpamRules: JsonObject[];
  presetRules: JsonObject[];
  antiPhishPolicies: JsonObject[];
  malwarePolicies: JsonObject[];
}

/** A message but for its disposition and headers. */
export interface RandomMessage {
  recipient: string;
  recipientGroups: string[];
  sender: string | undefined;
  sourceIp: string | undefined;
  microsoftVerdict: Verdict;
  bcl: number | undefined;
  at: Date;
}

const rarely = <T>(usual: T, other: fc.Arbitrary<T>, weight = 5) =>
  // A case that is shrunk has what is usual.
  fc.oneof(
    { withCrossShrink: true },
    { weight, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: other },
  );
const list = <T>(values: readonly T[]) => rarely<T[]>([], some(values));

/** Anything, and now and then left out. */
const protectedDomain = (
  domain: string,
): fc.Arbitrary<JsonObject | undefined> =>
  fc.option(
    fc
      .record({
        status: rarely<string | null>(
          "ACTIVE",
          fc.constantFrom("PENDING", "FAILED", "TIMEOUT", "active", null),
          8,
        ),
        allowed_delivery_modes: rarely<string[]>(
          ["DIRECT"],
          fc.constantFrom<string[]>(["API"], ["BCC", "DIRECT"]),
          8,
        ),
        drop_dispositions: list([
          "MALICIOUS",
          "MALICIOUS-BEC",
          "SPAM",
          "SPOOF",
          "SUSPICIOUS",
          "BULK",
          "NONE",
          "UNKNOWN",
          "EXTERNAL",
          "ENCRYPTED",
        ]),
        transport: rarely<string | null>(
          hostOf(domain),
          fc.constantFrom(
            `${hostOf(domain).toUpperCase()}.`,
            "gateway.example.net",
            null,
          ),
          12,
        ),
        ip_restrictions: rarely<string[]>([], fc.constant(["198.51.100.0/24"])),
      })
      .map((rest) => ({ domain, ...rest })),
    { nil: undefined, freq: 5 },
  );

const senderAddresses = ["52.11.209.0/24", "198.51.100.0/24", "192.0.2.7"];
const certificates = fc.constantFrom(
  ...["*.gateway.example", "mail.example.com", "*.Example.com"],
);

/** Enhanced Filtering of a connector, off as a rule. */
const enhancedFiltering: fc.Arbitrary<JsonObject> = fc.record({
  EFSkipLastIP: rarely(false, fc.constant(true), 2),
  EFSkipIPs: rarely<string[]>([], some(senderAddresses)),
  EFUsers: rarely<string[]>([], some(recipients)),
  EFTestMode: rarely(false, fc.constant(true), 12),
});

/** Who restricts by address has addresses, and who restricts by certificate has one. */
const partnerConnector: fc.Arbitrary<JsonObject> = fc
  .record({
    SenderDomains: fc.oneof(
      { weight: 3, arbitrary: fc.constant<string[]>(["smtp:*;1"]) },
      fc.constantFrom<string[]>(
        ["smtp:*.partner.example;1"],
        ["smtp:partner.example;1"],
        ["smtp:*.mail.partner.example;1"],
        ["smtp:shop.example;1", "smtp:*.Partner.example;2"],
        ["shop.example"],
        ["smtp:*.example.com;1"],
      ),
    ),
    addresses: some(senderAddresses),
    lists: fc.boolean(),
    RestrictDomainsToIPAddresses: fc.boolean(),
    RestrictDomainsToCertificate: rarely(false, fc.constant(true)),
    certificate: certificates,
    RequireTls: fc.boolean(),
  })
  .map(({ addresses, lists, certificate, ...rest }) => ({
    ConnectorType: "Partner",
    ...rest,
    SenderIPAddresses:
      lists || rest.RestrictDomainsToIPAddresses ? addresses : [],
    TlsSenderCertificateName: rest.RestrictDomainsToCertificate
      ? certificate
      : null,
    TreatMessagesAsInternal: false,
  }));

/** The flags that count for partners only can be on all the same. */
const onPremisesConnector: fc.Arbitrary<JsonObject> = fc
  .record({
    SenderDomains: fc.constantFrom<string[]>(
      ["smtp:*;1"],
      ["smtp:example.com;1"],
    ),
    byCertificate: rarely(false, fc.constant(true), 2),
    addresses: some(senderAddresses),
    certificate: certificates,
    RestrictDomainsToIPAddresses: fc.boolean(),
    RestrictDomainsToCertificate: fc.boolean(),
    RequireTls: fc.boolean(),
    TreatMessagesAsInternal: rarely(false, fc.constant(true), 1),
  })
  .map(({ byCertificate, addresses, certificate, ...rest }) => ({
    ConnectorType: "OnPremises",
    ...rest,
    SenderIPAddresses: byCertificate ? [] : addresses,
    TlsSenderCertificateName: byCertificate ? certificate : null,
  }));

const connector: fc.Arbitrary<JsonObject> = fc
  .record({
    Enabled: rarely(true, fc.constant(false)),
    own: fc.oneof(
      { weight: 2, arbitrary: partnerConnector },
      onPremisesConnector,
    ),
    AssociatedAcceptedDomains: rarely<string[]>(
      [],
      some(["example.com", "Example.org", "sub.example.com"]),
      3,
    ),
    filtering: enhancedFiltering,
  })
  .map(({ Enabled, own, AssociatedAcceptedDomains, filtering }) => ({
    Enabled,
    ...own,
    AssociatedAcceptedDomains,
    ...filtering,
  }));

const connectionFilter: fc.Arbitrary<JsonObject> = fc
  .record({
    IPAllowList: rarely([], some(["52.11.209.211", "198.51.100.0/24"]), 3),
    IPBlockList: rarely([], some(["52.11.209.0/24", "198.51.100.25"]), 8),
  })
  .map((lists) => ({
    Name: "Default",
    IsDefault: true,
    EnableSafeList: false,
    ...lists,
  }));

const quarantinePolicy = (Name: string): fc.Arbitrary<JsonObject | undefined> =>
  fc.option(
    fc
      .record({
        EndUserQuarantinePermissionsValue: fc.constantFrom(7, 11, 0, 3, 39, 43),
        ESNEnabled: fc.boolean(),
      })
      .map((rest) => ({ Name, ...rest })),
    { nil: undefined, freq: 8 },
  );

const verdictAction = rarely(
  "Quarantine",
  fc.constantFrom(
    ...["MoveToJmf", "Delete", "Redirect", "ModifySubject", "AddXHeader"],
  ),
  2,
);

const senderDomains = [
  ...["partner.example", "shop.example", "Mail.Partner.example"],
  ...["example.com", "sub.example.com"],
];
const listsOf = (kind: "Allowed" | "Blocked"): fc.Arbitrary<JsonObject> =>
  fc.record({
    [`${kind}Senders`]: list(senders),
    [`${kind}SenderDomains`]: list(senderDomains),
  });

/** Lists of allowed senders, of blocked ones, now and then of both, in every form of their entries. */
const senderLists: fc.Arbitrary<JsonObject> = fc
  .record({
    lists: rarely<JsonObject>(
      {},
      fc.oneof(
        { weight: 3, arbitrary: listsOf("Allowed") },
        { weight: 3, arbitrary: listsOf("Blocked") },
        fc
          .tuple(listsOf("Allowed"), listsOf("Blocked"))
          .map(([allowed, blocked]) => ({ ...allowed, ...blocked })),
      ),
      3,
    ),
    form: fc.constantFrom(
      ...(["asKept", "typeNotes", "smtpAddress", "objects"] as const),
    ),
  })
  .map(({ lists, form }) => withSenderLists(lists, form));

const antiSpam: fc.Arbitrary<JsonObject> = fc
  .record({
    actions: fc.record({
      SpamAction: verdictAction,
      HighConfidenceSpamAction: verdictAction,
      PhishSpamAction: verdictAction,
      HighConfidencePhishAction: fc.constantFrom("Quarantine", "Redirect"),
      BulkSpamAction: rarely("NoAction", verdictAction, 1),
    }),
    tags: fc.record(
      Object.fromEntries(
        [
          "Spam",
          "HighConfidenceSpam",
          "Phish",
          "HighConfidencePhish",
          "Bulk",
        ].map((verdict) => [
          `${verdict}QuarantineTag`,
          fc.constantFrom(...tags),
        ]),
      ),
    ),
    rest: fc.record({
      BulkThreshold: fc.integer({ min: 1, max: 9 }),
      MarkAsSpamBulkMail: fc.constantFrom("On", "On", "On", "Off", "Test"),
      QuarantineRetentionPeriod: fc.integer({ min: 1, max: 30 }),
      RedirectToRecipients: fc.constant<string[]>(["security@example.com"]),
    }),
    senders: senderLists,
  })
  .map(({ actions, tags, rest, senders }) => ({
    ...{ AllowedSenders: [], AllowedSenderDomains: [] },
    ...{ BlockedSenders: [], BlockedSenderDomains: [] },
    ...actions,
    ...tags,
    ...rest,
    ...senders,
  }));

const scope: fc.Arbitrary<JsonObject> = fc.record({
  SentTo: list(recipients),
  SentToMemberOf: rarely([], some(groups), 2),
  RecipientDomainIs: rarely(
    [],
    some(["example.com", "EXAMPLE.org", "sub.example.com"]),
    2,
  ),
  ExceptIfSentTo: list(recipients),
  ExceptIfSentToMemberOf: list(groups),
  ExceptIfRecipientDomainIs: list(domains),
});

const state = fc.constantFrom("Enabled", "Disabled");
const dangling = <T>(name: T) => rarely(name, fc.constant("Nobody's" as T), 20);

/** Names of the policies of a preset have digits behind them. */
const presetPolicy = (level: string, at: number) =>
  `${level} Preset Security Policy178414469148${at}`;

/** `Set-EOPProtectionPolicyRule` renames the rule of a preset, and advises against it; the priorities stay. */
const presetRuleName = (level: string, at: number) =>
  rarely(
    `${level} Preset Security Policy`,
    fc
      .constantFrom(
        ...(["Leadership", "Everybody else"] as const),
        ...(["Stricter", "Not so strict", "Above standard"] as const),
      )
      .map((name) => (at === 0 ? name : `${name} 2`)),
    2,
  );

const antiPhish: fc.Arbitrary<JsonObject> = fc.record({
  Enabled: fc.constant(true),
  EnableSpoofIntelligence: fc.constant(true),
  ...Object.fromEntries(
    (
      [
        ["AuthenticationFailAction", "SpoofQuarantineTag"],
        ["TargetedUserProtectionAction", "TargetedUserQuarantineTag"],
        ["TargetedDomainProtectionAction", "TargetedDomainQuarantineTag"],
        [
          "MailboxIntelligenceProtectionAction",
          "MailboxIntelligenceQuarantineTag",
        ],
      ] as const
    ).flatMap(([action, tag]) => [
      [
        action,
        fc.constantFrom(
          ...[
            "Quarantine",
            "Quarantine",
            "MoveToJmf",
            "NoAction",
            "BccMessage",
          ],
          "Delete",
        ),
      ],
      [tag, fc.constantFrom(...tags)],
    ]),
  ),
});

const malware: fc.Arbitrary<JsonObject> = fc.record({
  QuarantineTag: fc.constantFrom(...tags),
});

const acceptedDomain = (
  DomainName: string,
  MatchSubDomains: boolean,
): JsonObject => ({
  DomainName,
  DomainType: MatchSubDomains ? "InternalRelay" : "Authoritative",
  MatchSubDomains,
});

const there = <T>(values: readonly (T | undefined)[]): T[] =>
  values.filter((value): value is T => value !== undefined);

/** A tenant: one that nobody configured at its smallest. */
export const randomTenant: fc.Arbitrary<RandomTenant> = fc.record({
  protectedDomains: fc
    .tuple(...domains.map(protectedDomain))
    .map((found) => there(found)),
  acceptedDomains: fc
    .record({ sub: fc.boolean(), below: fc.boolean() })
    .map(({ sub, below }) => [
      acceptedDomain("example.com", false),
      // Only a relay takes the mail of its subdomains.
      acceptedDomain("example.org", below),
      ...(sub ? [acceptedDomain("sub.example.com", false)] : []),
    ]),
  inboundConnectors: rarely(
    [],
    fc
      .array(connector, { minLength: 1, maxLength: 3 })
      .map((all) =>
        all.map((one, at) => ({ Name: `Connector ${at}`, ...one })),
      ),
    2,
  ),
  connectionFilter,
  organizationConfig: rarely(false, fc.constant(true), 2).map(
    (RejectDirectSend): JsonObject => ({
      Name: "contoso.onmicrosoft.com",
      IsDehydrated: false,
      RejectDirectSend,
    }),
  ),
  transportRules: fc
    .array(transportRule, { maxLength: mostRules })
    .map((rules) =>
      rules.map((rule, Priority) => ({
        Name: `Rule ${Priority}`,
        Priority,
        ...rule,
      })),
    ),
  quarantinePolicies: fc
    .tuple(
      ...customTags.map(quarantinePolicy),
      rarely(undefined, quarantinePolicy("NotificationEnabledPolicy")),
    )
    .map((found) => there(found)),
  antiSpamPolicies: fc
    .record({
      byName: antiSpam,
      others: fc.tuple(
        ...customPolicies.map((Name) =>
          antiSpam.map((one): JsonObject => ({
            Name,
            IsDefault: false,
            ...one,
          })),
        ),
        ...["Strict", "Standard"].map((level, at) =>
          antiSpam.map((one): JsonObject => ({
            Name: presetPolicy(level, at),
            IsDefault: false,
            RecommendedPolicyType: level,
            ...one,
          })),
        ),
      ),
      instead: rarely<JsonObject | undefined>(undefined, antiSpam, 4),
      first: fc.boolean(),
    })
    .map(({ byName, others, instead, first }) => {
      const all = [
        { Name: "Default", IsDefault: instead === undefined, ...byName },
        ...others,
      ];
      if (!instead) return all;
      const made = { Name: "Contoso baseline", IsDefault: true, ...instead };
      return first ? [made, ...all] : [...all, made];
    }),
  antiSpamRules: fc
    .array(fc.record({ scope, State: state }), { maxLength: 3 })
    .chain((rules) =>
      fc.tuple(
        ...rules.map(({ scope, State }, at) =>
          dangling(customPolicies[at]).map((HostedContentFilterPolicy) => ({
            Name: `Custom ${at}`,
            Priority: at,
            State,
            HostedContentFilterPolicy: HostedContentFilterPolicy ?? "",
            ...scope,
          })),
        ),
      ),
    )
    .map((all) => [...all]),
  presetRules: fc
    .tuple(
      ...["Strict", "Standard"].map((level, at) =>
        fc
          .record({
            Name: presetRuleName(level, at),
            State: rarely("Disabled", fc.constant("Enabled"), 2),
            HostedContentFilterPolicy: dangling(presetPolicy(level, at)),
            AntiPhishPolicy: dangling(presetPolicy(level, at)),
            MalwareFilterPolicy: dangling(presetPolicy(level, at)),
            scope: fc.oneof(fc.constant<JsonObject>({}), scope),
          })
          .map(({ scope, ...rest }) => ({
            Priority: at,
            ...rest,
            ...scope,
          })),
      ),
    )
    .map((all) => [...all]),
  antiPhishPolicies: fc
    .tuple(antiPhish, antiPhish, antiPhish)
    .map(([byDefault, strict, standard]) => [
      { Name: "Office365 AntiPhish Default", IsDefault: true, ...byDefault },
      { Name: presetPolicy("Strict", 0), IsDefault: false, ...strict },
      { Name: presetPolicy("Standard", 1), IsDefault: false, ...standard },
    ]),
  malwarePolicies: fc
    .tuple(malware, malware, malware)
    .map(([byDefault, strict, standard]) => [
      { Name: "Default", IsDefault: true, ...byDefault },
      { Name: presetPolicy("Strict", 0), IsDefault: false, ...strict },
      { Name: presetPolicy("Standard", 1), IsDefault: false, ...standard },
    ]),
});

/** A message. */
export const randomMessage: fc.Arbitrary<RandomMessage> = fc.record({
  // The later ones are of domains that are often not the tenant's.
  recipient: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...recipients.slice(0, 3)) },
    fc.constantFrom(...recipients),
  ),
  recipientGroups: fc.subarray([...groups, "SALES@example.com"]),
  sender: fc.option(fc.constantFrom(...senders), { nil: undefined }),
  sourceIp: fc.oneof(
    { weight: 4, arbitrary: fc.constant(undefined) },
    fc.constantFrom(
      "52.11.209.211",
      "104.30.32.9",
      "198.51.100.25",
      "192.0.2.7",
    ),
  ),
  microsoftVerdict: fc.oneof(
    { weight: 3, arbitrary: fc.constant<Verdict>("none") },
    fc.constantFrom(...verdicts),
  ),
  bcl: fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined, freq: 2 }),
  at: fc.constantFrom(
    new Date("2026-11-23T12:00:00Z"),
    new Date("2027-01-15T12:00:00Z"),
    new Date("2028-01-15T12:00:00Z"),
  ),
});
