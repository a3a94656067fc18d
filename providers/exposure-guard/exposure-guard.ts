import type { Destination } from "../../mail-flow/destination";
import {
  harmsOf,
  malicious,
  onlyTo,
  type GuardedMail,
  type Harm,
  type HarmOptions,
} from "../../mail-flow/exposure";
import { generationOf, headers } from "../../mail-flow/message";
import {
  asksForLoss,
  withChanges,
  type ObjectChange,
} from "../../mail-flow/overlay";
import { valueOf } from "../../mail-flow/part";
import { groupsOf } from "../../mail-flow/grouped";
import type { Step } from "../../mail-flow/path";
import type { Snapshot } from "../../mail-flow/snapshot";
import { UserError } from "../errors";
import { isRecord, textsOf } from "../json";
import type { State } from "../kind";
import { show } from "../lifecycle/claim";
import { accountOf } from "../lifecycle/tenant-or-account";
import { isRefusal } from "../snapshot/access";
import { readSnapshotAndTime } from "../snapshot/snapshot";
import { isMark } from "../mark";
import type { Operation } from "../session/session";

/** One write of a resource, before it is sent. */
export interface GuardedWrite {
  /** How messages name the object. */
  readonly label: string;
  readonly change: ObjectChange;
  /** The inputs of the resource: which mail is guarded, and whether it may be exposed. */
  readonly inputs: State;
  /** Whether it restores what was there before the stack: then nothing is refused, and what happens is said as a warning. */
  readonly restores: boolean;
  /** The header that a rule looked at which leaves: mail that carries it alone is given up with the rule. */
  readonly leavingHeader?: string;
}

/**
 * Judges a write before it is sent: the live snapshot, from the lists that all resources of the process share, against the same
 * with the change laid over it.
 *
 * @throws UserError when the write would bring guarded mail nearer to its recipient than to a quarantine that an administrator
 * releases from, or would have mail rejected or deleted that was delivered before. It says which mail, whose, what decides, and
 * what to do.
 */
export async function guardWrite(
  operation: Operation,
  { label, change, inputs, restores, leavingHeader }: GuardedWrite,
): Promise<void> {
  const guarded = guardedMailIn(inputs);
  const options: HarmOptions = restores
    ? { mail: ["words"] }
    : { givenUp: generationOf(leavingHeader ?? "") };
  const { live, found: harms } = await confirmedByFreshRead(
    operation,
    (live) => harmsOfChanges(live, [change], guarded, options),
    (harms) => restores || harms.length === 0,
  );
  const [first] = harms;
  if (!first) return;
  if (restores) operation.warn(`${label}: ${afterwards(first)}`);
  else if (refused(inputs, harms).length === 0)
    operation.warn(`${label}: ${inWords(harms)}, as allowExposure says`);
  else
    throw new UserError(`${inWords(harms)}. ${remedies(harms, live, change)}`);
}

/**
 * Looks for something in the live snapshot. A replica that lags may not show what was written a moment ago: what is not well counts once
 * fresh lists show it as well, and still do after a tenth of the patience.
 */
export function confirmedByFreshRead<T>(
  operation: Operation,
  find: (live: Snapshot) => T | Promise<T>,
  isWell: (found: T) => boolean,
): Promise<{ live: Snapshot; found: T; begun: number }> {
  const { patience } = operation;
  const longEnough = Date.now() + patience.left / 10;
  let looks = 0;
  return patience.untilListed(
    async (newerThan) => {
      looks += 1;
      const { snapshot, begun } = await liveSnapshot(operation, newerThan);
      return { live: snapshot, found: await find(snapshot), begun };
    },
    ({ found }) => isWell(found) || (looks > 1 && Date.now() >= longEnough),
  );
}

/** What the snapshot guard needs: everything that decides where mail with Cloudflare's word goes. */
const decisive = new Set<keyof Snapshot>([
  "domains",
  "acceptedDomains",
  "inboundConnectors",
  "connectionFilters",
  "transportRules",
  "antiSpamPolicies",
  "antiSpamRules",
  "presetRules",
  "quarantinePolicies",
]);

/**
 * Everything that decides where guarded mail goes, one request per list, shared with the resources of the process. A part that may
 * not be read is left out with the reason; any other error fails.
 */
const liveSnapshot = (operation: Operation, newerThan?: number) =>
  readSnapshotAndTime(
    {
      ...operation,
      account: accountOf(operation.session, { accountId: operation.account }),
    },
    {
      only: decisive,
      leavesOut: isRefusal,
      ...(newerThan !== undefined && { newerThan }),
    },
  );

/**
 * What writes that follow each other at once do to mail. Where a part of the snapshot could not be read, both is looked at: what
 * happens if nobody knows what stands there, and what happens if nothing does.
 */
export function harmsOfChanges(
  live: Snapshot,
  changes: readonly ObjectChange[],
  guarded: GuardedMail,
  options: HarmOptions = {},
): Harm[] {
  const [first] = changes;
  const ofDomains = first?.kind === "Area1Domain";
  // No domain decides about the mail of another one.
  const concerned =
    ofDomains && changes.length === 1 ? onlyTo(live, first.name) : live;
  const worlds =
    unreadOf(concerned).length === 0
      ? [concerned]
      : [concerned, withoutUnread(concerned)];
  const found = worlds
    .flatMap((world) =>
      harmsOf(world, withChanges(world, changes), guarded, {
        // What Microsoft finds by itself is no matter of the way by Cloudflare.
        ...(ofDomains && { mail: ["words", "others"] }),
        ...options,
      }),
    )
    .filter(
      ({ kind, decided }) =>
        kind !== "lost" ||
        !changes.some((change) => asksForLoss(change, decided)),
    );
  return groupsOf(found, ({ mail, header }) => [mail, header]).map(
    ([first]) => first,
  );
}

