import { named, step, unread } from "./result";
import { folded, within } from "./mail";
import { valueOf } from "./part";
import type { Step } from "./path";
import { rememberedOf } from "./remembered";
import type { Representative } from "./representatives";
import type {
  AntiPhishPolicy,
  AntiSpamPolicy,
  MalwarePolicy,
  Part,
  PolicyRule,
  Snapshot,
} from "./snapshot";

/** The policy that applies to a recipient, or none if it cannot be determined. The step explains the choice. */
export interface Chosen<Policy> {
  readonly policy?: Policy;
  readonly step: Step;
}

/** The properties of a recipient that scopes of policies test. */
type Recipient = Pick<
  Representative,
  "recipient" | "recipientDomain" | "groups"
>;

/** An anti-spam policy, and the recipients that it covers unless an earlier one applies. */
export interface Candidate {
  readonly kind: "preset" | "custom" | "default";
  /** Undefined for the default policy, and if the rules were not read. */
  readonly rule?: PolicyRule;
  readonly covers: (recipient: Recipient) => boolean;
  readonly chosen: Chosen<AntiSpamPolicy>;
}

/** The anti-spam policies of a tenant. */
export interface AntiSpamOrder {
  /** In the order of precedence. */
  readonly candidates: readonly Candidate[];
  /** Returns the only policy that acts on a recipient's mail. */
  readonly firstFor: (recipient: Recipient) => Candidate;
}

/** The policies that apply to a recipient. */
export interface Policies {
  readonly antiSpam: Chosen<AntiSpamPolicy>;
  /** More than one if there are custom policies, because their scopes are not read. */
  readonly antiPhish: readonly Chosen<AntiPhishPolicy>[];
  /** More than one if there are custom policies, because their scopes are not read. */
  readonly malware: readonly Chosen<MalwarePolicy>[];
}

/**
 * Prepares presets, rules and policies. Recipients with the same policies get the same object. The order is Strict, Standard, custom
 * policies by priority, Default. Only the first that covers the recipient applies.
 *
 * @see https://learn.microsoft.com/defender-office-365/how-policies-and-protections-are-combined
 */
export function policyChoice(
  snapshot: Snapshot,
): (recipient: Recipient) => Policies {
  const presets = presetsOf(snapshot);
  const { firstFor } = antiSpamOrder(snapshot, presets);
  const antiPhish = otherChoice(
    "AntiPhishPolicy",
    snapshot.antiPhishPolicies,
    presets,
    ({ antiPhishPolicy }) => antiPhishPolicy,
  );
  const malware = otherChoice(
    "MalwareFilterPolicy",
    snapshot.malwarePolicies,
    presets,
    ({ malwareFilterPolicy }) => malwareFilterPolicy,
  );
  const policiesOf = rememberedOf(({ kind, rule, chosen }: Candidate) => {
    const preset = kind === "preset" ? rule : undefined;
    return {
      antiSpam: chosen,
      antiPhish: antiPhish(preset),
      malware: malware(preset),
    };
  });
  return (recipient) => policiesOf(firstFor(recipient));
}

interface Scoped extends Pick<Candidate, "covers"> {
  readonly rule: PolicyRule;
}

/** The enabled presets, Strict first; or the step that says that they were not read. */
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
  const byName = policiesByName(valueOf(antiSpamPolicies));
  // The policy's type decides. The rule's name is used only if the type is missing: rules may be renamed, so only the default name is
  // reliable.
  const isStrict = ({ name, hostedContentFilterPolicy = "" }: PolicyRule) => {
    const policy = byName.get(folded(hostedContentFilterPolicy));
    const type = policy?.recommendedPolicyType ?? "";
    return /^(Strict|Standard)$/.test(type)
      ? type === "Strict"
      : folded(name) === "strict preset security policy";
  };
  return presetRules.value
    .filter(({ enabled }) => enabled)
    .sort(
      (a, b) =>
        Number(isStrict(b)) - Number(isStrict(a)) || a.priority - b.priority,
    )
    .map(scoped);
}

/** Returns a function that returns whether a list contains a recipient. */
type Names = (list: readonly string[]) => Candidate["covers"];

const address: Names = (list) => {
  const wanted = new Set(list.map(folded));
  return ({ recipient }) => wanted.has(recipient);
};
const membership: Names = (list) => {
  const wanted = new Set(list.map(folded));
  return ({ groups }) => groups.some((group) => wanted.has(group));
};
/** A domain includes its subdomains, as Microsoft's page on anti-spam policies says. */
const domain: Names = (list) => {
  const isWithin = within(list);
  return ({ recipientDomain }) => isWithin(recipientDomain);
};

/** The properties by which a rule selects recipients, with the corresponding exceptions. */
const scopes = [
  ["sentTo", "exceptIfSentTo", address],
  ["sentToMemberOf", "exceptIfSentToMemberOf", membership],
  ["recipientDomainIs", "exceptIfRecipientDomainIs", domain],
] as const;

/**
 * Returns the property by which a rule selects recipients. A preset without one applies to everybody; the rule of a custom policy always
 * has one.
 */
const scopeOf = (rule: PolicyRule) =>
  scopes.find(([property]) => rule[property].length > 0)?.[0];

