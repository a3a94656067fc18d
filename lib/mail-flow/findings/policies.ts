import type { QuarantinePolicy } from "../snapshot";
import { check, listed, quoted, same, type Check, type Detail } from "./check";
import type { Context } from "./context";
import {
  audienceOf,
  policiesInForce,
  type InForce,
  type Policies,
} from "./in-force";
import { shortfallsOf, type Shortfall } from "./shortfalls";

const needs = [
  "antiSpamPolicies",
  "antiSpamRules",
  "presetRules",
  "quarantinePolicies",
] as const;
const policyPage =
  "https://learn.microsoft.com/defender-office-365/anti-spam-policies-configure";
const presetPage =
  "https://learn.microsoft.com/defender-office-365/preset-security-policies";
const orderPage =
  "https://learn.microsoft.com/defender-office-365/how-policies-and-protections-are-combined";

type Parts = Policies & {
  readonly quarantinePolicies: readonly QuarantinePolicy[];
};

/** The shortfalls of `Default`, where it is for anybody. */
function* ofDefault(
  parts: Parts,
  context: Context,
  kinds: readonly Shortfall["kind"][],
  detailOf: (name: string, shortfall: Shortfall) => Detail,
): Generator<Detail> {
  for (const { kind, policy } of policiesInForce(parts, context))
    if (kind === "default" && policy)
      for (const shortfall of shortfallsOf(policy, parts.quarantinePolicies))
        if (kinds.includes(shortfall.kind))
          yield detailOf(policy.name, shortfall);
}

const objectOf = (name: string): string =>
  `HostedContentFilterPolicy "${name}"`;

/** `highConfidenceSpamAction` as the cmdlet has it. */
const parameter = (property: string): string =>
  `${property.charAt(0).toUpperCase()}${property.slice(1)}`;

/** Points a tag at the right quarantine policy; where it does, that one gets the rights that the use case gives it. */
const tagFix = (
  policy: string,
  property: string,
  value: string,
  wanted: string,
  permissions: 7 | 11,
): string =>
  same(value, wanted)
    ? `Give it the rights of the use case: \`Set-QuarantinePolicy ${quoted(wanted)} -EndUserQuarantinePermissionsValue ${permissions}\`.`
    : `\`Set-HostedContentFilterPolicy ${quoted(policy)} -${parameter(property)} ${quoted(wanted)}\`.`;

/** What another policy than `Default` does otherwise, in words. */
function* ofOthers(
  parts: Parts,
  context: Context,
  kind: InForce["kind"],
  detailOf: (found: InForce, shortfalls: readonly Shortfall[]) => Detail,
): Generator<Detail> {
  for (const found of policiesInForce(parts, context)) {
    if (found.kind !== kind) continue;
    const shortfalls = found.policy
      ? shortfallsOf(found.policy, parts.quarantinePolicies)
      : [];
    if (!found.policy || shortfalls.length > 0)
      yield detailOf(found, shortfalls);
  }
}

/** `Malicious mail goes to …, and Spam and Spoof mail …`. */
const told = (shortfalls: readonly Shortfall[]): string =>
  [
    ...new Set(
      shortfalls.map(({ disposition, goes }) => `${disposition} mail ${goes}`),
    ),
  ].join(", and ");

/** A policy that lets Malicious mail through defeats the routes; one that is only stricter or looser with spam does not. */
const gradeOf = (shortfalls: readonly Shortfall[]): "failed" | "warning" =>
  shortfalls.length === 0 ||
  shortfalls.some(
    ({ disposition, grade }) =>
      disposition === "Malicious" && grade === "failed",
  )
    ? "failed"
    : "warning";

