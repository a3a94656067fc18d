import { whys } from "../../mail-flow/evidence/account";
import { groupsOf } from "../../mail-flow/grouped";
import { accountsOf } from "../../mail-flow/evidence/accounts";
import { ourRules } from "../../mail-flow/evidence/our-rules";
import { valueOf } from "../../mail-flow/part";
import type { Change, Reports, RuleMatch } from "../../mail-flow/reports";
import type { Part, Snapshot } from "../../mail-flow/snapshot";
import { VendorError } from "../errors";
import type { Parameters } from "../exchange-online/client";
import { identityOf } from "../exchange-online/identity";
import { quarantinePolicy } from "../exchange-online/quarantine-policy";
import type { Item } from "../kind";
import { reasonFor } from "../lifecycle/failure-context";
import type { Operation } from "../session/session";
import type { Listing } from "../session/shared-list";
import { quarantinedMessage, ruleHits, ruleMatch } from "./report-rows";

/** The period of the reports. */
export interface ReportOptions {
  /** Days to look back, today included, 1 to 90. @default 90 */
  readonly days?: number;
  /** End of the period. @default now */
  readonly now?: Date;
}

const day = 24 * 3_600_000;

/** Number of days for which Exchange reports single messages (documented). */
const matchDays = 10;

/**
 * Reads the tenant's reports on the mail that was matched by rules on Cloudflare's headers. Writes and stores nothing. A part that
 * cannot be read contains the reason instead.
 */
export async function readReports(
  operation: Operation,
  snapshot: Snapshot,
  { days = 90, now = new Date() }: ReportOptions = {},
): Promise<Reports> {
  const rules = ourRules(valueOf(snapshot.transportRules));
  const today = Date.parse(now.toISOString().slice(0, 10));
  const hitsSince = new Date(today - (days - 1) * day);
  const matchesSince = new Date(
    Math.max(hitsSince.getTime(), now.getTime() - matchDays * day),
  );
  const ofRules = {
    TransportRule: rules.map(({ rule }) => rule.name),
    Direction: ["Inbound"],
    EndDate: now.toISOString(),
  };
  const read = <T>(
    cmdlet: `Get-${string}`,
    parameters: Parameters,
    view: (item: Item) => T | undefined,
  ): Promise<Part<T[]>> =>
    // Without rules nothing is read: Exchange would take an empty list of names as all rules.
    rules.length === 0
      ? Promise.resolve({ value: [] })
      : part(async () =>
          (await everyPage(operation, cmdlet, parameters)).flatMap(
            (item) => view(item) ?? [],
          ),
        );
  const [hits, matches, quarantine, changes] = await Promise.all([
    read(
      "Get-MailTrafficPolicyReport",
      {
        ...ofRules,
        // Will become mandatory for data of rules (MC1323250).
        EventType: ["TransportRuleHits"],
        AggregateBy: "Day",
        StartDate: hitsSince.toISOString(),
      },
      ruleHits,
    ),
    read(
      "Get-MailDetailTransportRuleReport",
      {
        ...ofRules,
        EventType: ["TransportRuleHits", "TransportRuleActionHits"],
        StartDate: matchesSince.toISOString(),
      },
      ruleMatch,
    ),
    read(
      "Get-QuarantineMessage",
      inQuarantine(matchesSince),
      quarantinedMessage,
    ),
    changesIn(operation),
  ]);
  const reports: Reports = {
    takenAt: now.toISOString(),
    hitsSince: hitsSince.toISOString(),
    matchesSince: matchesSince.toISOString(),
    hits,
    matches: "value" in matches ? { value: once(matches.value) } : matches,
    quarantine,
    changes,
  };
  return lookedAtTwice(operation, snapshot, reports, rules, matchesSince);
}

/** Returns the parameters without EntityType, which Exchange refuses to the role Security Reader (observed). */
const inQuarantine = (since: Date): Parameters => ({
  StartReceivedDate: new Date(since.getTime() - day).toISOString(),
});

/** Rows in a page. A page of InvokeCommand has a thousand rows: a larger page of the cmdlet would be cut off (observed). */
const pageSize = 1000;

