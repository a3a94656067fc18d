import {
  flag,
  hostName,
  integer,
  oneOf,
  setOf,
  text,
  type Value,
} from "../codecs";
import { isFault, reasonOf, sentence, VendorError } from "../errors";
import { field, isNothing, type Field, type Values } from "../field";
import { encode, valuesOf, type Item, type Kind, type State } from "../kind";
import { dropsMalicious } from "../restored-object";
import type { Operation } from "../session";
import { isUnknown } from "../unknown";
import type { Verification } from "./client";
import { networks } from "./networks";

/** What Cloudflare finds a message to be, in the words of its API; headers use others (`UCE` for `SPAM`). */
export type Disposition =
  | "MALICIOUS"
  | "MALICIOUS-BEC"
  | "SUSPICIOUS"
  | "SPOOF"
  | "SPAM"
  | "BULK"
  | "ENCRYPTED"
  | "EXTERNAL"
  | "UNKNOWN"
  | "NONE";

/** How mail reaches Cloudflare. `DIRECT` is the MX record. */
export type DeliveryMode = "DIRECT" | "BCC" | "JOURNAL" | "API" | "RETRO_SCAN";

/** Where mail is processed. */
export type Region = "GLOBAL" | "AU" | "DE" | "IN" | "US";

/**
 * A domain that Cloudflare Email Security (formerly Area 1) protects as its MX. One that exists already is taken over and, on
 * destroy, given back. Needs an API token with the account permission Cloud Email Security: Write.
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
   * Dispositions that are dropped instead of delivered. Microsoft 365 never sees such mail, so use case 4 drops none.
   * @default []
   */
  dropDispositions?: readonly Disposition[];
  /** How mail reaches Cloudflare. Left out, `DIRECT` must be among them; others that a domain has are kept. */
  allowedDeliveryModes?: readonly DeliveryMode[];
  /** Where mail is processed. Not managed when left out; a new domain gets `["GLOBAL"]`. */
  regions?: readonly Region[];
  /** Integration (UUID) that authorises the domain. Not managed when left out. */
  integrationId?: string;
  /** Folder that is scanned, with API scanning only. Not managed when left out. */
  folder?: "AllItems" | "Inbox";
}

const contains = (value: Value, entry: string): boolean =>
  Array.isArray(value) && value.includes(entry);

