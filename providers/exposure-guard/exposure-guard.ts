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
import { isList, isRecord, textsOf } from "../json";
import type { State } from "../kind";
import { show } from "../lifecycle/claim";
import { accountOf } from "../lifecycle/tenant-or-account";
import { isRefusal } from "../snapshot/access";
import { readSnapshotAndTime } from "../snapshot/snapshot";
import { isMark } from "../mark";
import type { Operation } from "../session/session";

/** One intended write of a resource. */
export interface GuardedWrite {
  /** The object as messages name it. */
  readonly label: string;
  readonly change: ObjectChange;
  /** The resource's inputs: they contain the guarded mail and whether it may be exposed. */
  readonly inputs: State;
  /** Whether the write restores the values from before the stack. Such a write is never refused; its effects are reported as a warning. */
  readonly restores: boolean;
  /** The header in the condition of a rule that is removed: mail with only this header is no longer guarded. */
  readonly leavingHeader?: string;
}

/**
 * Checks a write before it is sent: compares the live snapshot, from the lists that all resources of the process share, with the
 * same snapshot after the change.
 *
 * @throws UserError if the write would bring guarded mail nearer to its recipient than a quarantine that an administrator releases
 * from, or if mail that is delivered now would be rejected or deleted. The message names the mail, its recipients, the deciding
 * object, and what to do.
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
 * Evaluates the live snapshot. A server may not return a recent write yet, so a bad result counts only if newer lists confirm it,
 * and still do after a tenth of the time left.
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

/** The parts of a snapshot that the guard needs: those that decide where mail with Cloudflare's verdict header goes. */
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
  "organization",
]);

/**
 * Reads the parts that decide where guarded mail goes, with one request per list, shared with the resources of the process. A part
 * that the vendor refuses to return is replaced by the reason; any other error is thrown.
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
 * Returns the harm that a group of successive writes does to mail. If a part of the snapshot could not be read, two cases are
 * checked: that its content is unknown, and that it is empty.
 */
export function harmsOfChanges(
  live: Snapshot,
  changes: readonly ObjectChange[],
  guarded: GuardedMail,
  options: HarmOptions = {},
): Harm[] {
  const [first] = changes;
  const ofDomains = first?.kind === "Area1Domain";
  // A domain does not influence the mail of another domain.
  const concerned =
    ofDomains && changes.length === 1 ? onlyTo(live, first.name) : live;
  const worlds =
    unreadOf(concerned).length === 0
      ? [concerned]
      : [concerned, withoutUnread(concerned)];
  const found = worlds
    .flatMap((world) =>
      harmsOf(world, withChanges(world, changes), guarded, {
        // Mail that only Microsoft's own filters detect is not affected by the route through Cloudflare.
        ...(ofDomains && { mail: ["words", "others"] }),
        ...options,
      }),
    )
    .filter(
      (harm) =>
        harm.kind !== "lost" ||
        !changes.some((change) => asksForLoss(change, harm)),
    );
  return groupsOf(found, ({ mail, header }) => [mail, header]).map(
    ([first]) => first,
  );
}

/** Returns the mail that a resource's inputs guard. Missing parts are as Cloudflare documents them. */
export function guardedMailIn({ guardedMail: given }: State): GuardedMail {
  if (!isRecord(given)) return malicious;
  const words = textsOf(given["words"]);
  const covered = textsOf(given["headers"]);
  const named = headers.filter((header) => covered.includes(header));
  const addresses = textsOf(given["senderIpRanges"]);
  const verdicts = textsOf(given["verdicts"]);
  return {
    words: words.length > 0 ? words : malicious.words,
    headers: named.length > 0 ? named : headers,
    addresses: addresses.length > 0 ? addresses : malicious.addresses,
    verdicts: isList(given["verdicts"])
      ? malicious.verdicts.filter((one) => verdicts.includes(one))
      : malicious.verdicts,
  };
}

const unreadOf = (snapshot: Snapshot): (keyof Snapshot)[] =>
  [...decisive].filter((part) => !("value" in (snapshot[part] as object)));

/** Returns the snapshot with empty lists for those not read. Unread Cloudflare domains are replaced by the tenant's accepted domains. */
function withoutUnread(snapshot: Snapshot): Snapshot {
  return {
    ...snapshot,
    ...Object.fromEntries(
      unreadOf(snapshot).map((part) => [part, { value: [] }]),
    ),
    ...("unavailable" in snapshot.organization && {
      organization: { value: { name: "", isDehydrated: false } },
    }),
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

/**
 * Returns the harms that a resource's inputs do not allow. `allowExposure` allows exposure, and that a connector rejects mail that does not
 * come from Cloudflare. No other loss of mail is ever allowed.
 */
export const refused = (inputs: State, harms: readonly Harm[]): Harm[] =>
  harms.filter(
    (harm) => !isAllowable(harm) || inputs["allowExposure"] !== true,
  );

const isAllowable = ({ kind, pastCloudflare }: Harm): boolean =>
  kind === "exposed" || pastCloudflare === true;

/** Returns the harms as text, for the end of a message about an intended write. Mail with the same outcome is grouped. */
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

/** Returns the warning for a harm that a restore causes. */
const afterwards = (harm: Harm): string =>
  `from now on ${mailIn(harm.mail, [harm])} to ${harm.recipients} can be ${places[harm.after]} (${decision(harm.decided)})`;

/** Returns the name of the mail, with its header if only mail with that one header has this outcome. */
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

/** Returns whether the setting for Direct Send decided a step. */
const isOrganization = (object: string): boolean =>
  object.startsWith("OrganizationConfig");

/** Returns what to do about the harms. */
export function remedies(
  harms: readonly Harm[],
  live: Snapshot,
  change?: ObjectChange,
): string {
  const objects = [...new Set(harms.map(({ decided }) => decided.object))];
  const ours = objects.filter((object) => isOurs(object, live));
  const others = objects.filter(
    (object) => !ours.includes(object) && !isOrganization(object),
  );
  const steps = [
    ours.length > 0 &&
      `run pulumi up --refresh, which sets right what somebody has changed of ${ours.join(", ")}`,
    others.length > 0 && `change ${others.join(", ")}`,
    objects.some(isOrganization) &&
      "make an inbound connector first that restricts mail to Cloudflare's addresses (RestrictDomainsToIPAddresses), or leave rejectDirectSend false",
    change?.kind === "Area1Domain" &&
      change.values?.["dropDispositions"] !== undefined &&
      'keep dropDispositions: ["MALICIOUS"]',
    harms.every(isAllowable) &&
      "set allowExposure: true if it is meant to be so",
  ].filter((text) => text !== false);
  const [first = "", ...more] = steps;
  return [first.charAt(0).toUpperCase() + first.slice(1), ...more].join(
    ", or ",
  );
}

/** Returns whether an object has the mark of a stack. */
function isOurs(object: string, { transportRules }: Snapshot): boolean {
  const [, name] = /^TransportRule "(.*)"$/.exec(object) ?? [];
  return valueOf(transportRules).some(
    (rule) => rule.name === name && isMark(rule.comments),
  );
}