/** Which mail the inputs of a resource guard; what they leave out is as Cloudflare documents it. */
export function guardedMailIn({ guardedMail: given }: State): GuardedMail {
  if (!isRecord(given)) return malicious;
  const words = textsOf(given["words"]);
  const covered = textsOf(given["headers"]);
  const named = headers.filter((header) => covered.includes(header));
  const addresses = textsOf(given["senderIpRanges"]);
  return {
    words: words.length > 0 ? words : malicious.words,
    headers: named.length > 0 ? named : headers,
    addresses: addresses.length > 0 ? addresses : malicious.addresses,
  };
}

const unreadOf = (snapshot: Snapshot): (keyof Snapshot)[] =>
  [...decisive].filter((part) => !("value" in (snapshot[part] as object)));

/** A snapshot of which the unread lists are empty; the domains that the tenant accepts stand for those of Cloudflare. */
function withoutUnread(snapshot: Snapshot): Snapshot {
  return {
    ...snapshot,
    ...Object.fromEntries(
      unreadOf(snapshot).map((part) => [part, { value: [] }]),
    ),
    ...("unavailable" in snapshot.domains && {
      domains: {
        value: valueOf(snapshot.acceptedDomains).map(({ domainName }) => ({
          domain: domainName,
          domainId: "",
          transport: "mail.protection.outlook.com",
          dropDispositions: [],
          allowedDeliveryModes: ["DIRECT"],
          ipRestrictions: [],
        })),
      },
    }),
  };
}

/** The harms that the inputs of a resource do not allow: `allowExposure` is about nearness, mail is lost by nobody's leave. */
export const refused = (inputs: State, harms: readonly Harm[]): Harm[] =>
  harms.filter(
    ({ kind }) => kind === "lost" || inputs["allowExposure"] !== true,
  );

/** Harms as the end of a message that says what was tried; of mail that fares alike at once. */
export function inWords(harms: readonly Harm[]): string {
  return groupsOf(harms, ({ mail: _, header: __, ...rest }) => rest)
    .map((same) => {
      const [{ kind, recipients, before, after, decided }] = same;
      const mail = [...new Set(same.map(({ mail }) => mail))]
        .map((name) => mailIn(name, same))
        .join(", ");
      return kind === "exposed"
        ? `it would expose ${mail} to ${recipients}, which is ${places[before]} now and could then be ${places[after]} (${decision(decided)})`
        : `${mail} to ${recipients} would be lost: it is ${places[before]} now, and could then be rejected or deleted (${decision(decided)})`;
    })
    .join("; ");
}

/** What is so once something was restored. */
const afterwards = (harm: Harm): string =>
  `from now on ${mailIn(harm.mail, [harm])} to ${harm.recipients} can be ${places[harm.after]} (${decision(harm.decided)})`;

/** Mail with its header, where only mail with that one fares so. */
function mailIn(name: string, harms: readonly Harm[]): string {
  const carried = harms.flatMap(({ mail, header }) =>
    mail === name && header !== undefined ? [header] : [],
  );
  return carried.length === 1 ? `${name} in ${carried[0]}` : name;
}

const decision = ({ object, property, value, why }: Step): string =>
  `${object}${property && `, ${property}`}${value === null ? "" : ` ${show(value)}`}: ${why}`;

const places: Readonly<Record<Destination, string>> = {
  away: "dropped or sent elsewhere",
  administrator: "in a quarantine that an administrator releases from",
  recipientsQuarantine: "in a quarantine that its recipient releases from",
  junk: "in the Junk Email folder",
  inbox: "in the inbox",
};

/** What to do about it. */
export function remedies(
  harms: readonly Harm[],
  live: Snapshot,
  change?: ObjectChange,
): string {
  const objects = [...new Set(harms.map(({ decided }) => decided.object))];
  const ours = objects.filter((object) => isOurs(object, live));
  const others = objects.filter((object) => !ours.includes(object));
  const steps = [
    ours.length > 0 &&
      `run pulumi up --refresh, which sets right what somebody has changed of ${ours.join(", ")}`,
    others.length > 0 && `change ${others.join(", ")}`,
    change?.kind === "Area1Domain" &&
      change.values?.["dropDispositions"] !== undefined &&
      'keep dropDispositions: ["MALICIOUS"]',
    harms.every(({ kind }) => kind === "exposed") &&
      "set allowExposure: true if it is meant to be so",
  ].filter((text) => text !== false);
  const [first = "", ...more] = steps;
  return [first.charAt(0).toUpperCase() + first.slice(1), ...more].join(
    ", or ",
  );
}

/** Whether an object carries the mark of a stack. */
function isOurs(object: string, { transportRules }: Snapshot): boolean {
  const [, name] = /^TransportRule "(.*)"$/.exec(object) ?? [];
  return valueOf(transportRules).some(
    (rule) => rule.name === name && isMark(rule.comments),
  );
}
