import { result, named, step, type Way } from "./result";
import { folded, type Mail } from "./mail";
import { verdicts, type Verdict } from "./message";
import type { Step } from "./path";
import type { Policies } from "./policy-choice";
import type { Quarantine } from "./quarantine";
import { remembered, rememberedOf } from "./remembered";
import { requestedVerdict, type RequestedVerdict } from "./scl";
import type { AntiSpamPolicy } from "./snapshot";
import { onVerdict } from "./threat-action";
import type { ThreeValued } from "./three-valued";

/** What rules and lists request from the filter, in one of the possible interpretations. */
interface Request {
  /** -1 if spam filtering is skipped. */
  readonly scl: number | null;
  /** The requested verdict. */
  readonly verdict: Verdict | undefined;
  readonly steps: readonly Step[];
}

/**
 * Prepares the filter, first for recipients with the same policies. The result returns the remaining ways of a message, by the SCL that
 * rules have set. Its steps are only those of the filter.
 */
export function filter(
  quarantine: Quarantine,
): (policies: Policies) => (scl: number | null, mail: Mail) => Way[] {
  return rememberedOf((policies) => {
    const { policy } = policies.antiSpam;
    // Results are reused, because most messages to a recipient have one of a few SCLs.
    return remembered(filteredBy, (scl, mail) =>
      requests(scl, mail.allowed)
        .flatMap((request) => sendersListed(request, mail, policy))
        .flatMap((request) =>
          orders(verdictsOn(request, mail, policy)).flatMap((verdicts) =>
            waysInOrder(verdicts, request, mail, policies),
          ),
        ),
    );
  });

  function waysInOrder(
    verdicts: readonly Exclude<Verdict, "none">[],
    request: Request,
    mail: Mail,
    policies: Policies,
  ): Way[] {
    const { scl } = request;
    const ways: Way[] = [];
    let { steps } = request;
    for (const verdict of verdicts) {
      const acted = onVerdict(verdict, scl, mail, steps, policies, quarantine);
      ways.push(...acted.ways);
      if (!acted.passes) return ways;
      steps = acted.steps;
    }
    const why = "nothing is found in it, and it is delivered";
    ways.push({
      result: result("inbox", { scl, verdict: "none" }),
      steps: [...steps, step("message", "verdict", "none", why)],
    });
    return ways;
  }
}

/** Returns a key of all properties of a message that the filter depends on, except the recipient's policies. */
function filteredBy(
  scl: number | null,
  { allowed, behindCloudflare, microsoftVerdict, bcl, sender }: Mail,
): string {
  return `${scl} ${allowed} ${behindCloudflare} ${microsoftVerdict} ${bcl} ${sender}`;
}

/** The verdicts that an SCL may request. */
const possibleVerdicts: Readonly<
  Record<RequestedVerdict, (Verdict | undefined)[]>
> = {
  bypass: [undefined],
  nothing: [undefined],
  spam: ["spam"],
  highConfidenceSpam: ["highConfidenceSpam"],
  // Levels that Microsoft no longer documents. They used to mean high confidence spam.
  notDocumented: ["highConfidenceSpam", "spam", undefined],
};

function requests(scl: number | null, allowed: ThreeValued): Request[] {
  const byRule = possibleVerdicts[requestedVerdict(scl)].map(
    (verdict): Request => ({
      scl,
      verdict,
      steps: [],
    }),
  );
  if (allowed === false) return byRule;
  const byList: Request = { scl: -1, verdict: undefined, steps: [] };
  if (allowed === true && scl === null) return [byList];
  const doubt = step(
    named("HostedConnectionFilterPolicy", "Default"),
    "ipAllowList",
    null,
    allowed === true
      ? "whether the IP Allow List counts or the SCL that a rule set is not documented"
      : "whether the IP Allow List counts cannot be told",
  );
  return [byList, ...byRule].map((request) => ({
    ...request,
    steps: [doubt],
  }));
}

/**
 * Returns the requests after the policy's lists of senders are applied.
 *
 * @see https://learn.microsoft.com/defender-office-365/create-safe-sender-lists-in-office-365 (an own domain since September 2022)
 * @see https://learn.microsoft.com/defender-office-365/create-block-sender-lists-in-office-365 (high confidence spam; "spam" says
 * https://learn.microsoft.com/defender-office-365/message-headers-eop-mdo)
 */
