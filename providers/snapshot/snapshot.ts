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

/** How a snapshot is read. */
export interface SnapshotOptions {
  /** Lists that began after this one's beginning are wanted, see {@link ReadSnapshot.begun}. */
  readonly newerThan?: number;
  /** The domains whose MX Microsoft Graph is asked for, twenty in a request. @default all that Cloudflare has */
  readonly mailExchangesOf?: readonly string[];
  /**
   * Which errors leave a part out, with the reason in its place; others fail the whole.
   * @default those of a right that is missing: an error is never an absence
   */
  readonly leavesOut?: (error: unknown) => boolean;
  /** The parts that are read; others cost no request. @default all */
  readonly only?: ReadonlySet<string>;
}

/** A snapshot, and when its newest list began, for another look. */
export interface ReadSnapshot {
  readonly snapshot: Snapshot;
  readonly begun: number;
}

/**
 * Everything that decides what happens to mail, read side by side: the lists that the resources of this process share, one request
 * for each further cmdlet, Cloudflare's domains, and Microsoft's MX for each of them. It writes nothing.
 *
 * @throws VendorError, UserError when a part cannot be read for another reason than a right that is missing.
 */
export const readSnapshot = async (
  operation: Operation,
  options: SnapshotOptions = {},
): Promise<Snapshot> =>
  (await readSnapshotAndTime(operation, options)).snapshot;

/** {@link readSnapshot}, for those who look twice. */
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
      // A snapshot is kept in states and files: what a vendor echoes must not be.
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
    // Its answers are wanted after Cloudflare's: the sign-in does not wait for them.
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

/** Reads parts at once, each by its name. */
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
 * The objects of a list, decoded once for everybody who reads the same list: a guard looks at it before each write. What is
 * returned is shared, and must not be changed.
 */
function viewed<T>(items: readonly Item[], view: (item: Item) => T): T[] {
  const known = views.get(items) ?? new Map<unknown, unknown[]>();
  views.set(items, known);
  const found = known.get(view) ?? items.map(view);
  known.set(view, found);
  return found as T[];
}

const views = new WeakMap<readonly Item[], Map<unknown, unknown[]>>();

/** A vendor that the configuration does not name: looking there is nobody's right. */
class NotConfigured extends UserError {}

/** A right that is missing, or a vendor that is not configured: whatever else goes wrong may be over in a moment. */
export const isAccessDenied = (error: unknown): boolean =>
  isFault(error, "forbidden", "notEntitled") || error instanceof NotConfigured;

/** The hosts that Microsoft expects as a domain's MX; none for a domain that the tenant does not have. */
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

/** By the names of programs; what Cloudflare does not tell of a list is taken for none. */
function cloudflareDomain(item: Item): CloudflareDomain {
  const values = valuesOf(area1Domain, item);
  const { name, guid } = area1Domain.identify(item);
  const { status } = item;
  const { transport, lookbackHops, requireTlsInbound, requireTlsOutbound } =
    values;
  return {
    domain: name,
    domainId: guid ?? "",
    // Cloudflare has sent either case (documented).
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

/** Without the tenant's notification settings, which are a policy of the same noun. */
function isForMessages(item: Item): boolean {
  const type = item["QuarantinePolicyType"];
  return (
    !(typeof type === "string" && /^Global/i.test(type)) &&
    !/^DefaultGlobal(Tag|Policy)$/i.test(quarantinePolicy.identify(item).name)
  );
}

/** The object of which a tenant has one. */
function theOne<T>(part: Part<T[]>): Part<T> {
  if ("unavailable" in part) return part;
  const [value] = part.value;
  return value === undefined
    ? { unavailable: "Exchange Online answered with none." }
    : { value };
}
