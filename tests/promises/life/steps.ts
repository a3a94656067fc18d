import * as fc from "fast-check";

import type { UseCase4Args } from "../../../lib";
import type { Fault } from "../../../simulator/index";
import type { Json } from "../../../simulator/json";

/** The settings of the program that a person may change. */
export interface Settings {
  readonly header: "area1" | "cloudflare";
  readonly spamWords: readonly string[];
  readonly spamScl: 5 | 6;
  readonly retention: number;
  readonly frequency: UseCase4Args["endUserSpamNotificationFrequency"] | null;
  readonly userQuarantine: string;
  /** The adopted domain, the created one, or both. */
  readonly domains: readonly string[];
  readonly requireTlsInbound: boolean | null;
  /** The spam action of the finance department's anti-spam policy; null if it has no policy. */
  readonly finance: "Quarantine" | "MoveToJmf" | null;
  readonly financeEnabled: boolean;
  /** Whether existing objects of others that differ are adopted. */
  readonly adopt: boolean;
  /** Whether the guard only warns of exposures; false until a refusal advises it. */
  readonly allowExposure: boolean;
}

/** A failure of one request of a run. */
export interface Trouble {
  readonly nth: number;
  readonly what:
    "reset" | "500" | "503" | "429" | "401" | "truncate" | "html" | "hang";
  readonly when: "before" | "after";
}

/** The moment when a run is killed: at a request, or while the nth answer of a handler that may have written is sent to the engine. */
export type Kill =
  | { readonly nth: number; readonly when: "before" | "after" }
  | { readonly answer: number };

/** An event in the life of a stack and its tenant, as data. */
export type Step =
  | { readonly do: "program"; readonly change: Partial<Settings> }
  | {
      readonly do: "edit";
      readonly kind: string;
      readonly name: string;
      readonly wire: string;
      readonly value: Json;
    }
  | {
      readonly do: "remove" | "remake";
      readonly kind: string;
      readonly name: string;
    }
  | { readonly do: "rename"; readonly name: string }
  | { readonly do: "lag"; readonly ms: number; readonly flap: boolean }
  | {
      readonly do: "up" | "refresh" | "destroy";
      /** Whether an `up` has `--refresh`. */
      readonly refresh?: boolean;
      /** Kinds of the resources for `up --target`. */
      readonly targets?: readonly string[];
      readonly trouble?: Trouble;
      readonly kill?: Kill;
    };

const userRules = {
  area1: "Area 1 User Quarantine Message",
  cloudflare: "Email Security User Quarantine Message",
} as const;
const ruleNames = Object.values(userRules).flatMap((name) => [
  name,
  `${name} Admin Release`,
]);
const quarantineNames = [
  "UserNotifyUserRelease",
  "OurUsersRelease",
  "UserNotifyAdminRelease",
];
const domainNames = ["example.com", "example.org"];

/** Changes by hand: of our objects, of others, and of unmanaged properties of ours. */
const byHand: readonly (readonly [
  kind: string,
  names: readonly string[],
  wire: string,
  ...values: Json[],
])[] = [
  ["TransportRule", ruleNames, "SetSCL", 6, 7],
  ["TransportRule", ruleNames, "HeaderContainsWords", ["UCE"], ["SOMETHING"]],
  ["TransportRule", ruleNames, "Enabled", false, true],
  ["TransportRule", ruleNames, "Mode", "Audit"],
  ["TransportRule", ruleNames, "Comments", "made by hand"],
  ["TransportRule", ruleNames, "SenderIpRanges", ["192.0.2.1"]],
  ["TransportRule", ruleNames, "ExceptIfFrom", ["ceo@example.com"], []],
  ["TransportRule", ruleNames, "ExpiryDate", "2027-01-31T12:00:00.000Z"],
  ["TransportRule", ruleNames, "PrependSubject", "[held]"],
  [
    "TransportRule",
    ["Disclaimer"],
    "ApplyHtmlDisclaimerText",
    "Mind the trees",
  ],
  [
    "QuarantinePolicy",
    quarantineNames,
    "EndUserQuarantinePermissionsValue",
    1,
    3,
  ],
  ["QuarantinePolicy", quarantineNames, "ESNEnabled", false],
  ["QuarantinePolicy", ["Theirs"], "ESNEnabled", true],
  ["AntiSpamPolicy", ["Default"], "QuarantineRetentionPeriod", 7, 30],
  ["AntiSpamPolicy", ["Default"], "SpamAction", "MoveToJmf"],
  ["AntiSpamPolicy", ["Default"], "SpamQuarantineTag", "AdminOnlyAccessPolicy"],
  [
    "AntiSpamPolicy",
    ["Default"],
    "PhishQuarantineTag",
    "AdminOnlyAccessPolicy",
  ],
  ["AntiSpamPolicy", ["Default", "Finance", "Board"], "BulkThreshold", 3, 8],
  ["AntiSpamPolicy", ["Finance"], "SpamAction", "Delete"],
  ["AntiSpamPolicy", ["Finance"], "Rule:Enabled", false],
  ["AntiSpamPolicy", ["Finance"], "Rule:ExceptIfSentTo", ["cfo@example.net"]],
  ["AntiSpamPolicy", ["Finance"], "AdminDisplayName", "by hand"],
  [
    "QuarantineNotification",
    [""],
    "EndUserSpamNotificationFrequency",
    "7.00:00:00",
  ],
  ["Area1Domain", domainNames, "lookback_hops", 5],
  ["Area1Domain", domainNames, "drop_dispositions", ["BULK"], ["MALICIOUS"]],
  ["Area1Domain", domainNames, "transport", "mx.elsewhere.example"],
  ["Area1Domain", domainNames, "ip_restrictions", ["198.51.100.1"]],
  ["Area1Domain", domainNames, "require_tls_inbound", true],
  ["Area1Domain", domainNames, "allowed_delivery_modes", ["BCC"]],
  ["Area1Domain", domainNames, "regions", ["AU"]],
  ["Area1Domain", ["other.example"], "lookback_hops", 9],
];

