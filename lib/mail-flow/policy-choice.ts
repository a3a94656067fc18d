import { named, step, unread } from "./end";
import { folded, type Mail } from "./mail";
import type { Step } from "./path";
import type {
  AntiPhishPolicy,
  AntiSpamPolicy,
  MalwarePolicy,
  Part,
  PolicyRule,
  Snapshot,
} from "./snapshot";

/** The policy that is for a recipient, or why that cannot be told; with the step that says so. */
export type Chosen<Policy> =
  | { readonly policy: Policy; readonly step: Step }
  | { readonly policy?: undefined; readonly step: Step };

/** Which policies are for a recipient. */
export interface PolicyChoice {
  antiSpam(mail: Mail): Chosen<AntiSpamPolicy>;
  /** Several where there are custom ones, whose scopes are not read. */
  antiPhish(mail: Mail): Chosen<AntiPhishPolicy>[];
  /** Several where there are custom ones, whose scopes are not read. */
  malware(mail: Mail): Chosen<MalwarePolicy>[];
}

/**
 * Makes presets, rules and policies ready. The order is Strict, Standard, custom ones by priority, Default; the first that is
 * for the recipient is the only one.
 *
 * @see https://learn.microsoft.com/defender-office-365/how-policies-and-protections-are-combined
 */
export function policyChoice(snapshot: Snapshot): PolicyChoice {
  const presets = presetsOf(snapshot);
  return {
    antiSpam: forEachRecipient(antiSpamChoice(snapshot, presets)),
    antiPhish: otherChoice(
      "AntiPhishPolicy",
      snapshot.antiPhishPolicies,
      presets,
      ({ antiPhishPolicy }) => antiPhishPolicy,
    ),
    malware: otherChoice(
      "MalwareFilterPolicy",
      snapshot.malwarePolicies,
      presets,
      ({ malwareFilterPolicy }) => malwareFilterPolicy,
    ),
  };
}

/** Asks once for all messages to a recipient that follow each other. */
function forEachRecipient<T>(choose: (mail: Mail) => T): (mail: Mail) => T {
  let last: { key: string; chosen: T } | undefined;
  return (mail) => {
    const key = JSON.stringify([mail.recipient, mail.groups]);
    if (last?.key !== key) last = { key, chosen: choose(mail) };
    return last.chosen;
  };
}

interface Scoped {
  readonly rule: PolicyRule;
  readonly covers: (mail: Mail) => boolean;
}

/** Presets that are on, Strict first; or that they were not read. */
type Presets = readonly Scoped[] | { readonly unread: Step };

function presetsOf({ presetRules, antiSpamPolicies }: Snapshot): Presets {
  if ("unavailable" in presetRules)
    return {
      unread: unread(
        "EOPProtectionPolicyRule",
        "preset security policies, which go before all others, were not read",
        presetRules.unavailable,
      ),
    };
  const type = new Map(
    "value" in antiSpamPolicies
      ? antiSpamPolicies.value.map((policy) => [
          folded(policy.name),
          policy.recommendedPolicyType,
        ])
      : [],
  );
  const rank = ({ name, hostedContentFilterPolicy }: PolicyRule) => {
    const known = type.get(folded(hostedContentFilterPolicy ?? ""));
    return /strict/i.test(
      known === "Strict" || known === "Standard" ? known : name,
    )
      ? 0
      : 1;
  };
  return presetRules.value
    .filter(({ enabled }) => enabled)
    .sort((a, b) => rank(a) - rank(b) || a.priority - b.priority)
    .map(scoped);
}

/** A preset without conditions is for everybody; the rule of a custom policy has one. */
function hasScope(rule: PolicyRule): boolean {
  return (
    rule.sentTo.length > 0 ||
    rule.sentToMemberOf.length > 0 ||
    rule.recipientDomainIs.length > 0
  );
}

function scoped(rule: PolicyRule): Scoped {
  const address = (names: readonly string[]) => {
    const wanted = new Set(names.map(folded));
    return ({ recipient }: Mail) => wanted.has(recipient);
  };
  const group = (names: readonly string[]) => {
    const wanted = new Set(names.map(folded));
    return ({ groups }: Mail) => groups.some((one) => wanted.has(one));
  };
  const domain = (names: readonly string[]) => {
    const wanted = new Set(names.map(folded));
    return ({ recipientDomain }: Mail) => {
      // A domain stands for its subdomains as well, as the vendor's page on anti-spam policies says.
      for (
        let name = recipientDomain;
        name !== "";
        name = name.includes(".") ? name.slice(name.indexOf(".") + 1) : ""
      )
        if (wanted.has(name)) return true;
      return false;
    };
  };
  const tests = (
    kinds: [string[], (names: string[]) => (mail: Mail) => boolean][],
  ) =>
    kinds
      .filter(([names]) => names.length > 0)
      .map(([names, test]) => test(names));
  const inside = tests([
    [rule.sentTo, address],
    [rule.sentToMemberOf, group],
    [rule.recipientDomainIs, domain],
  ]);
  const outside = tests([
    [rule.exceptIfSentTo, address],
    [rule.exceptIfSentToMemberOf, group],
    [rule.exceptIfRecipientDomainIs, domain],
  ]);
  return {
    rule,
    covers: (mail) =>
      inside.every((test) => test(mail)) && !outside.some((test) => test(mail)),
  };
}

