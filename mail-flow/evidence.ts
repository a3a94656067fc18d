import type { Account } from "./evidence/account";
import { accountsOf } from "./evidence/accounts";
import { disagreements, type Disagreement } from "./evidence/disagreements";
import { byFrequency, grouped } from "./grouped";
import { ourRules, type OurRule } from "./evidence/our-rules";
import type { Disposition, Header } from "./message";
import { same } from "./names";
import { unavailableIn, valueOf } from "./part";
import type { Path } from "./path";
import type { Reports, RuleHits } from "./reports";
import type { Snapshot } from "./snapshot";

export type { Disagreement } from "./evidence/disagreements";

/**
 * What happened to mail according to Microsoft's reports, compared with the model: the document of `area1-m365 evidence --json`. Dates are
 * ISO 8601.
 */
export interface Evidence {
  takenAt: string;
  tenantId?: string;
  /** The start of the period in which messages were counted. */
  hitsSince: string;
  /** The start of the period in which single messages were examined; Exchange returns them for 10 days. */
  matchesSince: string;
  /** The rules that test Cloudflare's headers, in the order in which Exchange applies them. */
  rules: RuleEvidence[];
  /** Disagreements between the reports and the model. */
  findings: Disagreement[];
  /** The parts that could not be read. */
  couldNotLook: { part: string; reason: string }[];
  /** The limits of the evidence, one sentence each. */
  limits: string[];
}

/** The messages that a rule matched, and what happened to them. */
export interface RuleEvidence {
  rule: string;
  enabled: boolean;
  /** `Enforce`, `Audit`, `AuditAndNotify`. */
  mode: string;
  header: Header;
  words: string[];
  dispositions: Disposition[];
  setScl: number | null;
  /** The number of messages that the rule matched since `hitsSince`; null if it could not be read. */
  matched: number | null;
  /** The same number by day in UTC, oldest first, without days with no message. */
  perDay: { date: string; messages: number }[];
  /** The number of messages since `matchesSince` that were examined one by one; null if they could not be read. */
  lookedAt: number | null;
  /** What the model returns for these messages, without a verdict of Microsoft's own; the most frequent first. */
  expected: Expected[];
  /** What happened to these messages; the most frequent first. */
  found: Found[];
}

/** A result that the model expects for mail that a rule matched. */
export interface Expected extends Pick<
  Path,
  "outcome" | "policy" | "quarantinePolicy" | "release"
> {
  messages: number;
}

/** What happened to messages that a rule matched, as far as the quarantine shows. */
export interface Found {
  /** Whether they are in the list of the quarantine. Released messages stay in it until they expire. */
  inQuarantine: boolean;
  /** The threat policy that quarantined them. */
  policy: string | null;
  /** Microsoft's reason, such as `Spam`, `Phish`, `HighConfPhish`. */
  type: string | null;
  quarantinePolicy: string | null;
  messages: number;
  /** How many of them were released. The next two numbers count them by who released them, as far as Exchange returns it. */
  released: number;
  releasedByRecipient: number;
  releasedByUnknown: number;
  /**
   * Whether this agrees with the model: `yes`; `ownVerdict`, if Microsoft had another verdict of its own; `no`; `unknown`, if it cannot be
   * determined.
   */
  agrees: Account["agrees"];
  /** The reason for `unknown`, as a sentence without a full stop; otherwise empty. */
  why: string;
}

/** Options of {@link evidence}. */
export interface EvidenceOptions {
  /** Whether findings contain addresses and subjects. @default false */
  details?: boolean;
}

/** The parts that are read, with their names for people. */
const parts = {
  transportRules: "mail flow rules (Get-TransportRule)",
  antiSpamPolicies: "anti-spam policies (Get-HostedContentFilterPolicy)",
  antiSpamRules: "rules of anti-spam policies (Get-HostedContentFilterRule)",
  presetRules: "preset security policies (Get-EOPProtectionPolicyRule)",
  antiPhishPolicies: "anti-phishing policies (Get-AntiPhishPolicy)",
  malwarePolicies: "anti-malware policies (Get-MalwareFilterPolicy)",
  connectionFilters: "the connection filter (Get-HostedConnectionFilterPolicy)",
  inboundConnectors: "inbound connectors (Get-InboundConnector)",
  quarantinePolicies: "quarantine policies (Get-QuarantinePolicy)",
} as const satisfies Partial<Record<keyof Snapshot, string>>;

