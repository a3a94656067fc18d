import { destinationOf } from "../destination";
import { result } from "../result";
import type { Verdict } from "../message";
import type { Outcome } from "../path";
import { rights, type quarantinePolicyFor } from "../quarantine";
import type { AntiSpamPolicy } from "../snapshot";
import { antiSpamAction } from "../threat-action";

/** What a policy does otherwise than use case 4 wants with mail that its rules ask a verdict for. */
export interface Shortfall {
  /**
   * `action`: it is not quarantined; `release`: its recipient releases it; `noRelease`: its recipient cannot release it;
   * `dangling`: its quarantine policy does not exist; `unknown`: nobody can tell who releases it.
   */
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

/** Verdicts that mail of a route can get, as the documentation calls them, with what the mail is. */
const routed = [
  ["highConfidenceSpam", "high confidence spam", "Malicious"],
  // Microsoft's own finding of phishing goes before the level that a rule asks for.
  ["phish", "phishing", "Malicious"],
  ["spam", "spam", "Spam and Spoof"],
] as const;

/** Where mail goes that is not quarantined. */
const ways: Partial<Record<Outcome, string>> = {
  junk: "goes to the Junk Email folder",
  inbox: "is delivered",
  redirected: "is redirected",
  deleted: "is deleted",
};

/** Every shortfall of a policy, in a tenant with such quarantine policies. */
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

/** What is wrong with the quarantine policy that mail lies under. */
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
