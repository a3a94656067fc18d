import { named } from "../result";
import type { Finding, Status } from "../finding";
import { dispositionHeaders } from "../message";
import type { Path } from "../path";
import type { Reports, RuleMatch } from "../reports";
import type { Account } from "./account";
import { isQuarantined, samePolicy, sameReason } from "./agreement";
import { byFrequency } from "../grouped";
import { neverMatched, type NeverMatched } from "./never-matched";
import type { OurRule } from "./our-rules";

/** A disagreement between reports and model, with the number of messages. */
export interface Disagreement extends Finding {
  messages: number;
  /** The messages; only if details were requested. */
  details?: Pick<
    RuleMatch,
    "at" | "messageId" | "sender" | "recipient" | "subject"
  >[];
}

const pages = {
  policies:
    "https://learn.microsoft.com/defender-office-365/how-policies-and-protections-are-combined",
  scl: "https://learn.microsoft.com/defender-office-365/anti-spam-spam-confidence-level-scl-about",
  quarantine:
    "https://learn.microsoft.com/defender-office-365/quarantine-policies",
  headers:
    "https://developers.cloudflare.com/cloudflare-one/email-security/reference/dispositions-and-attributes/",
} as const;

type Said = Omit<Finding, "object" | "value">;

/** Returns all disagreements, those with status `failed` first. */
export function disagreements(
  rules: readonly OurRule[],
  reports: Reports,
  accounts: readonly Account[],
  details: boolean,
): Disagreement[] {
  const found = rules.flatMap((rule) => {
    const mine = accounts.filter((one) => one.rule === rule);
    const groups = byFrequency(
      mine.flatMap((one) => about(one).map((said) => ({ one, said }))),
      ({ said }) => said,
    ).map(({ key, members }) => ({
      said: key,
      about: members.map(({ one }) => one),
    }));
    const unknown = mine.length > 0 && unknownWords(rule);
    return [
      ...(unknown ? [{ said: unknown, about: mine }] : []),
      ...groups,
    ].map(({ said, about }) => disagreement(rule, said, about, details));
  });
  return [...found, ...neverMatched(rules, reports).map(silence)].sort(
    (one, other) => rank(one.status) - rank(other.status),
  );
}

const rank = (status: Status): number =>
  ["failed", "warning", "skipped", "ok"].indexOf(status);

function disagreement(
  { rule }: OurRule,
  said: Said,
  accounts: readonly Account[],
  details: boolean,
): Disagreement {
  const { check, status, property, reason, fix, url } = said;
  const messages = accounts.length;
  return {
    check,
    status,
    object: named("TransportRule", rule.name),
    property,
    reason: `${messages} matched ${messages === 1 ? "message" : "messages"}: ${reason}`,
    fix,
    url,
    messages,
    ...(details && {
      details: accounts.map(
        ({ match: { at, messageId, sender, recipient, subject } }) => ({
          at,
          messageId,
          sender,
          recipient,
          subject,
        }),
      ),
    }),
  };
}

function about(one: Account): Said[] {
  const wrong = one.agrees === "no";
  return [
    wrong ? (one.entry ? misplaced(one) : absent(one)) : undefined,
    released(one),
    weaker(one),
  ].filter((said) => said !== undefined);
}

function absent({ expected }: Account): Said {
  return {
    check: "matched-not-quarantined",
    status: "failed",
    property: "setScl",
    reason: `none is in the quarantine, where the configuration says ${endsOf(expected)}; unless somebody has deleted all of them, Microsoft does not do what the rule asks for`,
    fix: "Look one of them up with Get-MessageTraceV2 -MessageId (area1-m365 evidence --details shows the ids), and see its X-Forefront-Antispam-Report header for what came before the rule.",
    url: pages.scl,
  };
}

function misplaced(one: Account): Said {
  const { expected, entry } = one;
  const there = expected.filter(isQuarantined);
  const should = `where the configuration says ${endsOf(expected)}`;
  const said = {
    status: "failed",
    property: "",
    reason: `quarantined by ${entry?.policy || "an unnamed policy"}${entry?.type ? ` as ${entry.type}` : ""}, ${should}`,
    url: pages.policies,
  } as const;
  if (there.length === 0)
    return {
      ...said,
      check: "quarantined-unexpectedly",
      reason: `${said.reason}, whatever Microsoft finds them to be`,
      fix: "Run area1-m365 doctor, and compare with area1-m365 explain what the configuration says now.",
    };
  if (entry && !there.some((path) => samePolicy(path, entry)))
    return {
      ...said,
      check: "quarantined-by-other-policy",
      fix: `See whom the policy ${entry.policy} is for: its rule, or the preset's, goes before the one that was expected.`,
    };
  if (entry && !there.some((path) => sameReason(path, entry)))
    return {
      ...said,
      check: "quarantined-for-other-reason",
      property: "setScl",
      fix: "See in the message's X-Forefront-Antispam-Report header which verdict went before the one that the rule asks for.",
      url: pages.scl,
    };
  return {
    ...said,
    check: "other-quarantine-policy",
    reason: `in the quarantine under ${entry?.quarantinePolicy ?? ""}, ${should}`,
    fix: "See which quarantine policy the anti-spam policy names for this verdict; messages keep the one that they came in with.",
    url: pages.quarantine,
  };
}