/** The highest page number that the cmdlets accept. */
const lastPage = 1000;

async function everyPage(
  { exchange }: Operation,
  cmdlet: `Get-${string}`,
  parameters: Parameters,
  newerThan?: number,
): Promise<Item[]> {
  const items: Item[] = [];
  for (let page = 1; page <= lastPage; page++) {
    const listing = await exchange.list(
      cmdlet,
      { ...parameters, Page: page, PageSize: pageSize },
      newerThan,
    );
    items.push(...listing.items);
    if (listing.items.length < pageSize) return items;
  }
  throw new VendorError(
    "unreadable",
    `${cmdlet} has more than ${lastPage * pageSize} rows for this time`,
    { advice: "Look back fewer days." },
  );
}

async function part<T>(look: () => Promise<T>): Promise<Part<T>> {
  try {
    return { value: await look() };
  } catch (error) {
    // Only errors of the vendor are reported as a reason; our own defects are not hidden.
    if (!(error instanceof VendorError)) throw error;
    return { unavailable: reasonFor(error) };
  }
}

/** Merges the rows for a match and for each of its actions into one match. */
const once = (matches: readonly RuleMatch[]): RuleMatch[] =>
  groupsOf(matches, ({ rule, messageId, traceId, recipient, at }) =>
    [rule, traceId || messageId || at, recipient].join("\n").toLowerCase(),
  ).map(([first]) => first);

/** Returns when the objects that decide about mail were last changed. Uses the snapshot's lists, without further requests. */
async function changesIn(operation: Operation): Promise<Change[]> {
  const lists = await Promise.all([
    ...deciding.map((noun) =>
      changesOf(noun, () => operation.exchange.list(`Get-${noun}`)),
    ),
    changesOf("QuarantinePolicy", () => quarantinePolicy.list(operation, "")),
  ]);
  return lists.flat();
}

async function changesOf(
  noun: string,
  list: () => Promise<Listing<Item>>,
): Promise<Change[]> {
  const read = await part(async () => (await list()).items);
  // The snapshot already reports what cannot be read, and the model concludes nothing where that would decide.
  if ("unavailable" in read) return [];
  return read.value.flatMap((item) => {
    const { name, changedAt } = identityOf(item);
    return changedAt === undefined || Number.isNaN(Date.parse(changedAt))
      ? []
      : [{ object: `${noun} "${name}"`, at: changedAt }];
  });
}

const deciding = [
  "TransportRule",
  "HostedContentFilterPolicy",
  "HostedContentFilterRule",
  "EOPProtectionPolicyRule",
  "HostedConnectionFilterPolicy",
  "AntiPhishPolicy",
  "MalwareFilterPolicy",
  "InboundConnector",
] as const;

/**
 * Reads the quarantine again if a message seems to be missing. A list of several pages can be inconsistent: if a message is released
 * or deleted meanwhile, the rest moves up, and a message can be missed between two pages.
 */
async function lookedAtTwice(
  operation: Operation,
  snapshot: Snapshot,
  reports: Reports,
  rules: ReturnType<typeof ourRules>,
  since: Date,
): Promise<Reports> {
  const { quarantine, matches } = reports;
  if ("unavailable" in quarantine || "unavailable" in matches) return reports;
  if (quarantine.value.length < pageSize) return reports;
  const isMissing = accountsOf(snapshot, reports, rules).some(
    ({ entry, agrees, why }) =>
      !entry && (agrees === "no" || why === whys.deleted),
  );
  if (!isMissing) return reports;
  const again = await part(() =>
    everyPage(
      operation,
      "Get-QuarantineMessage",
      inQuarantine(since),
      Number.MAX_SAFE_INTEGER,
    ),
  );
  if ("unavailable" in again) return { ...reports, quarantine: again };
  const later = again.value.flatMap((item) => quarantinedMessage(item) ?? []);
  // For an entry in both lists, the later version is used.
  const value = groupsOf(
    [...quarantine.value, ...later],
    (one) => one.identity || one,
  ).flatMap((same) => same.slice(-1));
  return { ...reports, quarantine: { value } };
}
