import { quarantinePolicyFor } from "../quarantine";
import { same } from "../names";
import type { AntiSpamPolicy, QuarantinePolicy } from "../snapshot";
import {
  antiSpamAction,
  antiSpamVerdicts,
  type AntiSpamVerdict,
} from "../threat-action";
import { quoted } from "../powershell";
import { useCasePlans, type VerdictPlan } from "../use-cases";
import { check, listed, parameter, propertyOf, type Check } from "./check";
import { quarantineOf, type Context } from "./context";
import { dispositionsAsking, filtersMalicious } from "./routes";
import {
  actingPolicies,
  antiSpamObject,
  ofPolicy,
  type Policies,
} from "./in-force";

const page =
  "https://learn.microsoft.com/defender-office-365/quarantine-policies";

const parts = ["antiSpamPolicies", "antiSpamRules", "presetRules"] as const;

/**
 * Returns the effective quarantine policies of an anti-spam policy by verdict. A tag has no effect if the verdict's action is not to
 * quarantine.
 */
function tagsOf(
  policy: AntiSpamPolicy,
  policyFor: ReturnType<typeof quarantinePolicyFor>,
) {
  return antiSpamVerdicts.flatMap((verdict) => {
    const acts = antiSpamAction(policy, verdict);
    if (acts?.outcome !== "quarantine") return [];
    const { tag, tagProperty } = acts;
    return [{ verdict, property: tagProperty, ...policyFor(verdict, tag) }];
  });
}

/** Returns the policies in force whose settings can be changed. Those of presets cannot. */
const changeable = (policies: Policies, context: Context): AntiSpamPolicy[] =>
  actingPolicies(policies, context, ["custom", "default"]);

/** Returns what the use case does with quarantined mail of a verdict: with spam as with phishing, if it is to go to Junk. */
function planOf(verdict: AntiSpamVerdict, { useCase }: Context): VerdictPlan {
  const { spam, highConfidenceSpam, phish } = useCasePlans[useCase];
  return verdict === "spam" && spam !== "junk"
    ? spam
    : verdict === "highConfidenceSpam"
      ? highConfidenceSpam
      : phish;
}

/** Returns whether a defect in the quarantine of a verdict concerns mail of the use case's rules. */
const reaches = (verdict: AntiSpamVerdict, context: Context): boolean =>
  // Malicious mail in the filter may get each of Microsoft's verdicts.
  filtersMalicious(context) ||
  ((verdict === "spam" || verdict === "highConfidenceSpam") &&
    dispositionsAsking(context, verdict).length > 0);

/** Returns the number of days between two notifications; undefined if the text is not a time span. */
function daysOf(frequency: string | undefined): number | undefined {
  const match = /^(?:(\d+)\.)?(\d+):(\d+):(\d+)$/.exec(frequency ?? "");
  return match ? Number(match[1] ?? 0) + Number(match[2]) / 24 : undefined;
}

