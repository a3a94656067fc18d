import { end, named, step, unread, type End, type Way } from "./end";
import { folded } from "./mail";
import type { Verdict } from "./message";
import type { Step } from "./path";
import type {
  QuarantinePermission,
  QuarantinePolicy,
  Snapshot,
} from "./snapshot";

/** Puts a message into quarantine: under which quarantine policy, and what its recipient may do there. */
export type Quarantine = (
  detained: {
    /** The policy that acts, as a step names it. */
    object: string;
    /** Its property with the quarantine policy's name. */
    tagProperty: string;
    tag: string | undefined;
    retentionDays: number | null;
    known: Partial<End> & { verdict: Verdict };
  },
  steps: readonly Step[],
) => Way;

/** Verdicts whose mail a recipient never releases, whatever the quarantine policy permits. */
const neverReleased: readonly Verdict[] = ["malware", "highConfidencePhish"];

/** Makes quarantine policies and their notifications ready. */
export function quarantine({
  quarantinePolicies,
  quarantineNotification,
}: Pick<
  Snapshot,
  "quarantinePolicies" | "quarantineNotification"
>): Quarantine {
  const byName =
    "value" in quarantinePolicies
      ? new Map(
          quarantinePolicies.value.map((policy) => [
            folded(policy.name),
            policy,
          ]),
        )
      : undefined;
  const frequency =
    "value" in quarantineNotification
      ? (quarantineNotification.value?.endUserSpamNotificationFrequency ?? null)
      : null;
  return ({ object, tagProperty, tag, retentionDays, known }, steps) => {
    const name = tag || microsoftsDefault(known.verdict, byName);
    const policy = byName?.get(folded(name));
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
        end: end("quarantine", base),
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
      end: end("quarantine", {
        ...base,
        ...rights(policy, known.verdict),
        notified: policy.esnEnabled,
        notificationFrequency: policy.esnEnabled ? frequency : null,
      }),
      steps: [...steps, lies, ...said(policy, known.verdict)],
    };
  };
}

/** What Microsoft puts where no tag is set. @see https://learn.microsoft.com/powershell/module/exchange/set-hostedcontentfilterpolicy */
function microsoftsDefault(
  verdict: Verdict,
  byName: ReadonlyMap<string, QuarantinePolicy> | undefined,
): string {
  if (neverReleased.includes(verdict)) return "AdminOnlyAccessPolicy";
  return (
    byName?.get("notificationenabledpolicy")?.name ?? "DefaultFullAccessPolicy"
  );
}

function rights(
  { endUserQuarantinePermissions: permissions }: QuarantinePolicy,
  verdict: Verdict,
): Pick<End, "release" | "preview" | "delete"> {
  if (!permissions) return { release: null, preview: false, delete: false };
  const may = (permission: QuarantinePermission) =>
    permissions.includes(permission);
  return {
    release: may("Release")
      ? neverReleased.includes(verdict)
        ? "request"
        : "self"
      : may("RequestRelease")
        ? "request"
        : "none",
    preview: may("Preview"),
    delete: may("Delete"),
  };
}

function said(policy: QuarantinePolicy, verdict: Verdict): Step[] {
  const object = named("QuarantinePolicy", policy.name);
  const { release } = rights(policy, verdict);
  const honoured = policy.endUserQuarantinePermissions?.includes("Release");
  return [
    step(
      object,
      "endUserQuarantinePermissions",
      policy.endUserQuarantinePermissions,
      release === null
        ? "what recipients may do is not told"
        : release === "self"
          ? "the recipient releases it"
          : release === "none"
            ? "only an administrator releases it"
            : honoured
              ? "the right to release is never honoured for this verdict: the recipient asks, and an administrator releases it"
              : "the recipient asks, and an administrator releases it",
    ),
    step(
      object,
      "esnEnabled",
      policy.esnEnabled,
      policy.esnEnabled
        ? "the recipient is notified"
        : "the recipient is not notified",
    ),
  ];
}
