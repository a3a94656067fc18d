import { destinationOf } from "../destination";
import { result } from "../result";
import type { Verdict } from "../message";
import type { Outcome } from "../path";
import { rights, type quarantinePolicyFor } from "../quarantine";
import type { AntiSpamPolicy } from "../snapshot";
import { antiSpamAction } from "../threat-action";
import { useCasePlans, type VerdictPlan } from "../use-cases";
import { listed } from "./check";
import type { Context } from "./context";
import { dispositionsAsking, filtersMalicious } from "./routes";

/** A deviation of a policy from the use case. */
export interface Shortfall {
  /**
   * `action`: the mail is not quarantined, or is and should be in the Junk Email folder; `release`: its recipient can release it, or ask
   * for it; `noRelease`: its recipient cannot release it; `dangling`: its quarantine policy does not exist; `unknown`: it is unknown who can
   * release it.
   */
  readonly kind: "action" | "release" | "noRelease" | "dangling" | "unknown";
  /** What the use case does with mail of the verdict. */
  readonly wanted: VerdictPlan;
  /** Whether it concerns Malicious mail. */
  readonly isMalicious: boolean;
  /** The mail, such as `Malicious mail`. */
  readonly mail: string;
  /** The mail with its verdict, such as `Malicious mail of the verdict phishing`. */
  readonly mailOfVerdict: string;
  /** The policy's property. */
  readonly property: string;
  readonly value: string;
  /** The severity. Failed only for mail for which the use case's rules request a verdict. */
  readonly grade: "failed" | "warning";
  /** The destination of the mail, as the end of a sentence that begins with the mail. */
  readonly goes: string;
}

/** A verdict that the use case has a plan for. */
interface Planned {
  readonly verdict: "highConfidenceSpam" | "phish" | "spam";
  /** The name in Microsoft's documentation. */
  readonly name: string;
  readonly wanted: VerdictPlan;
  /** The dispositions whose mail has the verdict; none if only Microsoft itself finds it. */
  readonly dispositions: readonly string[];
}

/** Returns the verdicts that a use case has a plan for. */
function plannedIn(context: Pick<Context, "useCase">): readonly Planned[] {
  const { spam, highConfidenceSpam, phish } = useCasePlans[context.useCase];
  return [
    {
      verdict: "highConfidenceSpam",
      name: "high confidence spam",
      wanted: highConfidenceSpam,
      dispositions: dispositionsAsking(context, "highConfidenceSpam"),
    },
    {
      verdict: "phish",
      name: "phishing",
      wanted: phish,
      // If Microsoft itself finds phishing, this takes precedence over the level that a rule sets.
      dispositions: filtersMalicious(context) ? ["Malicious"] : [],
    },
    {
      verdict: "spam",
      name: "spam",
      wanted: spam,
      dispositions: dispositionsAsking(context, "spam"),
    },
  ];
}

/** What becomes of mail by its outcome. */
const ways: Partial<Record<Outcome, string>> = {
  quarantine: "goes to a quarantine",
  junk: "goes to the Junk Email folder",
  inbox: "is delivered",
  redirected: "is redirected",
  deleted: "is deleted",
};

/** Returns all shortfalls of a policy, given the tenant's quarantine policies. */
export function shortfallsOf(
  policy: AntiSpamPolicy,
  policyFor: ReturnType<typeof quarantinePolicyFor>,
  context: Pick<Context, "useCase">,
): Shortfall[] {
  return plannedIn(context).flatMap((planned): Shortfall[] => {
    const { verdict, wanted } = planned;
    const acts = antiSpamAction(policy, verdict);
    if (!acts) return [];
    const { action, actionProperty, outcome, tag, tagProperty } = acts;
    const found = (
      property: string,
      value: string,
      judged: Judged,
    ): Shortfall => ({
      ...judged,
      ...mailOf(planned),
      wanted,
      property,
      value,
      grade: planned.dispositions.length === 0 ? "warning" : judged.grade,
    });
    const isWanted = outcome === (wanted === "junk" ? "junk" : "quarantine");
    if (!isWanted)
      return [
        found(actionProperty, action, {
          kind: "action",
          grade:
            outcome === "quarantine" ||
            destinationOf(result(outcome)) === "away"
              ? "warning"
              : "failed",
          goes: ways[outcome] ?? `meets the action ${action}`,
        }),
      ];
    if (wanted === "junk") return [];
    const lies = policyFor(verdict, tag);
    const judged = judge(lies, verdict, wanted);
    return judged ? [found(tagProperty, lies.name, judged)] : [];
  });
}

/** Returns the names of the mail of a verdict. */
function mailOf({
  dispositions,
  name,
}: Planned): Pick<Shortfall, "isMalicious" | "mail" | "mailOfVerdict"> {
  const isMalicious = dispositions.includes("Malicious");
  if (dispositions.length === 0) {
    const mail = `mail with Microsoft's own verdict ${name}`;
    return { isMalicious, mail, mailOfVerdict: mail };
  }
  const mail = `${listed(dispositions)} mail`;
  return { isMalicious, mail, mailOfVerdict: `${mail} of the verdict ${name}` };
}

/** What is wrong with the action or the quarantine policy. */
type Judged = Pick<Shortfall, "kind" | "grade" | "goes">;

/** Returns what is wrong with the quarantine policy of the mail. */
function judge(
  { name, policy }: ReturnType<ReturnType<typeof quarantinePolicyFor>>,
  verdict: Verdict,
  wanted: VerdictPlan,
): Judged | undefined {
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
  if (wanted !== "user" && release === "self")
    return {
      kind: "release",
      grade: "failed",
      goes: `goes to a quarantine that its recipient releases from (${name})`,
    };
  if (wanted === "adminOnly" && release === "request")
    return {
      kind: "release",
      grade: "warning",
      goes: `goes to a quarantine in which its recipient can ask for release (${name})`,
    };
  if (wanted === "user" && release !== "self")
    return {
      kind: "noRelease",
      grade: "warning",
      goes: `goes to a quarantine that its recipient cannot release from (${name})`,
    };
  return undefined;
}