/** The checks of which anti-spam policy acts, and how. */
export const policyChecks: readonly Check[] = [
  check({
    name: "preset-in-force",
    title: "No preset security policy goes before Default",
    severity: "failed",
    appliesTo: "stack",
    needs,
    url: presetPage,
    fine: "Neither the Standard nor the Strict preset is on for recipients of the domains.",
    look: (parts, context) =>
      ofOthers(parts, context, "preset", ({ rule, policy }, shortfalls) => ({
        object: `EOPProtectionPolicyRule "${rule?.name ?? ""}"`,
        property: "enabled",
        value: true,
        status: gradeOf(shortfalls),
        reason: `The preset is on for ${rule ? audienceOf(rule) : ""} and goes before Default: ${policy ? told(shortfalls) : `what its policy ${rule?.hostedContentFilterPolicy} does was not told`}.`,
        fix: `Except the domains from the preset in the Defender portal, or switch it off: \`Disable-EOPProtectionPolicyRule ${quoted(rule?.name ?? "")}\`.`,
      })),
  }),
  check({
    name: "custom-policy-in-force",
    title: "No custom anti-spam policy goes before Default and does otherwise",
    severity: "failed",
    appliesTo: "stack",
    needs,
    url: orderPage,
    fine: "No custom anti-spam policy sends mail of the routes elsewhere.",
    look: (parts, context) =>
      ofOthers(parts, context, "custom", ({ rule, policy }, shortfalls) => ({
        object: `HostedContentFilterRule "${rule?.name ?? ""}"`,
        property: "hostedContentFilterPolicy",
        value: rule?.hostedContentFilterPolicy ?? null,
        status: gradeOf(shortfalls),
        reason: `The policy "${rule?.hostedContentFilterPolicy}" acts for ${rule ? audienceOf(rule) : ""} instead of Default: ${policy ? told(shortfalls) : "what it does was not told"}.`,
        fix: `Give that policy the actions and quarantine policies of Default, or disable its rule: \`Disable-HostedContentFilterRule ${quoted(rule?.name ?? "")}\`.`,
      })),
  }),
  check({
    name: "anti-spam-action",
    title: "Default quarantines what the rules ask for",
    severity: "failed",
    appliesTo: "stack",
    needs,
    url: policyPage,
    fine: "Default quarantines spam, high confidence spam and phishing.",
    look: (parts, context) =>
      ofDefault(
        parts,
        context,
        ["action"],
        (name, { property, value, disposition, verdict, goes, grade }) => ({
          object: objectOf(name),
          property,
          value,
          status: grade,
          reason: `${parameter(property)} is ${value} and not Quarantine, so that ${disposition} mail of the verdict ${verdict} ${goes} and its quarantine policy counts for nothing.`,
          fix: `\`Set-HostedContentFilterPolicy ${quoted(name)} -${parameter(property)} Quarantine\`.`,
        }),
      ),
  }),
  check({
    name: "malicious-self-release",
    title: "No recipient releases Malicious mail",
    severity: "failed",
    appliesTo: "stack",
    needs,
    url: "https://learn.microsoft.com/defender-office-365/quarantine-policies",
    fine: "Malicious mail lies under a quarantine policy without the right to release.",
    look: (parts, context) =>
      ofDefault(
        parts,
        context,
        ["release", "unknown"],
        (name, { property, value, disposition, verdict, goes, grade }) => ({
          object: objectOf(name),
          property,
          value,
          status: grade,
          reason: `${disposition} mail of the verdict ${verdict} ${goes}.`,
          fix: tagFix(name, property, value, context.adminQuarantine, 11),
        }),
      ),
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
      ofDefault(
        parts,
        context,
        ["noRelease"],
        (name, { property, value, disposition, goes }) => ({
          object: objectOf(name),
          property,
          value,
          reason: `${disposition} mail ${goes}, so that an administrator is asked for each.`,
          fix: tagFix(name, property, value, context.userQuarantine, 7),
        }),
      ),
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
      for (const { policy } of policiesInForce(parts, context))
        for (const property of [
          "allowedSenderDomains",
          "allowedSenders",
        ] as const) {
          const allowed = policy?.[property] ?? [];
          if (!policy || allowed.length === 0) continue;
          const own = allowed.filter((name) =>
            context.domains.some((domain) =>
              same(name.slice(name.lastIndexOf("@") + 1), domain),
            ),
          );
          yield {
            object: objectOf(policy.name),
            property,
            value: allowed,
            ...(own.length > 0 && { status: "failed" as const }),
            reason: `Mail from ${listed(own.length > 0 ? own : allowed)} skips the filter whatever Cloudflare finds${own.length > 0 ? ", and anybody can write that name of your own as the sender" : ""}, so that even Malicious mail can reach the inbox.`,
            fix: `Empty the list: \`Set-HostedContentFilterPolicy ${quoted(policy.name)} -${parameter(property)} $null\`.`,
          };
        }
    },
  }),
  check({
    name: "spf-hard-fail",
    title: "SPF is not judged behind Cloudflare",
    severity: "warning",
    appliesTo: "doctor",
    needs: ["antiSpamPolicies", "antiSpamRules", "presetRules"],
    url: "https://developers.cloudflare.com/cloudflare-one/email-security/setup/pre-delivery-deployment/prerequisites/m365-email-security-mx/",
    fine: "No policy in force marks SPF hard fails as spam.",
    *look(parts, context) {
      for (const { policy } of policiesInForce(parts, context))
        if (policy && same(policy.markAsSpamSpfRecordHardFail, "On"))
          yield {
            object: objectOf(policy.name),
            property: "markAsSpamSpfRecordHardFail",
            value: "On",
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
    appliesTo: "doctor",
    needs: ["antiPhishPolicies"],
    url: "https://learn.microsoft.com/defender-office-365/anti-phishing-policies-about",
    fine: "Mail that Microsoft finds spoofed is quarantined.",
    *look({ antiPhishPolicies }, context) {
      for (const { name, isDefault, settings } of antiPhishPolicies)
        if (
          isDefault &&
          settings["enableSpoofIntelligence"] !== false &&
          same(String(settings["authenticationFailAction"] ?? ""), "MoveToJmf")
        )
          yield {
            object: `AntiPhishPolicy "${name}"`,
            property: "authenticationFailAction",
            value: "MoveToJmf",
            reason:
              "Spoof mail that Microsoft finds spoofed as well goes to the Junk Email folder, as the anti-phishing policy goes before the verdict spam that the rule asks for.",
            fix: `\`Set-AntiPhishPolicy ${quoted(name)} -AuthenticationFailAction Quarantine -SpoofQuarantineTag ${quoted(context.userQuarantine)}\`, if it is to lie with the rest.`,
          };
    },
  }),
];
