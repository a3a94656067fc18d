import { end, named, oneOf, step, type Way } from "./end";
import { folded, type Mail } from "./mail";
import { verdicts, type Verdict } from "./message";
import type { Path, Step } from "./path";
import type { Chosen, PolicyChoice } from "./policy-choice";
import type { Quarantine } from "./quarantine";
import type { AntiSpamPolicy } from "./snapshot";
import { onVerdict } from "./threat-action";
import type { Passed } from "./transport-rules";
import type { Truth } from "./truth";

/** What rules and lists leave to the filter: one of the ways in which they may be read. */
interface Request {
  readonly scl: number | null;
  /** Whether spam filtering is skipped. */
  readonly skipped: boolean;
  /** The verdict that is asked for. */
  readonly asked: Verdict | undefined;
  readonly steps: readonly Step[];
}

/** The ways of a message from the filter on. */
export function filtered(
  passed: Passed,
  mail: Mail,
  choice: PolicyChoice,
  quarantine: Quarantine,
): Way[] {
  const chosen = choice.antiSpam(mail);
  return requests(passed, mail.allowed).flatMap((request) =>
    sendersListed(request, mail, chosen).map((asked) =>
      acted(judged(asked, mail, chosen), mail, chosen, choice, quarantine),
    ),
  );
}

function requests({ scl, steps }: Passed, allowed: Truth): Request[] {
  const asked = (verdict: Verdict | undefined): Request => ({
    scl,
    skipped: scl === -1,
    asked: verdict,
    steps,
  });
  const byRule =
    scl === 5 || scl === 6
      ? [asked("spam")]
      : scl === 9
        ? [asked("highConfidenceSpam")]
        : // High confidence spam once; the documentation of 2026-08-11 names them no more.
          scl === 7 || scl === 8
          ? [asked("highConfidenceSpam"), asked("spam"), asked(undefined)]
          : [asked(undefined)];
  const byList: Request = { scl: -1, skipped: true, asked: undefined, steps };
  if (allowed === false) return byRule;
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
    steps: [...steps, doubt],
  }));
}

/** Adds what the policy's lists of senders say. */
function sendersListed(
  request: Request,
  { sender, senderDomain }: Mail,
  { policy }: Chosen<AntiSpamPolicy>,
): Request[] {
  if (!policy) return [request];
  const found = (
    senders: "allowedSenders" | "blockedSenders",
    senderDomains: "allowedSenderDomains" | "blockedSenderDomains",
  ): [string, string] | undefined => {
    const has = (listed: readonly string[], name: string) =>
      listed.some((one) => folded(one) === name);
    if (has(policy[senders], sender)) return [senders, sender];
    return has(policy[senderDomains], senderDomain)
      ? [senderDomains, senderDomain]
      : undefined;
  };
  const say = (property: string, name: string, why: string) =>
    step(named("HostedContentFilterPolicy", policy.name), property, name, why);
  const allowed = found("allowedSenders", "allowedSenderDomains");
  const blocked = found("blockedSenders", "blockedSenderDomains");
  const steps =
    allowed && blocked
      ? [
          ...request.steps,
          say(
            "allowedSenders",
            sender,
            "the sender is both allowed and blocked, and which of them counts is not documented",
          ),
        ]
      : request.steps;
  const ways: Request[] = [];
  if (allowed)
    ways.push({
      ...request,
      scl: -1,
      skipped: true,
      asked: undefined,
      steps: [
        ...steps,
        say(
          ...allowed,
          "the sender is allowed, so that spam filtering is skipped",
        ),
      ],
    });
  if (blocked)
    ways.push({
      ...request,
      asked: "highConfidenceSpam",
      steps: [
        ...steps,
        say(
          ...blocked,
          "the sender is blocked, which makes it high confidence spam",
        ),
      ],
    });
  return ways.length > 0 ? ways : [request];
}

/** The verdicts that could be acted on, the first of them first; `none` is not among them. */
interface Judgement {
  readonly scl: number | null;
  readonly candidates: readonly Exclude<Verdict, "none">[];
  readonly steps: readonly Step[];
}

function judged(
  { scl, skipped, asked, steps }: Request,
  mail: Mail,
  chosen: Chosen<AntiSpamPolicy>,
): Judgement {
  const own = microsoftsOwn(mail, chosen.policy);
  const judgement = (
    candidates: readonly (Verdict | undefined)[],
  ): Judgement => ({
    scl,
    candidates: candidates
      .filter((one) => one !== undefined)
      .filter((one) => one !== "none")
      .sort((a, b) => verdicts.indexOf(a) - verdicts.indexOf(b)),
    steps,
  });
  if (!skipped) return judgement([own, asked]);
  if (own === "malware") return judgement([own]);
  if (own !== "highConfidencePhish") return judgement([]);
  // Secure by default keeps high confidence phishing only where the MX record names Microsoft.
  return judgement(mail.behindCloudflare ? [] : [own]);
}

function microsoftsOwn(
  { microsoftVerdict, bcl }: Mail,
  policy: AntiSpamPolicy | undefined,
): Verdict {
  if (microsoftVerdict !== "bulk" && microsoftVerdict !== "none")
    return microsoftVerdict;
  if (bcl === undefined) return microsoftVerdict;
  // Without a policy nobody knows the threshold; 1 is the lowest.
  return bcl >= (policy?.bulkThreshold ?? 1) ? "bulk" : "none";
}

function acted(
  { scl, candidates, steps }: Judgement,
  mail: Mail,
  chosen: Chosen<AntiSpamPolicy>,
  choice: PolicyChoice,
  quarantine: Quarantine,
): Way {
  const ways: Way[] = [];
  let sofar = steps;
  for (const verdict of candidates) {
    const acted = onVerdict(
      verdict,
      scl,
      mail,
      chosen,
      choice,
      quarantine,
      sofar,
    );
    ways.push(...acted.ways);
    if (!acted.passes) return wayOf(oneOf(ways));
    sofar = acted.steps;
  }
  ways.push({
    end: end("inbox", { scl, verdict: "none" }),
    steps: [
      ...sofar,
      step(
        "message",
        "verdict",
        "none",
        "nothing is found in it, and it is delivered",
      ),
    ],
  });
  return wayOf(oneOf(ways));
}

function wayOf({ steps, ...end }: Path): Way {
  return { end, steps };
}