const reported = {
  hits: "messages that rules matched per day (Get-MailTrafficPolicyReport)",
  matches:
    "single messages that rules matched (Get-MailDetailTransportRuleReport)",
  quarantine: "messages in quarantine (Get-QuarantineMessage)",
} as const satisfies Partial<Record<keyof Reports, string>>;

/**
 * Compares a tenant's reports of its mail with the model of the mail flow. The result contains addresses and subjects only if `details` is
 * set.
 */
export function evidence(
  snapshot: Snapshot,
  reports: Reports,
  { details = false }: EvidenceOptions = {},
): Evidence {
  const rules = ourRules(valueOf(snapshot.transportRules));
  const accounts = accountsOf(snapshot, reports, rules);
  return {
    takenAt: reports.takenAt,
    ...(snapshot.tenantId !== undefined && { tenantId: snapshot.tenantId }),
    hitsSince: reports.hitsSince,
    matchesSince: reports.matchesSince,
    rules: rules.map((rule) => ruleEvidence(rule, reports, accounts)),
    findings: disagreements(rules, reports, accounts, details),
    couldNotLook: [
      ...unavailableIn(snapshot, parts),
      ...unavailableIn(reports, reported),
    ],
    limits,
  };
}

const limits = [
  "Exchange counts matched messages for 90 days, but names single messages for 10 days only, and its reports are late by hours up to a day",
  "A message leaves the quarantine's list when it expires or when a recipient or an administrator deletes it, so a message that is missing there proves nothing by itself",
  "The reports do not say which word, address of the sending server or verdict of Microsoft's a message had",
  "An object that was removed leaves no trace of when it was in force",
];

function ruleEvidence(
  { rule, header, words, dispositions }: OurRule,
  reports: Reports,
  accounts: readonly Account[],
): RuleEvidence {
  const { setScl } = rule.actions;
  const mine = accounts.filter((one) => one.rule.rule === rule);
  const days =
    "value" in reports.hits ? perDay(rule.name, reports.hits.value) : undefined;
  return {
    rule: rule.name,
    enabled: rule.enabled,
    mode: rule.mode,
    header,
    words: [...words],
    dispositions: [...dispositions],
    setScl: typeof setScl === "number" ? setScl : null,
    matched: days
      ? days.reduce((sum, { messages }) => sum + messages, 0)
      : null,
    perDay: days ?? [],
    lookedAt: "value" in reports.matches ? mine.length : null,
    expected: byFrequency(
      mine.flatMap(({ expected }) => expected.slice(0, 1)),
      ({ outcome, policy, quarantinePolicy, release }) => ({
        outcome,
        policy,
        quarantinePolicy,
        release,
      }),
    ).map(({ key, members }) => ({ ...key, messages: members.length })),
    found: found(mine),
  };
}

/** Returns the number of messages of a rule by day, oldest first. */
const perDay = (rule: string, hits: readonly RuleHits[]) =>
  grouped(
    hits.filter((hit) => same(hit.rule, rule) && hit.messages > 0),
    ({ date }) => date,
  )
    .map(({ key, members }) => ({
      date: key,
      messages: members.reduce((sum, { messages }) => sum + messages, 0),
    }))
    .sort((one, other) => (one.date < other.date ? -1 : 1));

function found(accounts: readonly Account[]): Found[] {
  return byFrequency(accounts, ({ entry, agrees, why }) => ({
    inQuarantine: entry !== undefined,
    policy: entry?.policy || null,
    type: entry?.type || null,
    quarantinePolicy: entry?.quarantinePolicy || null,
    agrees,
    why,
  })).map(({ key, members }) => {
    const by = members.flatMap(({ released }) => released ?? []);
    return {
      ...key,
      messages: members.length,
      released: by.length,
      releasedByRecipient: by.filter((one) => one === "recipient").length,
      releasedByUnknown: by.filter((one) => one === "unknown").length,
    };
  });
}
