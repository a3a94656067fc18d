import type { AntiSpamPolicy, QuarantinePolicy } from "../snapshot";
import { same } from "./check";

/** What a policy does otherwise than use case 4 wants with mail that its rules ask a verdict for. */
export interface Shortfall {
  /** `escapes`: it ends where its recipient opens it; `kept`: the recipient does not get what he should; `unknown`. */
  readonly kind: "action" | "release" | "noRelease" | "dangling" | "unknown";
  readonly disposition: "Malicious" | "Spam and Spoof";
  /** Microsoft's verdict, as its documentation calls it. */
  readonly verdict: string;
  /** The policy's property. */
  readonly property: string;
  readonly value: string;
  /** How bad it is. */
  readonly grade: "failed" | "warning";
  /** Where the mail goes, as the end of a sentence that begins with the mail. */
  readonly goes: string;
}

/** Verdicts of a policy that mail of a route can get, by the stem of their properties, with what the route wants. */
const verdicts = [
  {
    action: "highConfidenceSpamAction",
    tag: "highConfidenceSpamQuarantineTag",
    verdict: "high confidence spam",
    disposition: "Malicious",
  },
  // Microsoft's own finding of phishing goes before the level that a rule asks for.
  {
    action: "phishSpamAction",
    tag: "phishQuarantineTag",
    verdict: "phishing",
    disposition: "Malicious",
  },
  {
    action: "spamAction",
    tag: "spamQuarantineTag",
    verdict: "spam",
    disposition: "Spam and Spoof",
  },
] as const;

/** Where an action other than Quarantine takes a message, and whether its recipient gets it there. */
const ends: Readonly<Record<string, { goes: string; reached: boolean }>> = {
  MoveToJmf: { goes: "goes to the Junk Email folder", reached: true },
  AddXHeader: { goes: "is delivered with a header", reached: true },
  ModifySubject: { goes: "is delivered with another subject", reached: true },
  NoAction: { goes: "is delivered", reached: true },
  Redirect: { goes: "is redirected", reached: false },
  Delete: { goes: "is deleted", reached: false },
};

/** What Microsoft takes where no tag is set. */
export const defaultTag = "DefaultFullAccessPolicy";

/** Every shortfall of a policy. */
export function shortfallsOf(
  policy: AntiSpamPolicy,
  quarantinePolicies: readonly QuarantinePolicy[],
): Shortfall[] {
  return verdicts.flatMap(
    ({ action, tag, disposition, verdict }): Shortfall[] => {
      const wanted = disposition === "Malicious";
      if (policy[action] !== "Quarantine") {
        const end = ends[policy[action]];
        return [
          {
            kind: "action",
            disposition,
            verdict,
            property: action,
            value: policy[action],
            grade: end?.reached === false ? "warning" : "failed",
            goes: end?.goes ?? `meets the action ${policy[action]}`,
          },
        ];
      }
      const name = policy[tag] || defaultTag;
      const quarantine = quarantineOf(name, quarantinePolicies);
      const base = {
        disposition,
        verdict,
        property: tag,
        value: name,
      } as const;
      if (quarantine === undefined)
        return [
          {
            ...base,
            kind: "dangling",
            grade: "failed",
            goes: `lies under the quarantine policy ${name}, which does not exist`,
          },
        ];
      const permissions = quarantine.endUserQuarantinePermissions;
      if (permissions === undefined)
        return [
          {
            ...base,
            kind: "unknown",
            grade: "warning",
            goes: `lies under the quarantine policy ${name}, of which nobody can tell what recipients may do`,
          },
        ];
      const release = permissions.includes("Release");
      if (wanted && release)
        return [
          {
            ...base,
            kind: "release",
            grade: "failed",
            goes: `goes to a quarantine that its recipient releases from (${name})`,
          },
        ];
      if (!wanted && !release)
        return [
          {
            ...base,
            kind: "noRelease",
            grade: "warning",
            goes: `goes to a quarantine that its recipient cannot release from (${name})`,
          },
        ];
      return [];
    },
  );
}

/** Microsoft's own quarantine policies, for a list that leaves them out. */
const builtIn: readonly QuarantinePolicy[] = [
  {
    name: "AdminOnlyAccessPolicy",
    endUserQuarantinePermissions: [],
    esnEnabled: false,
  },
  ...[
    { name: "DefaultFullAccessPolicy", esnEnabled: false },
    { name: "DefaultFullAccessWithNotificationPolicy", esnEnabled: true },
    { name: "NotificationEnabledPolicy", esnEnabled: true },
  ].map((policy) => ({
    ...policy,
    endUserQuarantinePermissions: [
      "Release" as const,
      "Delete" as const,
      "Preview" as const,
    ],
  })),
];

/** The quarantine policy of a name. */
export const quarantineOf = (
  name: string,
  policies: readonly QuarantinePolicy[],
): QuarantinePolicy | undefined =>
  policies.find((policy) => same(policy.name, name)) ??
  builtIn.find((policy) => same(policy.name, name));
