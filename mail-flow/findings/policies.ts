import { named } from "../result";
import { same } from "../names";
import type { Parts as AllParts } from "../part";
import type { Candidate } from "../policy-choice";
import { quarantinePolicyFor } from "../quarantine";
import type { PolicyRule } from "../snapshot";
import { quoted } from "../powershell";
import { useCasePlans } from "../use-cases";
import {
  check,
  listed,
  parameter,
  propertyOf,
  type Check,
  type Detail,
} from "./check";
import { quarantineOf, type Context } from "./context";
import {
  actingPolicies,
  antiSpamObject,
  audienceOf,
  ofPolicy,
  policiesInForce,
} from "./in-force";
import { dispositionsAsking, filtersMalicious, tiersOf } from "./routes";
import { shortfallsOf, type Shortfall } from "./shortfalls";

const needs = [
  "antiSpamPolicies",
  "antiSpamRules",
  "presetRules",
  "quarantinePolicies",
] as const;

type Parts = Pick<AllParts, (typeof needs)[number]>;

/** Yields a detail for each shortfall of these kinds of `Default`, if `Default` applies to any recipient. */
function* ofDefault(
  parts: Parts,
  context: Context,
  kinds: readonly Shortfall["kind"][],
  detailOf: (
    name: string,
    shortfall: Shortfall,
  ) => Pick<Detail, "reason" | "fix">,
): Generator<Detail> {
  const policyFor = quarantinePolicyFor(parts.quarantinePolicies);
  for (const policy of actingPolicies(parts, context, ["default"]))
    for (const shortfall of shortfallsOf(policy, policyFor, context)) {
      const { kind, property, value, grade } = shortfall;
      if (kinds.includes(kind))
        yield {
          object: antiSpamObject(policy.name),
          property,
          value,
          status: grade,
          ...detailOf(policy.name, shortfall),
        };
    }
}

/**
 * Returns the fix that sets a quarantine tag to the right policy. If the tag is right already, the fix gives the policy the rights of the
 * use case.
 */
function tagFix(
  policy: string,
  { property, value, wanted }: Shortfall,
  context: Context,
): string {
  const name = quarantineOf(wanted, context);
  return same(value, name)
    ? `Give it the rights of the use case: \`Set-QuarantinePolicy ${quoted(name)} -EndUserQuarantinePermissionsValue ${wanted === "user" ? 7 : 11}\`.`
    : `\`Set-HostedContentFilterPolicy ${quoted(policy)} -${parameter(property)} ${quoted(name)}\`.`;
}

/** Yields a detail for each policy of a kind, preset or custom, that deviates from the use case or is unknown. */
function* ofOthers(
  parts: Parts,
  context: Context,
  kind: Candidate["kind"],
  detailOf: (
    rule: PolicyRule,
    shortfalls: readonly Shortfall[] | undefined,
  ) => Detail,
): Generator<Detail> {
  const policyFor = quarantinePolicyFor(parts.quarantinePolicies);
  for (const candidate of policiesInForce(parts, context)) {
    const { rule, chosen } = candidate;
    if (candidate.kind !== kind || !rule) continue;
    const shortfalls =
      chosen.policy && shortfallsOf(chosen.policy, policyFor, context);
    if (shortfalls?.length !== 0) yield detailOf(rule, shortfalls);
  }
}

/** Returns a sentence such as `Malicious mail goes to …, and Spam and Spoof mail …`. */
const told = (shortfalls: readonly Shortfall[]): string => {
  const all = shortfalls.map((one) => `${one.mail} ${one.goes}`);
  return [...new Set(all)].join(", and ");
};

/**
 * Returns `failed` if a policy exposes Malicious mail, or may do so because it is unknown, as this defeats the routes; `warning` if it is
 * only stricter or looser with spam.
 */
const gradeOf = (
  shortfalls: readonly Shortfall[] | undefined,
  context: Context,
): "failed" | "warning" =>
  (
    shortfalls
      ? shortfalls.some(
          ({ isMalicious, grade }) => isMalicious && grade === "failed",
        )
      : filtersMalicious(context)
  )
    ? "failed"
    : "warning";

/** Returns the gravest dispositions about which the anti-spam policy decides. */
function filtered(context: Context): string {
  if (filtersMalicious(context)) return "Malicious";
  const grave = dispositionsAsking(context, "highConfidenceSpam");
  return listed(grave.length > 0 ? grave : dispositionsAsking(context, "spam"));
}

