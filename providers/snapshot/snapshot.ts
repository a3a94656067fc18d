import type {
  CloudflareDomain,
  Part,
  Snapshot,
} from "../../mail-flow/snapshot";
import { area1Domain } from "../cloudflare/area1-domain";
import { hostName } from "../codecs";
import { isFault, UserError } from "../errors";
import { quarantineNotification } from "../exchange-online/quarantine-notification";
import { quarantinePolicy } from "../exchange-online/quarantine-policy";
import { textsOf } from "../json";
import { valuesOf, type Item } from "../kind";
import { reasonFor } from "../lifecycle/failure-context";
import type { Operation } from "../session/session";
import type { Listing } from "../session/shared-list";
import {
  acceptedDomain,
  antiPhishPolicy,
  connectionFilter,
  contentFilterPolicy,
  inboundConnector,
  malwarePolicy,
  notification,
  organization,
  policyRule,
  recipientsQuarantine,
} from "./exchange-objects";
import { transportRule } from "./transport-rule";

/** Options for reading a snapshot. */
export interface SnapshotOptions {
  /** Start time of an older list: only lists that were started after it are used; see {@link ReadSnapshot.begun}. */
  readonly newerThan?: number;
  /** The domains whose MX is read from Microsoft Graph, twenty in a request. @default all domains in Cloudflare */
  readonly mailExchangesOf?: readonly string[];
  /**
   * Returns whether an error omits only its part, with the reason in its place; other errors fail the whole snapshot.
   * @default errors for a missing right: an error never means that objects do not exist
   */
  readonly leavesOut?: (error: unknown) => boolean;
  /** The parts to read; other parts send no requests. @default all */
  readonly only?: ReadonlySet<string>;
}

/** A snapshot, and the start time of its newest list, with which newer lists can be requested. */
export interface ReadSnapshot {
  readonly snapshot: Snapshot;
  readonly begun: number;
}

/**
 * Reads everything that decides what happens to mail, in parallel: the lists that the resources of this process share, one request
 * for each further cmdlet, Cloudflare's domains, and Microsoft's MX for each of them. It writes nothing.
 *
 * @throws VendorError, UserError if a part cannot be read, unless the reason is a missing right.
 */
export const readSnapshot = async (
  operation: Operation,
  options: SnapshotOptions = {},
): Promise<Snapshot> =>
  (await readSnapshotAndTime(operation, options)).snapshot;

/** Like {@link readSnapshot}, and also returns the time for a second, newer read. */
export async function readSnapshotAndTime(
  operation: Operation,
  {
    newerThan,
    mailExchangesOf,
    leavesOut = isAccessDenied,
    only,
  }: SnapshotOptions = {},
): Promise<ReadSnapshot> {
  const { exchange, session, account, patience } = operation;
  let begun = 0;
  const itemsOf = async (listing: Promise<Listing<Item>>) => {
    const { items, begun: then } = await listing;
    begun = Math.max(begun, then);
    return items;
  };
  const part = async <T>(
    name: string,
    read: () => Promise<T>,
  ): Promise<Part<T>> => {
    if (only?.has(name) === false)
      return { unavailable: "It was not asked for." };
    try {
      return { value: await read() };
    } catch (error) {
      if (!leavesOut(error)) throw error;
      // A snapshot is stored in states and files, so secrets that a vendor repeats in its messages are removed.
      return { unavailable: session.scrub(reasonFor(error)) };
    }
  };
  const every =
    <T>(cmdlet: `Get-${string}`, view: (item: Item) => T) =>
    async (): Promise<T[]> =>
      viewed(await itemsOf(exchange.list(cmdlet, {}, newerThan)), view);
  const cloudflareDomains = async (): Promise<readonly Item[]> => {
    if (!account)
      throw new NotConfigured(
        "no Cloudflare account is given. Set area1:cloudflareAccountId or CLOUDFLARE_ACCOUNT_ID",
      );
    if (!session.configuration.cloudflareApiToken)
      throw new NotConfigured(
        "no API token of Cloudflare is given. Set area1:cloudflareApiToken or CLOUDFLARE_API_TOKEN",
      );
    return itemsOf(area1Domain.list(operation, "", newerThan));
  };
  const mailExchanges = async (): Promise<Record<string, string[]>> => {
    if (mailExchangesOf?.length === 0) return {};
    // Graph is read after Cloudflare, but the sign-in can start at once.
    const signedIn = operation.graph.signIn(patience).catch(() => undefined);
    const names =
      mailExchangesOf ??
      (await cloudflareDomains()).map(
        (item) => area1Domain.identify(item).name,
      );
    const hosts = await Promise.all(
      names.map((domain) => hostsOf(operation, hostName.normalize(domain))),
    );
    await signedIn;
    return Object.fromEntries(hosts);
  };

  const { tenantId, ...parts } = await sideBySide(part, {
    tenantId: () => session.tenantId(patience),
    domains: async () => viewed(await cloudflareDomains(), cloudflareDomain),
    acceptedDomains: every("Get-AcceptedDomain", acceptedDomain),
    inboundConnectors: every("Get-InboundConnector", inboundConnector),
    connectionFilters: every(
      "Get-HostedConnectionFilterPolicy",
      connectionFilter,
    ),
    transportRules: every("Get-TransportRule", transportRule),
    antiSpamPolicies: every(
      "Get-HostedContentFilterPolicy",
      contentFilterPolicy,
    ),
    antiSpamRules: every("Get-HostedContentFilterRule", policyRule),
    presetRules: every("Get-EOPProtectionPolicyRule", policyRule),
    antiPhishPolicies: every("Get-AntiPhishPolicy", antiPhishPolicy),
    malwarePolicies: every("Get-MalwareFilterPolicy", malwarePolicy),
    quarantinePolicies: async () =>
      viewed(
        (await itemsOf(quarantinePolicy.list(operation, "", newerThan))).filter(
          isForMessages,
        ),
        recipientsQuarantine,
      ),
    quarantineNotification: async () => {
      const [settings] = await itemsOf(
        quarantineNotification.list(operation, "", newerThan),
      );
      return settings ? notification(settings) : null;
    },
    organization: every("Get-OrganizationConfig", organization),
    mailExchanges,
  });
  const snapshot: Snapshot = {
    takenAt: new Date().toISOString(),
    ...("value" in tenantId && { tenantId: tenantId.value }),
    ...(account && { accountId: account }),
    ...parts,
    organization: theOne(parts.organization),
  };
  return { snapshot, begun };
}

