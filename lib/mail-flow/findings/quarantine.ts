import type { AntiSpamPolicy, QuarantinePolicy } from "../snapshot";
import { check, listed, quoted, same, type Check } from "./check";
import type { Context } from "./context";
import { policiesInForce, type Policies } from "./in-force";
import { quarantineOf } from "./shortfalls";

const page =
  "https://learn.microsoft.com/defender-office-365/quarantine-policies";
const policyPage =
  "https://learn.microsoft.com/defender-office-365/anti-spam-policies-configure";

const parts = ["antiSpamPolicies", "antiSpamRules", "presetRules"] as const;

/** The pairs of action and tag of an anti-spam policy that mail of the routes can meet. */
const tags = [
  ["spamAction", "spamQuarantineTag"],
  ["highConfidenceSpamAction", "highConfidenceSpamQuarantineTag"],
  ["phishSpamAction", "phishQuarantineTag"],
  ["highConfidencePhishAction", "highConfidencePhishQuarantineTag"],
  ["bulkSpamAction", "bulkQuarantineTag"],
] as const;

/** The tags of a policy that count: a tag without its action has no effect. */
const tagsOf = (
  policy: AntiSpamPolicy,
): { property: (typeof tags)[number][1]; name: string }[] =>
  tags.flatMap(([action, property]) => {
    const name = policy[property];
    return policy[action] === "Quarantine" && name ? [{ property, name }] : [];
  });

/** The policies in force whose settings somebody can change: those of presets nobody can. */
const changeable = (policies: Policies, context: Context): AntiSpamPolicy[] =>
  policiesInForce(policies, context).flatMap(({ policy, kind }) =>
    policy && kind !== "preset" ? [policy] : [],
  );

const objectOf = ({ name }: AntiSpamPolicy): string =>
  `HostedContentFilterPolicy "${name}"`;

/** Days between two notifications; undefined for what is no time span. */
function daysOf(frequency: string | undefined): number | undefined {
  const match = /^(?:(\d+)\.)?(\d+):(\d+):(\d+)$/.exec(frequency ?? "");
  return match ? Number(match[1] ?? 0) + Number(match[2]) / 24 : undefined;
}

