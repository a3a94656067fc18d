import { destinationOf } from "../destination";
import { result } from "../result";
import type { Verdict } from "../message";
import type { Outcome } from "../path";
import { rights, type quarantinePolicyFor } from "../quarantine";
import type { AntiSpamPolicy } from "../snapshot";
import { antiSpamAction } from "../threat-action";

/** A deviation of a policy from use case 4, for mail for which the use case's rules request a verdict. */
export interface Shortfall {
  /**
   * `action`: the mail is not quarantined; `release`: its recipient can release it; `noRelease`: its recipient cannot release it;
   * `dangling`: its quarantine policy does not exist; `unknown`: it is unknown who can release it.
   */
  readonly kind: "action" | "release" | "noRelease" | "dangling" | "unknown";
  readonly disposition: "Malicious" | "Spam and Spoof";
  /** Microsoft's verdict, as in its documentation. */
  readonly verdict: string;
  /** The policy's property. */
  readonly property: string;
  readonly value: string;
  /** The severity. */
  readonly grade: "failed" | "warning";
  /** The destination of the mail, as the end of a sentence that begins with the mail. */
  readonly goes: string;
}

/** Verdicts that mail of a route can have, with their names in the documentation and the mail's dispositions. */
const routed = [
  ["highConfidenceSpam", "high confidence spam", "Malicious"],
  // If Microsoft itself finds phishing, this takes precedence over the level that a rule sets.
  ["phish", "phishing", "Malicious"],
  ["spam", "spam", "Spam and Spoof"],
] as const;

/** The destinations of mail that is not quarantined. */
const ways: Partial<Record<Outcome, string>> = {
  junk: "goes to the Junk Email folder",
  inbox: "is delivered",
  redirected: "is redirected",
  deleted: "is deleted",
};

/** Returns all shortfalls of a policy, given the tenant's quarantine policies. */
export function shortfallsOf(
  policy: AntiSpamPolicy,
  policyFor: ReturnType<typeof quarantinePolicyFor>,
): Shortfall[] {
  return routed.flatMap(([verdict, name, disposition]): Shortfall[] => {
    const acts = antiSpamAction(policy, verdict);
    if (!acts) return [];
    const { action, actionProperty, outcome, tag, tagProperty } = acts;
    if (outcome !== "quarantine")
      return [
        {
          kind: "action",
          disposition,
          verdict: name,
          property: actionProperty,
          value: action,
          grade:
            destinationOf(result(outcome)) === "away" ? "warning" : "failed",
          goes: ways[outcome] ?? `meets the action ${action}`,
        },
      ];
    const lies = policyFor(verdict, tag);
    const judged = judge(lies, verdict, disposition);
    if (!judged) return [];
    return [
      {
        ...judged,
        disposition,
        verdict: name,
        property: tagProperty,
        value: lies.name,
      },
    ];
  });
}

/** Returns what is wrong with the quarantine policy of the mail. */
function judge(
  { name, policy }: ReturnType<ReturnType<typeof quarantinePolicyFor>>,
  verdict: Verdict,
  disposition: Shortfall["disposition"],
): Pick<Shortfall, "kind" | "grade" | "goes"> | undefined {
  if (!policy)
    return {
      kind: "dangling",
      grade: "failed",
      goes: `lies under the quarantine policy ${name}, which does not exist`,
    };
  const { release } = rights(policy, verdict);
  if (release === null)
    return {
      kind: "unknown",
      grade: "warning",
      goes: `lies under the quarantine policy ${name}, of which nobody can tell what recipients may do`,
    };
  if (disposition === "Malicious" && release === "self")
    return {
      kind: "release",
      grade: "failed",
      goes: `goes to a quarantine that its recipient releases from (${name})`,
    };
  if (disposition !== "Malicious" && release !== "self")
    return {
      kind: "noRelease",
      grade: "warning",
      goes: `goes to a quarantine that its recipient cannot release from (${name})`,
    };
  return undefined;
}
