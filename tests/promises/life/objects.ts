import type { Seed, Simulator } from "../../../simulator/index";
import type { Json, JsonObject } from "../../../simulator/json";
import type { Properties } from "../../conformance/platform";
import { livedIn } from "../programs";

/** A tenant and an account that also have objects with which the program has nothing to do. */
export const seed: Seed = {
  tenants: [
    {
      ...livedIn.tenants?.[0],
      hostedContentFilterPolicies: [
        ...(livedIn.tenants?.[0]?.hostedContentFilterPolicies ?? []),
        { Name: "Board", BulkThreshold: 4 },
      ],
      hostedContentFilterRules: [
        {
          Name: "Board",
          HostedContentFilterPolicy: "Board",
          RecipientDomainIs: ["example.org"],
        },
      ],
      quarantinePolicies: [
        { Name: "Theirs", EndUserQuarantinePermissionsValue: 3 },
      ],
    },
  ],
  accounts: [
    {
      ...livedIn.accounts?.[0],
      domains: [
        ...(livedIn.accounts?.[0]?.domains ?? []),
        { domain: "other.example", transport: "mx.other.example" },
      ],
    },
  ],
};

/** An object as its vendor stores it; a custom anti-spam policy has the members of its rule as `Rule:…`. */
export interface LiveObject {
  readonly kind: string;
  readonly id: string;
  readonly name: string;
  readonly members: JsonObject;
}

const moving =
  /^(Rule:)?(WhenChanged|WhenCreated|LastModifiedBy|Priority|modified_at|emails_processed)$/;

/** Returns all objects of the vendors, by kind and id. */
export function objectsOf({ tenant, account }: Simulator) {
  const objects = new Map<string, LiveObject>();
  const add = (
    kind: string,
    id: string,
    name: string,
    members: JsonObject,
  ): void => {
    const settled = Object.entries(members).filter(
      ([key]) => !moving.test(key),
    );
    objects.set(`${kind}/${id}`, {
      kind,
      id,
      name,
      members: structuredClone(Object.fromEntries(settled)),
    });
  };
  for (const rule of tenant.transportRules)
    add("TransportRule", rule.ExchangeObjectId, rule.Name, rule);
  for (const policy of tenant.quarantinePolicies)
    if (policy.Name === "DefaultGlobalTag")
      add("QuarantineNotification", "", "", policy);
    else add("QuarantinePolicy", policy.ExchangeObjectId, policy.Name, policy);
  for (const policy of tenant.hostedContentFilterPolicies) {
    const rule = tenant.hostedContentFilterRules.find(
      (one) => one["HostedContentFilterPolicy"] === policy.Name,
    );
    const ofRule = Object.entries(rule ?? {}).map(
      ([key, value]): [string, Json] => [`Rule:${key}`, value],
    );
    add("AntiSpamPolicy", policy.ExchangeObjectId, policy.Name, {
      ...policy,
      ...Object.fromEntries(ofRule),
    });
  }
  for (const domain of account.domains)
    add("Area1Domain", domain.id, domain.domain, domain);
  return objects;
}

/** A property and its form at the vendor. */
export interface Meaning {
  readonly property: string;
  readonly wire: string;
  /** Converts a value of a program or of the vendor into a canonical form. */
  readonly form: (value: unknown) => unknown;
  /** Returns whether the vendor's value is right if the program does not set the property. Missing if any value is. */
  readonly implied?: (live: unknown, name: string) => boolean;
}

const plain = (value: unknown): unknown => value ?? null;
const flag = (value: unknown): unknown => value ?? false;
const set = (value: unknown): unknown =>
  [
    ...new Set(Array.isArray(value) ? (value as unknown[]).map(String) : []),
  ].sort();
const rightBits: Readonly<Record<string, number>> = {
  Delete: 1,
  Preview: 2,
  Release: 4,
  RequestRelease: 8,
};
const rights = (value: unknown): unknown =>
  Array.isArray(value)
    ? (value as string[]).reduce((sum, name) => sum + (rightBits[name] ?? 0), 0)
    : Number(value) & 63;