function scoped(rule: PolicyRule): Scoped {
  // An empty list does not restrict the scope.
  const tests = (which: 0 | 1) =>
    scopes.flatMap((scope) => {
      const list = rule[scope[which]];
      return list.length > 0 ? [scope[2](list)] : [];
    });
  const [inside, outside] = [tests(0), tests(1)];
  const [first] = inside;
  // A faster path for the most frequent case, because a tenant may have many rules.
  if (first && inside.length === 1 && outside.length === 0)
    return { rule, covers: first };
  return {
    rule,
    covers: (recipient) =>
      inside.every((test) => test(recipient)) &&
      !outside.some((test) => test(recipient)),
  };
}

/** Prepares the anti-spam policies of a tenant: presets, custom policies by priority, the default policy. */
export function antiSpamOrder(
  snapshot: Snapshot,
  presets = presetsOf(snapshot),
): AntiSpamOrder {
  const { antiSpamPolicies, antiSpamRules } = snapshot;
  const noun = "HostedContentFilterPolicy";
  const policies = valueOf(antiSpamPolicies);
  const byName = policiesByName(policies);
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
          .filter((rule) => rule.enabled && scopeOf(rule))
          .sort((a, b) => a.priority - b.priority)
          .map(scoped);
  const candidates = (
    kind: Candidate["kind"],
    noun: string,
    rules: Presets,
  ): Candidate[] =>
    "unread" in rules
      ? [{ kind, covers: () => true, chosen: { step: rules.unread } }]
      : rules.map(({ rule, covers }) => ({
          kind,
          rule,
          covers,
          chosen: bound(noun, rule, rule.hostedContentFilterPolicy, byName),
        }));
  // If policies were not read, only their recipients are known.
  const asRead = (one: Candidate): Candidate =>
    "value" in antiSpamPolicies
      ? one
      : {
          ...one,
          chosen: {
            step: unread(
              noun,
              "anti-spam policies were not read",
              antiSpamPolicies.unavailable,
            ),
          },
        };
  const ruled = [
    ...candidates("preset", "EOPProtectionPolicyRule", presets),
    ...candidates("custom", "HostedContentFilterRule", custom),
  ].map(asRead);
  const last = asRead({
    kind: "default",
    covers: () => true,
    chosen: byDefault(
      noun,
      policies,
      "no preset and no custom policy is for the recipient",
      "no policy is for the recipient, and the default one is not among those that were read",
    ),
  });
  return {
    candidates: [...ruled, last],
    firstFor: (recipient) =>
      ruled.find(({ covers }) => covers(recipient)) ?? last,
  };
}

const policiesByName = <Policy extends { name: string }>(
  policies: readonly Policy[],
): ReadonlyMap<string, Policy> =>
  new Map(policies.map((policy) => [folded(policy.name), policy]));

/** Returns the policy for recipients that no other policy covers. */
function byDefault<Policy extends { name: string; isDefault: boolean }>(
  noun: string,
  policies: readonly Policy[],
  why: string,
  whyMissing: string,
): Chosen<Policy> {
  const policy = policies.find(({ isDefault }) => isDefault);
  return policy
    ? {
        policy,
        step: step(named(noun, policy.name), "isDefault", true, why),
      }
    : { step: step(noun, "isDefault", null, whyMissing) };
}

function bound<Policy>(
  noun: string,
  rule: PolicyRule,
  name: string | undefined,
  byName: ReadonlyMap<string, Policy>,
): Chosen<Policy> {
  const policy = name === undefined ? undefined : byName.get(folded(name));
  const object = named(noun, rule.name);
  if (!policy)
    return {
      step: step(
        object,
        "policy",
        name,
        "it is for the recipient, and its policy is not among those that were read",
      ),
    };
  const property = scopeOf(rule) ?? "priority";
  return {
    policy,
    step: step(
      object,
      property,
      rule[property],
      `it is for the recipient, so that its policy "${name}" acts, and none after it`,
    ),
  };
}

/** Returns whether a policy belongs to a preset: by its type or, if the type is not returned, by its name. */
function isOfPreset(policy: AntiPhishPolicy | MalwarePolicy): boolean {
  const type =
    "settings" in policy
      ? policy.settings["recommendedPolicyType"]
      : policy.recommendedPolicyType;
  return type === undefined
    ? /^(standard|strict) preset security policy/i.test(policy.name)
    : /^(standard|strict)$/i.test(String(type));
}

function otherChoice<Policy extends AntiPhishPolicy | MalwarePolicy>(
  noun: string,
  part: Part<Policy[]>,
  presets: Presets,
  nameOf: (rule: PolicyRule) => string | undefined,
): (preset: PolicyRule | undefined) => readonly Chosen<Policy>[] {
  if ("unavailable" in part) {
    const { unavailable } = part;
    return () => [
      { step: unread(noun, "these policies were not read", unavailable) },
    ];
  }
  if ("unread" in presets) return () => [{ step: presets.unread }];
  const byName = policiesByName(part.value);
  const custom = part.value.filter(
    (policy) =>
      !policy.isDefault &&
      !isOfPreset(policy) &&
      !("enabled" in policy && policy.enabled === false),
  );
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
    byDefault(
      noun,
      part.value,
      custom.length === 0
        ? "no other policy is for the recipient"
        : "it is for recipients of no other policy",
      "the default policy is not among those that were read",
    ),
  ];
  return (preset) =>
    preset
      ? [bound("EOPProtectionPolicyRule", preset, nameOf(preset), byName)]
      : others;
}
