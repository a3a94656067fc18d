import { same } from "../../mail-flow/names";
import { flag, hostName, integer, isGuid, oneOf, setOf, text } from "../codecs";
import { isFault, reasonOf, sentence, VendorError } from "../errors";
import { field, isEmpty, type Field, type Values } from "../field";
import { encode, type Item, type Kind, type State } from "../kind";
import type { Operation } from "../session/session";
import { textOf, textsOf } from "../json";
import { isUnknown } from "../unknown";
import { verificationOf } from "./verification";
import { networks } from "./networks";

const dispositionNames = [
  "MALICIOUS",
  "MALICIOUS-BEC",
  "SUSPICIOUS",
  "SPOOF",
  "SPAM",
  "BULK",
  "ENCRYPTED",
  "EXTERNAL",
  "UNKNOWN",
  "NONE",
] as const;

/** Cloudflare's classification of a message, by the names of its API; headers use others (`UCE` for `SPAM`). */
export type Disposition = (typeof dispositionNames)[number];

/** How mail reaches Cloudflare. `DIRECT` is the MX record. */
export type DeliveryMode = "DIRECT" | "BCC" | "JOURNAL" | "API" | "RETRO_SCAN";

/** Where mail is processed. */
export type Region = "GLOBAL" | "AU" | "DE" | "IN" | "US";

/** The folder that API scanning reads. */
export type ScannedFolder = "AllItems" | "Inbox";

/**
 * A domain that Cloudflare Email Security (formerly Area 1) protects as its MX. One that exists already is adopted and, on
 * destroy, restored. Needs an API token with the account permission Cloud Email Security: Write.
 *
 * @see https://developers.cloudflare.com/api/resources/email_security/
 */
export interface Area1DomainProps {
  /** The domain. A change protects the new one and leaves the old one as destroy would. */
  domain: string;
  /**
   * Cloudflare account, at most 32 characters. A change replaces the domain.
   * @default the configuration's `area1:cloudflareAccountId`
   */
  accountId?: string;
  /**
   * Host that mail is forwarded to. Left out, it follows the MX that Microsoft 365 expects for the domain, as Microsoft Graph
   * says (permission Domain.Read.All); the output `mailExchange` shows it.
   */
  transport?: string;
  /**
   * Hops between the sender and Cloudflare, 1 to 20; 1 where the MX points at Cloudflare.
   * @default 1
   */
  lookbackHops?: number;
  /**
   * Addresses and CIDR blocks, IPv4 or IPv6, from which mail is taken; others are rejected. Empty: from everywhere. At most 100.
   * @default []
   */
  ipRestrictions?: readonly string[];
  /** Whether mail is taken only over TLS. Not managed when left out. */
  requireTlsInbound?: boolean;
  /**
   * Whether mail is forwarded only over TLS.
   * @default true
   */
  requireTlsOutbound?: boolean;
  /**
   * Dispositions that are dropped instead of delivered. Microsoft 365 never sees such mail, so use case 4 drops none. `MALICIOUS`
   * stands for `MALICIOUS-BEC` as well. Left out, it is not managed; a new domain gets `[]`.
   */
  dropDispositions?: readonly Disposition[];
  /** How mail reaches Cloudflare. Left out, `DIRECT` must be among them; others that a domain has are kept. */
  allowedDeliveryModes?: readonly DeliveryMode[];
  /** Where mail is processed. Not managed when left out; a new domain gets `["GLOBAL"]`. */
  regions?: readonly Region[];
  /** Integration (UUID) that authorises the domain. Not managed when left out. */
  integrationId?: string;
  /** Folder that is scanned, with API scanning only. Not managed when left out. */
  folder?: ScannedFolder;
}

const dispositions = setOf(oneOf(...dispositionNames), { max: 10 });