const fields = {
  domain: field("domain", hostName, { required: true, replaces: true }),
  accountId: field(
    "account_id",
    text({ required: true, max: 32, anyCase: true }),
    {
      replaces: true,
      neverTold: true,
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
  dropDispositions: field(
    "drop_dispositions",
    setOf(
      oneOf(
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
      ),
      { max: 10 },
    ),
    { default: [] },
  ),
  allowedDeliveryModes: field(
    "allowed_delivery_modes",
    setOf(oneOf("DIRECT", "BCC", "JOURNAL", "API", "RETRO_SCAN"), {
      min: 1,
      max: 10,
    }),
    {
      implied: {
        holds: (live) => contains(live, "DIRECT"),
        remedy: (live) =>
          contains(live, "DIRECT")
            ? live
            : [
                "DIRECT",
                ...(Array.isArray(live) ? (live as string[]) : []),
              ].sort(),
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
        /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)
          ? undefined
          : `"${value}" is not a UUID`,
    }),
  ),
  folder: field("folder", oneOf("AllItems", "Inbox")),
} satisfies Record<keyof Area1DomainProps, Field>;

/** Fields that PATCH cannot make null (documented). */
const notByPatch = [
  "transport",
  "require_tls_inbound",
  "require_tls_outbound",
  "lookback_hops",
];

export const area1Domain: Kind = {
  name: "Area1Domain",
  noun: "domain",
  home: "accountId",
  fields,
  settings: ["offboardOnDestroy"],
  nameField: "domain",
  idIs: "guid",
  missingIsUntold: true,

  /** The account is an input, so that a preview shows a change of it for what it is. */
  complete(olds, inputs, configuration) {
    if (isUnknown(inputs["accountId"])) return inputs;
    const configured = configuration().cloudflareAccountId;
    const accountId = inputs["accountId"] ?? configured ?? olds["accountId"];
    if (accountId === undefined)
      return {
        property: "accountId",
        reason:
          "must be given, or area1:cloudflareAccountId or CLOUDFLARE_ACCOUNT_ID be set",
      };
    const before = olds["accountId"];
    if (
      configured !== undefined &&
      typeof accountId === "string" &&
      accountId.toLowerCase() !== configured.toLowerCase()
    )
      return {
        property: "accountId",
        reason: `is ${accountId}, but the configuration is for ${configured}; for a second account, make an Area1Provider`,
      };
    if (
      inputs["accountId"] === undefined &&
      typeof before === "string" &&
      typeof accountId === "string" &&
      before.toLowerCase() !== accountId.toLowerCase()
    )
      return {
        property: "accountId",
        reason: `is ${before} in the state, but the configuration is for ${accountId}; configure the right account, or give accountId to move the domain`,
      };
    return { ...inputs, accountId };
  },

  isGiven: () => true,

  identify(item) {
    const { id, domain, modified_at } = item;
    return {
      name: typeof domain === "string" ? hostName.normalize(domain) : "",
      ...(typeof id === "string" && { guid: id }),
      ...(typeof modified_at === "string" && { changedAt: modified_at }),
    };
  },

  list: ({ cloudflare, account }, _name, newerThan) =>
    cloudflare.list(account, newerThan),

  async create({ cloudflare, account, patience }, wanted) {
    const { account_id: _, ...values } = encode(this, {
      regions: ["GLOBAL"],
      allowedDeliveryModes: ["DIRECT"],
      ...wanted,
    });
    await cloudflare.create(account, values, patience);
  },

  async update(operation, item, changes) {
    const { cloudflare, account, patience, session } = operation;
    const { dropDispositions: dropped } = changes;
    if (
      dropped !== undefined &&
      !dropsMalicious(dropped) &&
      dropsMalicious(valuesOf(this, item)["dropDispositions"])
    )
      await session.deliveries.get(this.identify(item).name.toLowerCase())?.(
        operation,
      );
    const values = encode(this, changes);
    const id = String(item["id"]);
    const clears = notByPatch.some((name) => values[name] === null);
    if (!clears) return cloudflare.edit(account, id, values, patience);
    // PUT replaces everything, so it must hold what somebody changed a moment ago.
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
    if (!follows) return { transport: given as Value };
    return {
      transport: await followed(operation, inputs, listing.items, state),
    };
  },

  expected: (state): Values => {
    const host = state["mailExchange"];
    return typeof host === "string" ? { transport: host } : {};
  },

  async outputs(operation, item, expected, state) {
    const status = statusOf(item);
    // On a refresh the record of a pending domain is as it was: asking for each would cost a request a domain.
    const verification =
      status !== "PENDING"
        ? undefined
        : state
          ? state["verification"]
          : await verificationOf(operation, item);
    return {
      accountId: operation.account,
      ...(expected["transport"] && { mailExchange: expected["transport"] }),
      ...(status && { status }),
      ...(verification !== undefined && { verification }),
    };
  },

  giveBack: (_operation, property, value) =>
    Promise.resolve(isNothing(value) ? keptAsItIs[property] : undefined),
};

/** First-seen values that were none and are not given back. */
const keptAsItIs: Readonly<Record<string, { readonly warning: string }>> = {
  transport: {
    warning:
      "transport was empty and stays as it is now: mail would have nowhere to go",
  },
  // PUT, the only call that takes null, wants a number there (documented since 2026-07).
  lookbackHops: {
    warning:
      "lookbackHops was not set and stays as it is now: Cloudflare takes nothing but a number back",
  },
};

/** In upper case: Cloudflare has sent either (documented). */
const statusOf = ({ status }: Item): string =>
  typeof status === "string" ? status.toUpperCase() : "";

/** Everything that PUT replaces, as it is. */
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

/** The TXT record that a pending domain waits for. Only information: without it the domain is made all the same. */
async function verificationOf(
  operation: Operation,
  item: Item,
): Promise<Verification | undefined> {
  const { cloudflare, account, patience } = operation;
  try {
    return await cloudflare.verification(account, String(item["id"]), patience);
  } catch (error) {
    operation.warn(
      `domain "${String(item["domain"])}" waits to be proven yours, but Cloudflare does not tell the TXT record: ${sentence(reasonOf(error))} See its dashboard`,
    );
    return undefined;
  }
}

/** The MX that Microsoft 365 expects; on a refresh without Graph, what it was when it was last known. */
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