const instant = (value: unknown): unknown =>
  typeof value === "string" ? Date.parse(value) : null;
/** Converts a flag into `State`. A rule that does not exist counts as disabled. */
const onOff = (value: unknown): unknown =>
  value === true ? "Enabled" : (value ?? false) === false ? "Disabled" : value;

/** Returns the host at which Microsoft 365 accepts a domain's mail. */
export const hostOf = (domain: string): string =>
  `${domain.replaceAll(".", "-")}.mail.protection.outlook.com`;

const means = (
  property: string,
  form: Meaning["form"] = plain,
  wire = property.charAt(0).toUpperCase() + property.slice(1),
  implied?: Meaning["implied"],
): Meaning => ({ property, wire, form, ...(implied && { implied }) });

const none: Meaning["implied"] = (live) =>
  live === undefined ||
  live === null ||
  (Array.isArray(live) && live.length === 0);

/** The managed properties of each kind, written from the vendors' documentation, not from our tables. */
export const meanings: Readonly<Record<string, readonly Meaning[]>> = {
  RestorePoint: [],
  TransportRule: [
    means("name"),
    means("enabled", onOff, "State"),
    means("mode"),
    means("comments"),
    means("headerContainsMessageHeader"),
    means("headerContainsWords", set),
    means("senderIpRanges", set),
    means("setScl", plain, "SetSCL"),
    means("stopRuleProcessing", flag),
    means("exceptIfFrom", set, "ExceptIfFrom", none),
    means("expiryDate", instant, "ExpiryDate", none),
  ],
  QuarantinePolicy: [
    means(
      "endUserQuarantinePermissions",
      rights,
      "EndUserQuarantinePermissionsValue",
    ),
    means("esnEnabled", flag, "ESNEnabled"),
    means("includeMessagesFromBlockedSenderAddress", flag),
  ],
  QuarantineNotification: [means("endUserSpamNotificationFrequency")],
  AntiSpamPolicy: [
    means("spamAction"),
    means("spamQuarantineTag"),
    means("highConfidenceSpamAction"),
    means("highConfidenceSpamQuarantineTag"),
    means("phishSpamAction"),
    means("phishQuarantineTag"),
    means("highConfidencePhishAction"),
    means("highConfidencePhishQuarantineTag"),
    means("quarantineRetentionPeriod"),
    means("adminDisplayName"),
    means("recipientDomainIs", set, "Rule:RecipientDomainIs"),
    means("enabled", onOff, "Rule:State"),
    means("exceptIfSentTo", set, "Rule:ExceptIfSentTo", none),
  ],
  Area1Domain: [
    means(
      "transport",
      plain,
      "transport",
      (live, name) => live === hostOf(name),
    ),
    means("lookbackHops", plain, "lookback_hops"),
    means("ipRestrictions", set, "ip_restrictions"),
    means("requireTlsInbound", flag, "require_tls_inbound"),
    means("requireTlsOutbound", flag, "require_tls_outbound"),
    means("dropDispositions", set, "drop_dispositions"),
    means(
      "allowedDeliveryModes",
      set,
      "allowed_delivery_modes",
      (live) => Array.isArray(live) && live.includes("DIRECT"),
    ),
  ],
};

/** Returns an object's name in the program. */
export const nameIn = (inputs: Properties): string => {
  const name = inputs["name"] ?? inputs["domain"];
  return typeof name === "string" ? name : "";
};

/** Returns whether a text is the mark that we write by default. */
export const isMark = (value: unknown): boolean =>
  typeof value === "string" && value.startsWith("Managed by Pulumi: ");

/** Returns whether an object has such a mark. */
export const isMarked = (object: LiveObject | undefined): boolean =>
  ["Comments", "AdminDisplayName"].some((member) =>
    isMark(object?.members[member]),
  );
