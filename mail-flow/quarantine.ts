import { result, named, step, unread, type Result, type Way } from "./result";
import { folded } from "./mail";
import type { Verdict } from "./message";
import { valueOf } from "./part";
import type { Step } from "./path";
import { adminOnlyAccess, fullAccess } from "./policy-defaults";
import type {
  QuarantinePermission,
  QuarantinePolicy,
  Snapshot,
} from "./snapshot";

/** The effect of one policy on mail of a verdict. */
export interface Threat {
  /** The policy's name as in steps. */
  readonly object: string;
  readonly policy: string;
  readonly actionProperty: string;
  readonly action: string;
  /** The property that contains the quarantine policy's name. */
  readonly tagProperty: string;
  readonly tag: string | undefined;
  readonly retentionDays: number | null;
}

/** Returns the way of a message into quarantine: its quarantine policy, and the recipient's rights. */
export type Quarantine = (
  threat: Threat,
  known: Partial<Result> & { verdict: Verdict },
  steps: readonly Step[],
) => Way;

/** Verdicts whose mail a recipient can never release, whatever the quarantine policy permits. */
const neverReleased: readonly Verdict[] = ["malware", "highConfidencePhish"];

/** Prepares quarantine policies and their notifications. */
export function quarantine({
  quarantinePolicies,
  quarantineNotification,
}: Pick<
  Snapshot,
  "quarantinePolicies" | "quarantineNotification"
>): Quarantine {
  const policyFor = quarantinePolicyFor(valueOf(quarantinePolicies));
  const frequency =
    "value" in quarantineNotification
      ? (quarantineNotification.value?.endUserSpamNotificationFrequency ?? null)
      : null;
  return ({ object, tagProperty, tag, retentionDays }, known, steps) => {
    const { name, policy } = policyFor(known.verdict, tag);
    const lies = step(
      object,
      tagProperty,
      tag,
      tag
        ? `it lies in quarantine under "${name}"`
        : `no quarantine policy is set, so that it lies in quarantine under Microsoft's default, "${name}"`,
    );
    const base = {
      ...known,
      quarantinePolicy: policy?.name ?? name,
      retentionDays,
    };
    if (!policy)
      return {
        result: result("quarantine", base),
        steps: [
          ...steps,
          lies,
          "unavailable" in quarantinePolicies
            ? unread(
                named("QuarantinePolicy", name),
                "quarantine policies were not read, so that who may release it is not known",
                quarantinePolicies.unavailable,
              )
            : step(
                named("QuarantinePolicy", name),
                "",
                null,
                "there is no such quarantine policy, so that who may release it is not documented",
              ),
        ],
      };
    return {
      result: result("quarantine", {
        ...base,
        ...rights(policy, known.verdict),
        notified: policy.esnEnabled,
        notificationFrequency: policy.esnEnabled ? frequency : null,
      }),
      steps: [...steps, lies, ...said(policy, known.verdict)],
    };
  };
}

/** Returns the quarantine policy for mail of a verdict: the one that the tag names or, without a tag, Microsoft's default. */
export function quarantinePolicyFor(
  policies: readonly QuarantinePolicy[],
): (
  verdict: Verdict,
  tag: string | undefined,
) => { name: string; policy: QuarantinePolicy | undefined } {
  const byName = new Map(
    policies.map((policy) => [folded(policy.name), policy]),
  );
  const byDefault = fullAccess(policies);
  return (verdict, tag) => {
    const name =
      tag || (neverReleased.includes(verdict) ? adminOnlyAccess : byDefault);
    return { name, policy: byName.get(folded(name)) };
  };
}

/** Returns the rights of a recipient for quarantined mail of a verdict. */
export function rights(
  { endUserQuarantinePermissions: permissions }: QuarantinePolicy,
  verdict: Verdict,
): Pick<Result, "release" | "preview" | "delete"> {
  if (!permissions) return { release: null, preview: false, delete: false };
  const may = (permission: QuarantinePermission) =>
    permissions.includes(permission);
  const asks = may("RequestRelease") ? "request" : "none";
  const releases = neverReleased.includes(verdict) ? "request" : "self";
  return {
    release: may("Release") ? releases : asks,
    preview: may("Preview"),
    delete: may("Delete"),
  };
}

const releases = {
  self: "the recipient releases it",
  request: "the recipient asks, and an administrator releases it",
  none: "only an administrator releases it",
} as const satisfies Record<NonNullable<Result["release"]>, string>;

function said(policy: QuarantinePolicy, verdict: Verdict): Step[] {
  const object = named("QuarantinePolicy", policy.name);
  const { endUserQuarantinePermissions: permissions, esnEnabled } = policy;
  const { release } = rights(policy, verdict);
  const ignored = release === "request" && permissions?.includes("Release");
  const why = release
    ? releases[release]
    : "what recipients may do is not returned";
  return [
    step(
      object,
      "endUserQuarantinePermissions",
      permissions,
      ignored
        ? `the right to release is never honoured for this verdict: ${why}`
        : why,
    ),
    step(
      object,
      "esnEnabled",
      esnEnabled,
      `the recipient is ${esnEnabled ? "" : "not "}notified`,
    ),
  ];
}