/** Checks of the rights of recipients in quarantine, and of their notifications. */
export const quarantineChecks: readonly Check[] = [
  check({
    name: "organization-dehydrated",
    title: "The tenant can be customised",
    severity: "failed",
    appliesTo: "doctor",
    needs: ["organization"],
    url: "https://learn.microsoft.com/powershell/module/exchange/enable-organizationcustomization",
    fine: "The organisation is not dehydrated.",
    *look({ organization }) {
      if (organization.isDehydrated)
        yield {
          ...propertyOf("OrganizationConfig", organization, "isDehydrated"),
          reason:
            "The tenant was never customised, so that Microsoft refuses the first quarantine policy.",
          fix: "Run `Enable-OrganizationCustomization` once, which cannot be undone and takes up to an hour to work.",
        };
    },
  }),
  check({
    name: "quarantine-tag-missing",
    title: "Every quarantine policy that is pointed at exists",
    severity: "failed",
    needs: [...parts, "quarantinePolicies"],
    url: page,
    fine: "Every tag in force names a quarantine policy that exists.",
    *look({ quarantinePolicies, ...policies }, context) {
      const policyFor = quarantinePolicyFor(quarantinePolicies);
      for (const acting of actingPolicies(policies, context))
        for (const { verdict, property, name, policy } of tagsOf(
          acting,
          policyFor,
        ))
          if (!policy)
            yield {
              ...(!reaches(verdict, context) && { status: "warning" as const }),
              object: antiSpamObject(acting.name),
              property,
              value: name,
              reason: `There is no quarantine policy ${name}, so that nobody is told of the mail that lies under it and nobody can say who releases it.`,
              fix: `Make it with \`pulumi up\`, or set another: \`Set-HostedContentFilterPolicy ${quoted(acting.name)} -${parameter(property)} ${quoted(quarantineOf(planOf(verdict, context), context))}\`.`,
            };
    },
  }),
  check({
    name: "quarantine-policy-missing",
    title: "The quarantine policies of the use case exist",
    severity: "warning",
    needs: ["quarantinePolicies"],
    url: page,
    fine: ({ useCase }) =>
      useCasePlans[useCase].quarantines.length === 2
        ? "Both quarantine policies exist."
        : "Every quarantine policy of the use case exists.",
    *look({ quarantinePolicies }, context) {
      const { useCase } = context;
      for (const name of useCasePlans[useCase].quarantines.map((who) =>
        quarantineOf(who, context),
      ))
        if (!quarantinePolicies.some((policy) => same(policy.name, name)))
          yield {
            object: `QuarantinePolicy "${name}"`,
            reason: `There is no quarantine policy ${name}, so that use case ${useCase} is not set up here, or under other names.`,
            fix: "Run `pulumi up`.",
          };
    },
  }),
  check({
    name: "release-not-honored",
    title: "No right to release is given where it does nothing",
    severity: "warning",
    needs: [...parts, "quarantinePolicies", "malwarePolicies"],
    url: page,
    fine: "No quarantine policy for high confidence phishing or malware has the right to release.",
    *look({ quarantinePolicies, malwarePolicies, ...policies }, context) {
      const policyFor = quarantinePolicyFor(quarantinePolicies);
      // Microsoft ignores the right to release for malware and for high confidence phishing, so either verdict can be given here.
      const releases = (tag: string | undefined): boolean =>
        policyFor(
          "malware",
          tag,
        ).policy?.endUserQuarantinePermissions?.includes("Release") ?? false;
      for (const policy of changeable(policies, context)) {
        const name = policy.highConfidencePhishQuarantineTag;
        // Another check reports the administrator's quarantine policy if it releases Malicious mail.
        const wanted = quarantineOf(planOf("phish", context), context);
        if (releases(name) && !same(name, wanted))
          yield {
            ...ofPolicy(policy, "highConfidencePhishQuarantineTag"),
            reason: `${name} gives the right to release, and for high confidence phishing Microsoft turns it into a request.`,
            fix: `Say what happens: \`Set-HostedContentFilterPolicy ${quoted(policy.name)} -HighConfidencePhishQuarantineTag ${quoted(wanted)}\`.`,
          };
      }
      for (const policy of malwarePolicies)
        if (policy.isDefault && releases(policy.quarantineTag))
          yield {
            ...propertyOf("MalwareFilterPolicy", policy, "quarantineTag"),
            reason: `${policy.quarantineTag} gives the right to release, and for malware Microsoft turns it into a request.`,
            fix: `Say what happens: \`Set-MalwareFilterPolicy ${quoted(policy.name)} -QuarantineTag AdminOnlyAccessPolicy\`.`,
          };
    },
  }),
  check({
    name: "quarantine-retention",
    title: "Quarantined mail is kept long enough",
    severity: "warning",
    needs: parts,
    url: "https://learn.microsoft.com/defender-office-365/anti-spam-policies-configure",
    fine: "Quarantined mail is kept for 15 days and more.",
    *look(policies, context) {
      for (const policy of changeable(policies, context))
        if (policy.quarantineRetentionPeriod < 15)
          yield {
            ...ofPolicy(policy, "quarantineRetentionPeriod"),
            reason: `Mail is deleted from the quarantine after ${policy.quarantineRetentionPeriod} days, so that who comes back from three weeks of leave finds nothing.`,
            fix: `\`Set-HostedContentFilterPolicy ${quoted(policy.name)} -QuarantineRetentionPeriod 30\`; the use case recommends 15 to 30.`,
          };
    },
  }),
  check({
    name: "quarantine-notification-off",
    title: "Recipients are told of quarantined mail",
    severity: "warning",
    needs: [...parts, "quarantinePolicies"],
    url: "https://learn.microsoft.com/defender-office-365/quarantine-quarantine-notifications",
    fine: "Recipients are told of spam and high confidence spam in quarantine.",
    *look({ quarantinePolicies, ...policies }, context) {
      const policyFor = quarantinePolicyFor(quarantinePolicies);
      const silent = new Map<string, QuarantinePolicy>();
      for (const policy of changeable(policies, context))
        for (const { verdict, policy: quarantine } of tagsOf(policy, policyFor))
          if (
            (verdict === "spam" || verdict === "highConfidenceSpam") &&
            planOf(verdict, context) !== "adminOnly" &&
            quarantine?.esnEnabled === false
          )
            silent.set(quarantine.name.toLowerCase(), quarantine);
      for (const policy of silent.values())
        yield {
          ...propertyOf("QuarantinePolicy", policy, "esnEnabled"),
          reason: `Nobody is told of mail that lies under ${policy.name}, so that recipients do not know that there is anything to release.`,
          fix: policy.name.startsWith("Default")
            ? "Point the tags at quarantine policies with notifications: run `pulumi up`."
            : `\`Set-QuarantinePolicy ${quoted(policy.name)} -ESNEnabled $true\`.`,
        };
    },
  }),
  check({
    name: "quarantine-notification-frequency",
    title: "Recipients are told before mail is deleted",
    severity: "warning",
    needs: [...parts, "quarantineNotification"],
    url: "https://learn.microsoft.com/defender-office-365/quarantine-quarantine-notifications",
    fine: "Notifications come more often than mail is deleted.",
    *look({ quarantineNotification: settings, ...policies }, context) {
      const days = daysOf(settings?.endUserSpamNotificationFrequency);
      if (!settings || days === undefined) return;
      const short = changeable(policies, context).filter(
        ({ quarantineRetentionPeriod }) => quarantineRetentionPeriod <= days,
      );
      if (short.length > 0)
        yield {
          ...propertyOf(
            "QuarantinePolicy",
            settings,
            "endUserSpamNotificationFrequency",
          ),
          reason: `Recipients are told every ${days} days, and ${listed(short.map(({ name, quarantineRetentionPeriod }) => `${name} keeps mail for ${quarantineRetentionPeriod}`))}, so that it can be deleted before anybody was told.`,
          fix: `\`Set-QuarantinePolicy ${quoted(settings.name)} -EndUserSpamNotificationFrequency 1.00:00:00\`, or keep mail longer.`,
        };
    },
  }),
];