const edits: Step[] = byHand.flatMap(([kind, names, wire, ...values]) =>
  names.flatMap((name) =>
    values.map((value): Step => ({ do: "edit", kind, name, wire, value })),
  ),
);

const removals: Step[] = [
  ...ruleNames.map((name) => ["TransportRule", name] as const),
  ...quarantineNames.map((name) => ["QuarantinePolicy", name] as const),
  ["AntiSpamPolicy", "Finance"] as const,
  ...domainNames.map((name) => ["Area1Domain", name] as const),
].flatMap(([kind, name]) =>
  (["remove", "remake"] as const).map((act): Step => ({ do: act, kind, name })),
);

const settings: fc.Arbitrary<Partial<Settings>> = fc.oneof(
  fc.record({ header: fc.constantFrom("area1", "cloudflare") }),
  fc.record({
    spamWords: fc.constantFrom(["UCE", "SPAM", "SPOOF"], ["UCE", "SPOOF"]),
  }),
  fc.record({ spamScl: fc.constantFrom(5, 6) }),
  fc.record({ retention: fc.constantFrom(15, 20, 30) }),
  fc.record({ frequency: fc.constantFrom("04:00:00", "1.00:00:00", null) }),
  fc.record({
    userQuarantine: fc.constantFrom("UserNotifyUserRelease", "OurUsersRelease"),
  }),
  fc.record({
    domains: fc.constantFrom(["example.com"], domainNames, ["example.org"]),
  }),
  fc.record({ requireTlsInbound: fc.constantFrom(true, false, null) }),
  fc.record({ finance: fc.constantFrom("Quarantine", "MoveToJmf", null) }),
  fc.record({ financeEnabled: fc.boolean() }),
  fc.record({ adopt: fc.boolean() }),
);

const trouble: fc.Arbitrary<Trouble> = fc.record({
  nth: fc.integer({ min: 1, max: 40 }),
  // Rare, because waiting for the time limit takes long.
  what: fc.oneof(
    {
      weight: 40,
      arbitrary: fc.constantFrom(
        ...(["reset", "500", "503", "429", "401", "truncate", "html"] as const),
      ),
    },
    { weight: 1, arbitrary: fc.constant("hang" as const) },
  ),
  when: fc.constantFrom("before", "after"),
});
const kill: fc.Arbitrary<Kill> = fc.oneof(
  fc.record({
    nth: fc.integer({ min: 1, max: 60 }),
    when: fc.constantFrom("before", "after"),
  }),
  fc.record({ answer: fc.integer({ min: 1, max: 10 }) }),
);
/** Usually no failure, else at most one. */
const mishap: fc.Arbitrary<{ trouble?: Trouble; kill?: Kill }> = fc.oneof(
  { weight: 5, arbitrary: fc.constant({}) },
  { weight: 2, arbitrary: fc.record({ trouble }) },
  { weight: 2, arbitrary: fc.record({ kill }) },
);

/** The arbitraries of all kinds of steps, each repeated according to its frequency. */
export const steps: fc.Arbitrary<Step>[] = [
  ...Array.from({ length: 4 }, () =>
    fc
      .tuple(fc.boolean(), mishap)
      .map(([refresh, more]): Step => ({ do: "up", refresh, ...more })),
  ),
  ...Array.from({ length: 2 }, () =>
    settings.map((change): Step => ({ do: "program", change })),
  ),
  ...Array.from({ length: 3 }, () => fc.constantFrom(...edits)),
  fc.constantFrom(...removals),
  fc.constantFrom(...ruleNames.map((name): Step => ({ do: "rename", name }))),
  mishap.map((more): Step => ({ do: "refresh", ...more })),
  mishap.map((more): Step => ({ do: "destroy", ...more })),
  fc.record({
    do: fc.constant("lag"),
    ms: fc.constantFrom(0, 30),
    flap: fc.boolean(),
  }),
];

/** Returns the simulator's fault for a trouble. */
export function faultOf({ nth, what, when }: Trouble): Fault {
  const match = { nth };
  switch (what) {
    case "reset":
    case "truncate":
    case "html":
    case "hang":
      return { kind: what, match, when };
    case "500":
    case "503":
    case "401":
      return { kind: "status", status: Number(what), match, when };
    case "429":
      return {
        kind: "status",
        status: 429,
        headers: { "retry-after": "0.02" },
        match,
        when: "before",
      };
  }
}