/** Returns a text with a capital at its beginning. */
const sentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

/** Checks of which anti-spam policy applies, and what it does. */
export const policyChecks: readonly Check[] = [
  check({
    name: "preset-in-force",
    title: "No preset security policy goes before Default",
    severity: "failed",
    needs,
    url: "https://learn.microsoft.com/defender-office-365/preset-security-policies",
    fine: "Neither the Standard nor the Strict preset is on for recipients of the domains.",
    look: (parts, context) =>
      ofOthers(parts, context, "preset", (rule, shortfalls) => ({
        ...propertyOf("EOPProtectionPolicyRule", rule, "enabled"),
        status: gradeOf(shortfalls, context),
        reason: `The preset is on for ${audienceOf(rule)} and goes before Default: ${shortfalls ? told(shortfalls) : `what its policy ${rule.hostedContentFilterPolicy} does was not told`}.`,
        fix: `Except the domains from the preset in the Defender portal, or switch it off: \`Disable-EOPProtectionPolicyRule ${quoted(rule.name)}\`.`,
      })),
  }),
  check({
    name: "custom-policy-in-force",
    title: "No custom anti-spam policy goes before Default and does otherwise",
    severity: "failed",
    needs,
    url: "https://learn.microsoft.com/defender-office-365/how-policies-and-protections-are-combined",
    fine: "No custom anti-spam policy sends mail of the routes elsewhere.",
    look: (parts, context) =>
      ofOthers(parts, context, "custom", (rule, shortfalls) => ({
        ...propertyOf(
          "HostedContentFilterRule",
          rule,
          "hostedContentFilterPolicy",
        ),
        status: gradeOf(shortfalls, context),
        reason: `The policy "${rule.hostedContentFilterPolicy}" acts for ${audienceOf(rule)} instead of Default: ${shortfalls ? told(shortfalls) : "what it does was not told"}.`,
        fix: `Give that policy the actions and quarantine policies of Default, or disable its rule: \`Disable-HostedContentFilterRule ${quoted(rule.name)}\`.`,
      })),
  }),
  check({
    name: "anti-spam-action",
    title: "Default quarantines what the rules ask for",
    severity: "failed",
    needs,
    url: "https://learn.microsoft.com/defender-office-365/anti-spam-policies-configure",
    fine: ({ useCase }) =>
      useCasePlans[useCase].spam === "junk"
        ? "Default sends spam to the Junk Email folder, and quarantines high confidence spam and phishing."
        : "Default quarantines spam, high confidence spam and phishing.",
    look: (parts, context) =>
      ofDefault(
        parts,
        context,
        ["action"],
        (name, { property, value, wanted, mailOfVerdict, goes }) => {
          const action = wanted === "junk" ? "MoveToJmf" : "Quarantine";
          return {
            reason: `${parameter(property)} is ${value} and not ${action}, so that ${mailOfVerdict} ${goes}${wanted === "junk" ? "" : " and its quarantine policy counts for nothing"}.`,
            fix: `\`Set-HostedContentFilterPolicy ${quoted(name)} -${parameter(property)} ${action}\`.`,
          };
        },
      ),
  }),
  check({
    name: "malicious-self-release",
    title: "No recipient releases Malicious mail",
    severity: "failed",
    needs,
    url: "https://learn.microsoft.com/defender-office-365/quarantine-policies",
    fine: "Malicious mail lies under a quarantine policy without the right to release.",
    look: (parts, context) =>
      ofDefault(parts, context, ["release", "unknown"], (name, shortfall) => ({
        reason: sentence(`${shortfall.mailOfVerdict} ${shortfall.goes}.`),
        fix: tagFix(name, shortfall, context),
      })),
  }),
  check({
    name: "spam-not-releasable",
    title: "Recipients release Spam and Spoof mail",
    severity: "warning",
    appliesTo: "stack",
    needs,
    url: "https://learn.microsoft.com/defender-office-365/quarantine-policies",
    fine: "Spam and Spoof mail lies under a quarantine policy with the right to release.",
    look: (parts, context) =>
      ofDefault(parts, context, ["noRelease"], (name, shortfall) => ({
        reason: `${shortfall.mail} ${shortfall.goes}, so that an administrator is asked for each.`,
        fix: tagFix(name, shortfall, context),
      })),
  }),
  check({
    name: "allowed-senders",
    title: "No sender or domain is allowed past the filter",
    severity: "warning",
    appliesTo: "stack",
    needs: ["antiSpamPolicies", "antiSpamRules", "presetRules"],
    url: "https://learn.microsoft.com/defender-office-365/create-safe-sender-lists-in-office-365",
    fine: "No policy in force has allowed senders or domains.",
    *look(parts, context) {
      for (const policy of actingPolicies(parts, context))
        for (const property of [
          "allowedSenderDomains",
          "allowedSenders",
        ] as const) {
          const allowed = policy[property];
          if (allowed.length === 0) continue;
          yield {
            ...ofPolicy(policy, property),
            reason: `Mail from ${listed(allowed)} skips the filter whatever Cloudflare finds, so that even ${filtered(context)} mail can reach the inbox; of the organisation's own domains only mail that passes email authentication does.`,
            fix: `Empty the list: \`Set-HostedContentFilterPolicy ${quoted(policy.name)} -${parameter(property)} $null\`.`,
          };
        }
    },
  }),
  check({
    name: "default-policy",
    title: "Default is the default anti-spam policy",
    severity: "warning",
    appliesTo: "stack",
    needs: ["antiSpamPolicies"],
    url: "https://learn.microsoft.com/powershell/module/exchange/set-hostedcontentfilterpolicy",
    fine: "Default is the default anti-spam policy.",
    *look({ antiSpamPolicies }) {
      for (const policy of antiSpamPolicies)
        if (policy.isDefault && !same(policy.name, "Default"))
          yield {
            ...ofPolicy(policy, "isDefault"),
            reason: `"${policy.name}" is the tenant's default anti-spam policy, so that Default, which the use case sets up, is for nobody.`,
            fix: "Make Default the default one again: `Set-HostedContentFilterPolicy 'Default' -MakeDefault`.",
          };
    },
  }),
  check({
    name: "spf-hard-fail",
    title: "SPF is not judged behind Cloudflare",
    severity: "warning",
    needs: ["antiSpamPolicies", "antiSpamRules", "presetRules"],
    url: "https://developers.cloudflare.com/cloudflare-one/email-security/setup/pre-delivery-deployment/prerequisites/m365-email-security-mx/",
    fine: "No policy in force marks SPF hard fails as spam.",
    *look(parts, context) {
      for (const policy of actingPolicies(parts, context))
        if (same(policy.markAsSpamSpfRecordHardFail, "On"))
          yield {
            ...ofPolicy(policy, "markAsSpamSpfRecordHardFail"),
            reason:
              "Behind Cloudflare the sender's address is Cloudflare's, so that good mail fails SPF and is taken for spam.",
            fix: `\`Set-HostedContentFilterPolicy ${quoted(policy.name)} -MarkAsSpamSpfRecordHardFail Off\`.`,
          };
    },
  }),
  check({
    name: "spoof-verdict",
    title: "Microsoft's own finding of spoofing ends where Spoof mail does",
    severity: "warning",
    needs: ["antiPhishPolicies"],
    url: "https://learn.microsoft.com/defender-office-365/anti-phishing-policies-about",
    fine: "Mail that Microsoft finds spoofed is quarantined.",
    *look({ antiPhishPolicies }, context) {
      const asked = tiersOf(context).find(
        ({ disposition, request }) =>
          disposition === "Spoof" && request !== "hostedQuarantine",
      )?.request;
      const isSpam = asked === "spam";
      const { spam, highConfidenceSpam } = useCasePlans[context.useCase];
      for (const { name, isDefault, settings } of antiPhishPolicies)
        if (
          asked &&
          isDefault &&
          settings["enableSpoofIntelligence"] !== false &&
          same(String(settings["authenticationFailAction"] ?? ""), "MoveToJmf")
        )
          yield {
            object: named("AntiPhishPolicy", name),
            property: "authenticationFailAction",
            value: "MoveToJmf",
            reason: `Spoof mail that Microsoft finds spoofed as well ${isSpam ? "goes" : "can go"} to the Junk Email folder, as the anti-phishing policy ${isSpam ? "goes before the verdict spam" : "may go before the verdict high confidence spam"} that the rule asks for.`,
            fix: `\`Set-AntiPhishPolicy ${quoted(name)} -AuthenticationFailAction Quarantine -SpoofQuarantineTag ${quoted(quarantineOf(isSpam ? spam : highConfidenceSpam, context))}\`, if it is to lie with the rest.`,
          };
    },
  }),
];