function antiSpamChoice(
  { antiSpamPolicies, antiSpamRules }: Snapshot,
  presets: Presets,
): PolicyChoice["antiSpam"] {
  if ("unavailable" in antiSpamPolicies)
    return () => ({
      step: unread(
        "HostedContentFilterPolicy",
        "anti-spam policies were not read",
        antiSpamPolicies.unavailable,
      ),
    });
  const byName = new Map(
    antiSpamPolicies.value.map((policy) => [folded(policy.name), policy]),
  );
  const byDefault = antiSpamPolicies.value.find(isDefault);
  const custom: Presets =
    "unavailable" in antiSpamRules
      ? {
          unread: unread(
            "HostedContentFilterRule",
            "rules of custom anti-spam policies were not read",
            antiSpamRules.unavailable,
          ),
        }
      : antiSpamRules.value
          .filter((rule) => rule.enabled && hasScope(rule))
          .sort((a, b) => a.priority - b.priority)
          .map(scoped);
  return (mail) => {
    for (const [noun, rules] of [
      ["EOPProtectionPolicyRule", presets],
      ["HostedContentFilterRule", custom],
    ] as const) {
      if ("unread" in rules) return { step: rules.unread };
      const first = rules.find(({ covers }) => covers(mail));
      if (first)
        return bound(
          noun,
          first.rule,
          first.rule.hostedContentFilterPolicy,
          (name) => byName.get(name),
        );
    }
    return byDefault
      ? {
          policy: byDefault,
          step: step(
            named("HostedContentFilterPolicy", byDefault.name),
            "isDefault",
            true,
            "no preset and no custom policy is for the recipient",
          ),
        }
      : {
          step: step(
            "HostedContentFilterPolicy",
            "isDefault",
            null,
            "no policy is for the recipient, and the default one is not among those that were read",
          ),
        };
  };
}

function isDefault(policy: { isDefault: boolean }): boolean {
  return policy.isDefault;
}

function bound<Policy>(
  noun: string,
  rule: PolicyRule,
  name: string | undefined,
  find: (name: string) => Policy | undefined,
): Chosen<Policy> {
  const policy = name === undefined ? undefined : find(folded(name));
  const object = named(noun, rule.name);
  return policy
    ? {
        policy,
        step: step(
          object,
          ...reason(rule),
          `it is for the recipient, so that its policy "${name}" acts, and none after it`,
        ),
      }
    : {
        step: step(
          object,
          "policy",
          name,
          "it is for the recipient, and its policy is not among those that were read",
        ),
      };
}

/** The property that makes a rule be for a recipient, and its value. */
function reason(rule: PolicyRule): [string, string[] | number] {
  for (const property of [
    "sentTo",
    "sentToMemberOf",
    "recipientDomainIs",
  ] as const)
    if (rule[property].length > 0) return [property, rule[property]];
  return ["priority", rule.priority];
}

function otherChoice<Policy extends AntiPhishPolicy | MalwarePolicy>(
  noun: string,
  part: Part<Policy[]>,
  presets: Presets,
  nameOf: (rule: PolicyRule) => string | undefined,
): (mail: Mail) => Chosen<Policy>[] {
  if ("unavailable" in part)
    return () => [
      {
        step: unread(noun, "these policies were not read", part.unavailable),
      },
    ];
  if ("unread" in presets) return () => [{ step: presets.unread }];
  const byName = new Map(
    part.value.map((policy) => [folded(policy.name), policy]),
  );
  const custom = part.value.filter(
    (policy) =>
      !policy.isDefault && !isPreset(policy.name) && isEnabled(policy),
  );
  const byDefault = part.value.find(isDefault);
  const others: Chosen<Policy>[] = [
    ...custom.map((policy) => ({
      policy,
      step: step(
        named(noun, policy.name),
        "",
        null,
        "whom this custom policy is for is not read; it may be for the recipient",
      ),
    })),
    byDefault
      ? {
          policy: byDefault,
          step: step(
            named(noun, byDefault.name),
            "isDefault",
            true,
            custom.length === 0
              ? "no other policy is for the recipient"
              : "it is for recipients of no other policy",
          ),
        }
      : {
          step: step(
            noun,
            "isDefault",
            null,
            "the default policy is not among those that were read",
          ),
        },
  ];
  return (mail) => {
    const first = presets.find(({ covers }) => covers(mail));
    return first
      ? [
          bound(
            "EOPProtectionPolicyRule",
            first.rule,
            nameOf(first.rule),
            (name) => byName.get(name),
          ),
        ]
      : others;
  };
}

function isPreset(name: string): boolean {
  return /^(standard|strict) preset security policy/i.test(name);
}

function isEnabled(policy: AntiPhishPolicy | MalwarePolicy): boolean {
  return !("enabled" in policy) || policy.enabled !== false;
}