const fields = {
  domain: field("domain", hostName, { required: true, replaces: true }),
  accountId: field(
    "account_id",
    text({ required: true, max: 32, anyCase: true }),
    {
      replaces: true,
      neverReturned: true,
    },
  ),
  transport: field("transport", hostName, {
    implied: {
      holds: (live, expected) => expected === null || live === expected,
      remedy: (live, expected) => expected ?? live,
    },
  }),
  lookbackHops: field("lookback_hops", integer(1, 20), { default: 1 }),
  ipRestrictions: field("ip_restrictions", networks, { default: [] }),
  requireTlsInbound: field("require_tls_inbound", flag),
  requireTlsOutbound: field("require_tls_outbound", flag, { default: true }),
  dropDispositions: field("drop_dispositions", {
    ...dispositions,
    // Whether Cloudflare drops MALICIOUS-BEC together with MALICIOUS is not documented. MALICIOUS in a program stands for both; a
    // value that Cloudflare returns is taken literally.
    normalize: (value) =>
      dispositions.normalize(
        value.includes("MALICIOUS") ? [...value, "MALICIOUS-BEC"] : value,
      ),
  }),
  allowedDeliveryModes: field(
    "allowed_delivery_modes",
    setOf(oneOf("DIRECT", "BCC", "JOURNAL", "API", "RETRO_SCAN"), {
      min: 1,
      max: 10,
    }),
    {
      implied: {
        holds: (live) => textsOf(live).includes("DIRECT"),
        remedy: (live) =>
          textsOf(live).includes("DIRECT")
            ? live
            : ["DIRECT", ...textsOf(live)].sort(),
      },
    },
  ),
  regions: field(
    "regions",
    setOf(oneOf("GLOBAL", "AU", "DE", "IN", "US"), { min: 1, max: 10 }),
  ),
  integrationId: field(
    "integration_id",
    text({
      anyCase: true,
      required: true,
      refuse: (value) =>
        isGuid(value) ? undefined : `"${value}" is not a UUID`,
    }),
  ),
  folder: field("folder", oneOf("AllItems", "Inbox")),
} satisfies Record<keyof Area1DomainProps, Field>;

/** Fields that PATCH cannot set to null (documented). */
const notByPatch = [
  "transport",
  "require_tls_inbound",
  "require_tls_outbound",
  "lookback_hops",
];

export const area1Domain: Kind = {
  name: "Area1Domain",
  noun: "domain",
  scopeId: "accountId",
  computed: ["domainId", "mailExchange", "status", "verification"],
  fields,
  settings: ["offboardOnDestroy", "allowExposure", "readVerification"],
  nameField: "domain",
  idIs: "guid",
  missingMeansUnknown: true,
  initial: {
    regions: ["GLOBAL"],
    allowedDeliveryModes: ["DIRECT"],
    dropDispositions: [],
  },

  /** Makes the account an input, so that a preview shows a change of account. */
  complete(olds, inputs, configuration) {
    const given = inputs["accountId"];
    if (isUnknown(given)) return inputs;
    const configured = configuration().cloudflareAccountId;
    const before = olds["accountId"];
    const accountId = given ?? configured ?? before;
    const wrong = (reason: string) => ({ property: "accountId", reason });
    if (accountId === undefined)
      return wrong(
        "must be given, or area1:cloudflareAccountId or CLOUDFLARE_ACCOUNT_ID be set",
      );
    if (areTwo(accountId, configured))
      return wrong(
        `is ${textOf(accountId)}, but the configuration is for ${configured}; for a second account, make an explicit provider`,
      );
    if (given === undefined && areTwo(before, accountId))
      return wrong(
        `is ${textOf(before)} in the state, but the configuration is for ${textOf(accountId)}; configure the right account, or give accountId to move the domain`,
      );
    return { ...inputs, accountId };
  },

  alwaysExists: () => true,

  // The deletion of a domain is not included: it is off-boarded only if the program requests it.
  decides: (property) =>
    property === "dropDispositions" ||
    property === "transport" ||
    property === "allowedDeliveryModes",

  identify(item) {
    const { id, domain, modified_at } = item;
    return {
      name: hostName.normalize(textOf(domain)),
      ...(typeof id === "string" && { guid: id }),
      ...(typeof modified_at === "string" && { changedAt: modified_at }),
    };
  },

  list: ({ cloudflare, account }, _name, newerThan) =>
    cloudflare.list(account, newerThan),

  async create({ cloudflare, account, patience }, wanted) {
    const { account_id: _, ...values } = encode(this, {
      ...this.initial,
      ...wanted,
    });
    await cloudflare.create(account, values, patience);
  },

  async update({ cloudflare, account, patience }, item, changes) {
    const values = encode(this, changes);
    const id = String(item["id"]);
    const clears = notByPatch.some((name) => values[name] === null);
    if (!clears) return cloudflare.edit(account, id, values, patience);
    // PUT replaces all fields, so it needs their latest values, including somebody else's recent changes.
    const { begun } = await cloudflare.list(account);
    const { items } = await cloudflare.list(account, begun);
    const fresh = items.find((domain) => domain["id"] === id) ?? item;
    await cloudflare.replace(
      account,
      id,
      { ...whole(fresh), ...values },
      patience,
    );
  },

  async remove(operation, item, state) {
    const { cloudflare, account, patience } = operation;
    const name = this.identify(item).name;
    if (state["offboardOnDestroy"] !== true)
      return "Cloudflare goes on protecting it and delivers its mail, Malicious too: give it dropDispositions if nothing quarantines that any more. To have destroy off-board it, point its MX elsewhere and set offboardOnDestroy: true";
    operation.warn(
      `domain "${name}" is off-boarded, as offboardOnDestroy says: Cloudflare no longer processes its mail, and that cannot be undone`,
    );
    await cloudflare
      .remove(account, String(item["id"]), patience)
      .catch((error: unknown) => {
        if (!isFault(error, "notFound")) throw error;
      });
    return undefined;
  },

  async expect(operation, inputs, listing, state) {
    const given = inputs["transport"];
    const reported = state?.["reported"];
    const follows =
      given === undefined ||
      (Array.isArray(reported) && reported.includes("transport"));
    // A copy of the input would be in the state in plain text, even if the input is a secret.
    if (!follows) return {};
    return {
      transport: await followed(operation, inputs, listing.items, state),
    };
  },

  expected: (state): Values => {
    const host = state["mailExchange"];
    return typeof host === "string" ? { transport: host } : {};
  },

  async outputs(operation, item, expected, inputs, state) {
    const status = statusOf(item);
    // Lists do not contain the record, and reading it costs a request per domain, so a refresh keeps the stored record.
    const verification =
      status !== "PENDING"
        ? undefined
        : state
          ? state["verification"]
          : inputs["readVerification"] === true
            ? await verificationOf(
                operation,
                String(item["domain"]),
                String(item["id"]),
              )
            : undefined;
    return {
      accountId: operation.account,
      ...(expected["transport"] && { mailExchange: expected["transport"] }),
      ...(status && { status }),
      ...(verification !== undefined && { verification }),
    };
  },

  restoredValue: (_operation, property, value) =>
    Promise.resolve(isEmpty(value) ? keptAsItIs[property] : undefined),
};