type Readers = Readonly<Record<string, () => Promise<unknown>>>;

/** Reads all parts in parallel, and returns them by name. */
async function sideBySide<R extends Readers>(
  part: (name: string, read: () => Promise<unknown>) => Promise<Part<unknown>>,
  readers: R,
) {
  const parts = await Promise.all(
    Object.entries(readers).map(async ([name, read]) => [
      name,
      await part(name, read),
    ]),
  );
  return Object.fromEntries(parts) as {
    [Name in keyof R]: Part<Awaited<ReturnType<R[Name]>>>;
  };
}

/**
 * Returns the decoded objects of a list. Each list is decoded once, because the exposure guard uses it before each write. The result is
 * shared and must not be changed.
 */
function viewed<T>(items: readonly Item[], view: (item: Item) => T): T[] {
  const known = views.get(items) ?? new Map<unknown, unknown[]>();
  views.set(items, known);
  const found = known.get(view) ?? items.map(view);
  known.set(view, found);
  return found as T[];
}

const views = new WeakMap<readonly Item[], Map<unknown, unknown[]>>();

/** The error for a vendor that is not configured, and so cannot be read. */
class NotConfigured extends UserError {}

/** Returns whether the error is a missing right or a vendor that is not configured. Any other error may be temporary. */
export const isAccessDenied = (error: unknown): boolean =>
  isFault(error, "forbidden", "notEntitled") || error instanceof NotConfigured;

/** Returns the hosts that Microsoft expects as a domain's MX; an empty list for a domain that the tenant does not have. */
async function hostsOf(
  { graph }: Operation,
  domain: string,
): Promise<[string, string[]]> {
  try {
    return [domain, [await graph.mailExchange(domain)]];
  } catch (error) {
    if (!isFault(error, "notFound")) throw error;
    return [domain, []];
  }
}

/** Returns a domain with the property names of programs. A list that Cloudflare does not return counts as empty. */
function cloudflareDomain(item: Item): CloudflareDomain {
  const values = valuesOf(area1Domain, item);
  const { name, guid } = area1Domain.identify(item);
  const { status } = item;
  const { transport, lookbackHops, requireTlsInbound, requireTlsOutbound } =
    values;
  return {
    domain: name,
    domainId: guid ?? "",
    // Cloudflare uses both upper and lower case (documented).
    ...(typeof status === "string" && { status: status.toUpperCase() }),
    ...(typeof transport === "string" && transport && { transport }),
    ...(typeof lookbackHops === "number" && { lookbackHops }),
    dropDispositions: textsOf(values["dropDispositions"]),
    allowedDeliveryModes: textsOf(values["allowedDeliveryModes"]),
    ipRestrictions: textsOf(values["ipRestrictions"]),
    ...(typeof requireTlsInbound === "boolean" && { requireTlsInbound }),
    ...(typeof requireTlsOutbound === "boolean" && { requireTlsOutbound }),
  };
}

/** Returns false for the tenant's notification settings, which `Get-QuarantinePolicy` also returns. */
function isForMessages(item: Item): boolean {
  const type = item["QuarantinePolicyType"];
  return (
    !(typeof type === "string" && /^Global/i.test(type)) &&
    !/^DefaultGlobal(Tag|Policy)$/i.test(quarantinePolicy.identify(item).name)
  );
}

/** Returns the only object of a list. */
function theOne<T>(part: Part<T[]>): Part<T> {
  if ("unavailable" in part) return part;
  const [value] = part.value;
  return value === undefined
    ? { unavailable: "Exchange Online answered with none." }
    : { value };
}
