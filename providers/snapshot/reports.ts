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

/** How far back, and from when. */
export interface ReportOptions {
  /** Days to look back, today included, 1 to 90. @default 90 */
  readonly days?: number;
  /** @default now */
  readonly now?: Date;
}

const day = 24 * 3_600_000;

/** Exchange names single messages for ten days (documented). */
const matchDays = 10;

/**
 * What the tenant reports of the mail that rules on Cloudflare's headers matched. It reads, and keeps nothing; a part that may not be
 * looked at holds the reason in its place.
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
    // Without rules there is nothing to ask for: an empty list of names would mean all.
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
        // Will be required for data of rules (MC1323250).
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

/** EntityType is left out: with the role Security Reader alone it is refused (observed). */
const inQuarantine = (since: Date): Parameters => ({
  StartReceivedDate: new Date(since.getTime() - day).toISOString(),
});

/** A page of InvokeCommand holds a thousand rows: a larger page of the cmdlet would be cut (observed). */
const pageSize = 1000;

/** The highest page that the cmdlets take. */
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
    // What the vendor refuses or does not answer is said; a mistake of ours is not hidden.
    if (!(error instanceof VendorError)) throw error;
    return { unavailable: reasonFor(error) };
  }
}

/** A row for the match and one for each action are one match. */
const once = (matches: readonly RuleMatch[]): RuleMatch[] =>
  groupsOf(matches, ({ rule, messageId, traceId, recipient, at }) =>
    [rule, traceId || messageId || at, recipient].join("\n").toLowerCase(),
  ).map(([first]) => first);

/** When everything that decides was last changed, from the lists that the snapshot was made of: no request. */
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
  // What may not be read is said by the snapshot, and where it decides, the model says nothing.
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
 * A list of several pages is no snapshot: what is released or deleted meanwhile moves the rest, and a message can fall between two
 * pages. Where a message seems to be missing, the list is read again.
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
  // What is in both is as it is now.
  const value = groupsOf(
    [...quarantine.value, ...later],
    (one) => one.identity || one,
  ).flatMap((same) => same.slice(-1));
  return { ...reports, quarantine: { value } };
}
