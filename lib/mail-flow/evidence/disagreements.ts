import type { Finding, Status } from "../finding";
import type { Path } from "../path";
import type { Reports } from "../reports";
import type { Account } from "./account";
import { isQuarantined, samePolicy, sameReason } from "./agreement";
import { grouped } from "./grouped";
import { neverMatched, type NeverMatched } from "./never-matched";
import type { OurRule } from "./our-rules";

/** Where life and model disagree, with how many messages. */
export interface Disagreement extends Finding {
  messages: number;
  /** The messages; only where they were asked for. */
  details?: MessageDetail[];
}

/** One message, for `--details`. */
export interface MessageDetail {
  at: string;
  messageId: string;
  sender: string;
  recipient: string;
  subject: string;
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

/** What one check says of one rule. */
interface Said {
  check: string;
  status: Status;
  property: string;
  reason: string;
  fix: string;
  url: string;
}

/** Every disagreement, those that failed first. */
export function disagreements(
  rules: readonly OurRule[],
  reports: Reports,
  accounts: readonly Account[],
  details: boolean,
): Disagreement[] {
  const found = rules.flatMap((rule) => {
    const mine = accounts.filter((one) => one.rule === rule);
    const groups = grouped(
      mine.flatMap((one) => about(one).map((said) => ({ one, said }))),
      ({ said }) => said,
    );
    return [
      ...unknownWords(rule, mine, details),
      ...groups.map(({ key, members }) =>
        disagreement(
          rule,
          key,
          members.map(({ one }) => one),
          details,
        ),
      ),
    ];
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
  return {
    check,
    status,
    object: `TransportRule "${rule.name}"`,
    property,
    reason: `${accounts.length} matched ${accounts.length === 1 ? "message" : "messages"}: ${reason}`,
    fix,
    url,
    messages: accounts.length,
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

const counted = (messages: number): string =>
  `${messages} ${messages === 1 ? "message" : "messages"}`;

/** What is to be said of one message. */
function about(one: Account): Said[] {
  return [
    ...(one.agrees === "no" ? [one.entry ? misplaced(one) : absent(one)] : []),
    ...released(one),
    ...weaker(one),
  ];
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
  const found = `${entry?.policy || "an unnamed policy"}${entry?.type ? ` as ${entry.type}` : ""}`;
  const should = endsOf(expected);
  if (there.length === 0)
    return {
      check: "quarantined-unexpectedly",
      status: "failed",
      property: "",
      reason: `quarantined by ${found}, where the configuration says ${should}, whatever Microsoft finds them to be`,
      fix: "Run area1-m365 doctor, and compare with area1-m365 explain what the configuration says now.",
      url: pages.policies,
    };
  if (entry && !there.some((path) => samePolicy(path, entry)))
    return {
      check: "quarantined-by-other-policy",
      status: "failed",
      property: "",
      reason: `quarantined by ${found}, where the configuration says ${should}`,
      fix: `See whom the policy ${entry.policy} is for: its rule, or the preset's, goes before the one that was expected.`,
      url: pages.policies,
    };
  if (entry && !there.some((path) => sameReason(path, entry)))
    return {
      check: "quarantined-for-other-reason",
      status: "failed",
      property: "setScl",
      reason: `quarantined by ${found}, where the configuration says ${should}`,
      fix: "See in the message's X-Forefront-Antispam-Report header which verdict went before the one that the rule asks for.",
      url: pages.scl,
    };
  return {
    check: "other-quarantine-policy",
    status: "failed",
    property: "",
    reason: `in the quarantine under ${entry?.quarantinePolicy ?? ""}, where the configuration says ${should}`,
    fix: "See which quarantine policy the anti-spam policy names for this verdict; messages keep the one that they came in with.",
    url: pages.quarantine,
  };
}

/** Released by the recipient, where the model leaves that to an administrator for whatever the rule is for. */
function released({ expected, agrees, released: by }: Account): Said[] {
  const there = expected.filter(isQuarantined);
  if (
    by !== "recipient" ||
    there.length === 0 ||
    there.some(({ release }) => release !== "request" && release !== "none")
  )
    return [];
  return [
    {
      check: "released-by-recipient",
      // What they met may have been changed since: then it is no contradiction, and still worth knowing.
      status: agrees === "unknown" ? "warning" : "failed",
      property: "",
      reason: `released by their recipients, though only an administrator should do that${agrees === "unknown" ? " (the configuration may have been another then)" : ""}`,
      fix: "See under which quarantine policy they lay, and take the right to release out of it, or point the anti-spam policy's tag at one without it.",
      url: pages.quarantine,
    },
  ];
}

/** Microsoft's own verdict went first, and gave the recipient more than the rule's would have. */
function weaker({ expected, agrees, explainedBy, entry }: Account): Said[] {
  const there = expected.filter(isQuarantined);
  if (
    agrees !== "ownVerdict" ||
    explainedBy?.release !== "self" ||
    there.length === 0 ||
    there.some(({ release }) => release === "self" || release === null)
  )
    return [];
  return [
    {
      check: "own-verdict-weaker",
      status: "warning",
      property: "",
      reason: `quarantined as ${entry?.type ?? ""} by Microsoft's own verdict, which goes before the rule's, under ${explainedBy.quarantinePolicy ?? "a quarantine policy"}: their recipients can release them`,
      fix: `Give this verdict in ${explainedBy.policy ?? "the policy"} a quarantine policy without the right to release.`,
      url: pages.policies,
    },
  ];
}

/** A rule matched by words that nobody has documented. */
function unknownWords(
  rule: OurRule,
  accounts: readonly Account[],
  details: boolean,
): Disagreement[] {
  if (rule.dispositions.length > 0 || accounts.length === 0) return [];
  return [
    disagreement(
      rule,
      {
        check: "unknown-word-matched",
        status: "warning",
        property: "headerContainsWords",
        reason: `with a word that Cloudflare is not known to stamp (${rule.words.join(", ")}): the header may be forged, or not Cloudflare's`,
        fix: "See where these messages came from; a rule with senderIpRanges takes the header from Cloudflare's addresses only.",
        url: pages.headers,
      },
      accounts,
      details,
    ),
  ];
}

function silence({ rule, twin, alike, messages }: NeverMatched): Disagreement {
  const names = { area1: "X-Area1Security-", cloudflare: "X-CFEmailSecurity-" };
  return {
    check: "rule-never-matched",
    status: "warning",
    object: `TransportRule "${rule.rule.name}"`,
    property:
      alike === "header"
        ? "headerContainsWords"
        : "headerContainsMessageHeader",
    reason:
      alike === "header"
        ? `It matched nothing while "${twin.rule.name}" on the same header matched ${counted(messages)}: Cloudflare stamps none of its words (${rule.words.join(", ")})`
        : `It matched nothing while "${twin.rule.name}" matched ${counted(messages)}: this tenant's mail carries ${names[twin.header]}Disposition, and not ${names[rule.header]}Disposition`,
    fix:
      alike === "header"
        ? "Give it words that are stamped: UCE for Spam, SPOOF, MALICIOUS, SUSPICIOUS."
        : `Nothing needs to be done: it does no harm, and header: "${twin.header}" of UseCase4 leaves it out.`,
    url: pages.headers,
    messages,
  };
}

/** Where mail should be, in words. */
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