/** The checks of what recipients may do in quarantine, and what they are told. */
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
          object: `OrganizationConfig "${organization.name}"`,
          property: "isDehydrated",
          value: true,
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
    appliesTo: "stack",
    needs: [...parts, "quarantinePolicies"],
    url: page,
    fine: "Every tag in force names a quarantine policy that exists.",
    *look({ quarantinePolicies, ...policies }, context) {
      for (const { policy } of policiesInForce(policies, context))
        if (policy)
          for (const { property, name } of tagsOf(policy))
            if (!quarantineOf(name, quarantinePolicies))
              yield {
                object: objectOf(policy),
                property,
                value: name,
                reason: `There is no quarantine policy ${name}, so that nobody is told of the mail that lies under it and nobody can say who releases it.`,
                fix: `Make it with \`pulumi up\`, or set another: \`Set-HostedContentFilterPolicy ${quoted(policy.name)} -${property.charAt(0).toUpperCase()}${property.slice(1)} ${quoted(property === "spamQuarantineTag" ? context.userQuarantine : context.adminQuarantine)}\`.`,
              };
    },
  }),
  check({
    name: "quarantine-policy-missing",
    title: "The two quarantine policies of the use case exist",
    severity: "warning",
    appliesTo: "doctor",
    needs: ["quarantinePolicies"],
    url: page,
    fine: "Both quarantine policies exist.",
    *look({ quarantinePolicies }, { userQuarantine, adminQuarantine }) {
      for (const name of [userQuarantine, adminQuarantine])
        if (!quarantinePolicies.some((policy) => same(policy.name, name)))
          yield {
            object: `QuarantinePolicy "${name}"`,
            reason: `There is no quarantine policy ${name}, so that use case 4 is not set up here, or under other names.`,
            fix: "Run `pulumi up`.",
          };
    },
  }),
  check({
    name: "release-not-honored",
    title: "No right to release is given where it does nothing",
    severity: "warning",
    appliesTo: "doctor",
    needs: [...parts, "quarantinePolicies", "malwarePolicies"],
    url: page,
    fine: "No quarantine policy for high confidence phishing or malware has the right to release.",
    *look({ quarantinePolicies, malwarePolicies, ...policies }, context) {
      const releases = (name: string | undefined): boolean =>
        quarantineOf(
          name ?? "",
          quarantinePolicies,
        )?.endUserQuarantinePermissions?.includes("Release") ?? false;
      for (const policy of changeable(policies, context)) {
        const name = policy.highConfidencePhishQuarantineTag;
        // The administrator's own is found where it lets out Malicious mail.
        if (releases(name) && !same(name, context.adminQuarantine))
          yield {
            object: objectOf(policy),
            property: "highConfidencePhishQuarantineTag",
            value: name ?? null,
            reason: `${name} gives the right to release, and for high confidence phishing Microsoft turns it into a request.`,
            fix: `Say what happens: \`Set-HostedContentFilterPolicy ${quoted(policy.name)} -HighConfidencePhishQuarantineTag ${quoted(context.adminQuarantine)}\`.`,
          };
      }
      for (const { name, isDefault, quarantineTag } of malwarePolicies)
        if (isDefault && releases(quarantineTag))
          yield {
            object: `MalwareFilterPolicy "${name}"`,
            property: "quarantineTag",
            value: quarantineTag ?? null,
            reason: `${quarantineTag} gives the right to release, and for malware Microsoft turns it into a request.`,
            fix: `Say what happens: \`Set-MalwareFilterPolicy ${quoted(name)} -QuarantineTag AdminOnlyAccessPolicy\`.`,
          };
    },
  }),
  check({
    name: "quarantine-retention",
    title: "Quarantined mail is kept long enough",
    severity: "warning",
    appliesTo: "doctor",
    needs: parts,
    url: policyPage,
    fine: "Quarantined mail is kept for 15 days and more.",
    *look(policies, context) {
      for (const policy of changeable(policies, context))
        if (policy.quarantineRetentionPeriod < 15)
          yield {
            object: objectOf(policy),
            property: "quarantineRetentionPeriod",
            value: policy.quarantineRetentionPeriod,
            reason: `Mail is deleted from the quarantine after ${policy.quarantineRetentionPeriod} days, so that who comes back from three weeks of leave finds nothing.`,
            fix: `\`Set-HostedContentFilterPolicy ${quoted(policy.name)} -QuarantineRetentionPeriod 30\`; the use case recommends 15 to 30.`,
          };
    },
  }),
  check({
    name: "quarantine-notification-off",
    title: "Recipients are told of quarantined mail",
    severity: "warning",
    appliesTo: "doctor",
    needs: [...parts, "quarantinePolicies"],
    url: "https://learn.microsoft.com/defender-office-365/quarantine-quarantine-notifications",
    fine: "Recipients are told of spam and high confidence spam in quarantine.",
    *look({ quarantinePolicies, ...policies }, context) {
      const silent = new Map<string, QuarantinePolicy>();
      for (const policy of changeable(policies, context))
        for (const { property, name } of tagsOf(policy)) {
          const quarantine = quarantineOf(name, quarantinePolicies);
          if (
            /^(spam|highConfidenceSpam)QuarantineTag$/.test(property) &&
            quarantine &&
            !quarantine.esnEnabled
          )
            silent.set(quarantine.name.toLowerCase(), quarantine);
        }
      for (const { name } of silent.values())
        yield {
          object: `QuarantinePolicy "${name}"`,
          property: "esnEnabled",
          value: false,
          reason: `Nobody is told of mail that lies under ${name}, so that recipients do not know that there is anything to release.`,
          fix: name.startsWith("Default")
            ? "Point the tags at quarantine policies with notifications: run `pulumi up`."
            : `\`Set-QuarantinePolicy ${quoted(name)} -ESNEnabled $true\`.`,
        };
    },
  }),
  check({
    name: "quarantine-notification-frequency",
    title: "Recipients are told before mail is deleted",
    severity: "warning",
    appliesTo: "doctor",
    needs: [...parts, "quarantineNotification"],
    url: "https://learn.microsoft.com/defender-office-365/quarantine-quarantine-notifications",
    fine: "Notifications come more often than mail is deleted.",
    *look({ quarantineNotification, ...policies }, context) {
      const days = daysOf(
        quarantineNotification?.endUserSpamNotificationFrequency,
      );
      if (!quarantineNotification || days === undefined) return;
      const short = changeable(policies, context).filter(
        ({ quarantineRetentionPeriod }) => quarantineRetentionPeriod <= days,
      );
      if (short.length > 0)
        yield {
          object: `QuarantinePolicy "${quarantineNotification.name}"`,
          property: "endUserSpamNotificationFrequency",
          value:
            quarantineNotification.endUserSpamNotificationFrequency ?? null,
          reason: `Recipients are told every ${days} days, and ${listed(short.map(({ name, quarantineRetentionPeriod }) => `${name} keeps mail for ${quarantineRetentionPeriod}`))}, so that it can be deleted before anybody was told.`,
          fix: `\`Set-QuarantinePolicy ${quoted(quarantineNotification.name)} -EndUserSpamNotificationFrequency 1.00:00:00\`, or keep mail longer.`,
        };
    },
  }),
];