/** Returns whether two accounts are both known and differ. */
const areTwo = (one: unknown, other: unknown): boolean =>
  typeof one === "string" && typeof other === "string" && !same(one, other);

/** Properties whose previous value, if it was empty, is not restored. */
const keptAsItIs: Readonly<Record<string, { readonly warning: string }>> = {
  transport: {
    warning:
      "transport was empty and stays as it is now: mail would have nowhere to go",
  },
  // PUT, the only request that accepts null, requires a number here (documented since 2026-07).
  lookbackHops: {
    warning:
      "lookbackHops was not set and stays as it is now: Cloudflare takes nothing but a number back",
  },
};

/** Returns the status in upper case: Cloudflare uses both cases (documented). */
const statusOf = ({ status }: Item): string => textOf(status).toUpperCase();

/** Returns the current values of all fields that PUT replaces. */
const whole = (item: Item): Record<string, unknown> =>
  Object.fromEntries(
    Object.values(fields)
      .map(({ wire }) => wire)
      .filter(
        (wire) =>
          !["domain", "account_id"].includes(wire) && item[wire] !== undefined,
      )
      .map((wire) => [wire, item[wire]]),
  );

/** Returns the MX that Microsoft 365 expects. If Graph cannot be read, returns the last known one from the state. */
async function followed(
  operation: Operation,
  inputs: State,
  listed: readonly Item[],
  state: State | undefined,
): Promise<string> {
  const domain = String(inputs["domain"]);
  try {
    return await operation.graph.mailExchange(domain, function* () {
      for (const item of listed)
        if (typeof item["domain"] === "string") yield item["domain"];
    });
  } catch (error) {
    const stored = state?.["mailExchange"];
    if (typeof stored !== "string") throw error;
    const advice = error instanceof VendorError && error.details.advice;
    operation.warn(
      `domain "${domain}": Microsoft Graph could not be asked for its MX, so ${stored} is taken, as last known. ${sentence(reasonOf(error))}${advice ? ` ${advice}` : ""}`,
    );
    return stored;
  }
}