/**
 * Returns a disagreement if the recipient released the message although, by the model, only an administrator can release it for all
 * dispositions of the rule.
 */
function released({
  expected,
  agrees,
  released: by,
}: Account): Said | undefined {
  const there = expected.filter(isQuarantined);
  if (
    by !== "recipient" ||
    there.length === 0 ||
    there.some(({ release }) => release !== "request" && release !== "none")
  )
    return undefined;
  return {
    check: "released-by-recipient",
    // If the configuration may have changed since, it is no contradiction but still worth a warning.
    status: agrees === "unknown" ? "warning" : "failed",
    property: "",
    reason: `released by their recipients, though only an administrator should do that${agrees === "unknown" ? " (the configuration may have been another then)" : ""}`,
    fix: "See under which quarantine policy they lay, and take the right to release out of it, or point the anti-spam policy's tag at one without it.",
    url: pages.quarantine,
  };
}

/** Returns a disagreement if Microsoft's own verdict took precedence and gave the recipient more rights than the rule's verdict would have. */
function weaker({ expected, explainedBy, entry }: Account): Said | undefined {
  const there = expected.filter(isQuarantined);
  if (
    explainedBy?.release !== "self" ||
    there.length === 0 ||
    there.some(({ release }) => release === "self" || release === null)
  )
    return undefined;
  return {
    check: "own-verdict-weaker",
    status: "warning",
    property: "",
    reason: `quarantined as ${entry?.type ?? ""} by Microsoft's own verdict, which goes before the rule's, under ${explainedBy.quarantinePolicy ?? "a quarantine policy"}: their recipients can release them`,
    fix: `Give this verdict in ${explainedBy.policy ?? "the policy"} a quarantine policy without the right to release.`,
    url: pages.policies,
  };
}

/** Returns a disagreement if a rule matched by words that are not documented. */
function unknownWords({ dispositions, words }: OurRule): Said | undefined {
  if (dispositions.length > 0) return undefined;
  return {
    check: "unknown-word-matched",
    status: "warning",
    property: "headerContainsWords",
    reason: `with a word that Cloudflare is not known to stamp (${words.join(", ")}): the header may be forged, or not Cloudflare's`,
    fix: "See where these messages came from; a rule with senderIpRanges takes the header from Cloudflare's addresses only.",
    url: pages.headers,
  };
}

function silence({ rule, twin, alike, messages }: NeverMatched): Disagreement {
  const matched = `matched ${messages} ${messages === 1 ? "message" : "messages"}`;
  const said =
    alike === "header"
      ? {
          property: "headerContainsWords",
          reason: `It matched nothing while "${twin.rule.name}" on the same header ${matched}: Cloudflare stamps none of its words (${rule.words.join(", ")})`,
          fix: "Give it words that are stamped: UCE for Spam, SPOOF, MALICIOUS, SUSPICIOUS.",
        }
      : {
          property: "headerContainsMessageHeader",
          reason: `It matched nothing while "${twin.rule.name}" ${matched}: this tenant's mail carries ${dispositionHeaders[twin.header]}, and not ${dispositionHeaders[rule.header]}`,
          fix: `Nothing needs to be done: it does no harm, and header: "${twin.header}" of the component leaves it out.`,
        };
  return {
    check: "rule-never-matched",
    status: "warning",
    object: named("TransportRule", rule.rule.name),
    ...said,
    url: pages.headers,
    messages,
  };
}

const endsOf = (paths: readonly Path[]): string =>
  [
    ...new Set(
      paths.map(({ outcome, policy, quarantinePolicy }) =>
        [
          policy === null ? outcome : `${outcome} by ${policy}`,
          ...(quarantinePolicy === null ? [] : [`under ${quarantinePolicy}`]),
        ].join(" "),
      ),
    ),
  ].join(", or ");