function sendersListed(
  request: Request,
  { sender, senderDomain, senderOwned }: Mail,
  policy: AntiSpamPolicy | undefined,
): Request[] {
  if (!policy || listsNobody(policy)) return [request];
  const found = (
    kind: "allowed" | "blocked",
  ): readonly [property: string, name: string] | undefined =>
    (
      [
        [`${kind}Senders`, sender],
        [`${kind}SenderDomains`, senderDomain],
      ] as const
    ).find(([list, name]) => policy[list].some((one) => folded(one) === name));
  const say = (property: string, name: string, why: string) =>
    step(named("HostedContentFilterPolicy", policy.name), property, name, why);
  const allowed = found("allowed");
  const blocked = found("blocked");
  const steps = [...request.steps];
  if (allowed && blocked)
    steps.push(
      say(
        "allowedSenders",
        sender,
        "the sender is both allowed and blocked, and which of them counts is not documented",
      ),
    );
  const ways: Request[] = [];
  if (allowed) {
    const isOwn = senderOwned !== false;
    const why = `the sender is allowed, so that spam filtering is skipped${isOwn ? " if the message passes email authentication, as the sender's domain is the organisation's own" : ""}`;
    const said = [...steps, say(...allowed, why)];
    ways.push({ scl: -1, verdict: undefined, steps: said });
    if (isOwn) ways.push({ ...request, steps: said });
  }
  if (blocked) {
    const why =
      "the sender is blocked, which makes it spam or high confidence spam: the vendor's pages differ";
    const said = [...steps, say(...blocked, why)];
    // If the list and a rule request different verdicts, the stronger one counts.
    const possible =
      request.verdict === "highConfidenceSpam"
        ? ([request.verdict] as const)
        : (["spam", "highConfidenceSpam"] as const);
    for (const verdict of possible)
      ways.push({ scl: request.scl, verdict, steps: said });
  }
  return ways.length > 0 ? ways : [request];
}

const listsNobody = (policy: AntiSpamPolicy): boolean =>
  policy.allowedSenders.length === 0 &&
  policy.allowedSenderDomains.length === 0 &&
  policy.blockedSenders.length === 0 &&
  policy.blockedSenderDomains.length === 0;

/** Returns the verdicts that a policy may act on, in order of precedence, without `none`. */
function verdictsOn(
  { scl, verdict }: Request,
  mail: Mail,
  policy: AntiSpamPolicy | undefined,
): Exclude<Verdict, "none">[] {
  const own = microsoftsOwn(mail, policy);
  const neverSkipped =
    own === "malware" ||
    // "Secure by default" quarantines high confidence phishing only if the MX record points to Microsoft.
    (own === "highConfidencePhish" && !mail.behindCloudflare);
  const counting = scl !== -1 ? [own, verdict] : neverSkipped ? [own] : [];
  return counting
    .filter((one) => one !== undefined)
    .filter((one) => one !== "none")
    .sort((a, b) => verdicts.indexOf(a) - verdicts.indexOf(b));
}

const antiPhish = [
  "spoof",
  "userImpersonation",
  "domainImpersonation",
  "mailboxIntelligence",
];

/**
 * Returns the possible orders of precedence of verdicts. Microsoft's page put high confidence spam before spoofing and impersonation until
 * 2024, and puts it after them since 2025-09.
 *
 * @see https://learn.microsoft.com/defender-office-365/how-policies-and-protections-are-combined
 */
function orders<T extends Verdict>(sorted: T[]): T[][] {
  const [first, second] = sorted;
  return first === "highConfidenceSpam" &&
    second !== undefined &&
    antiPhish.includes(second)
    ? [sorted, [second, first]]
    : [sorted];
}

function microsoftsOwn(
  { microsoftVerdict, bcl }: Mail,
  policy: AntiSpamPolicy | undefined,
): Verdict {
  const byLevel = microsoftVerdict === "bulk" || microsoftVerdict === "none";
  if (!byLevel || bcl === undefined) return microsoftVerdict;
  // Without a policy the threshold is unknown; 1 is the lowest.
  return bcl >= (policy?.bulkThreshold ?? 1) ? "bulk" : "none";
}
