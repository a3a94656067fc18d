import ipaddr from "ipaddr.js";
import Ajv, { type ValidateFunction } from "ajv";
import type { Json } from "../json";

// The schemas CreateDomain, ReplaceDomain and UpdateDomain of cloudflare/api-schemas openapi.json @ c92b9b0fd (2026-07-27),
// `nullable` written as in JSON Schema. The formats of domain names and IPs follow Cloudflare's prose.

/** The ways in which mail reaches Email Security. */
export const modes = ["DIRECT", "BCC", "JOURNAL", "API", "RETRO_SCAN"];
const dispositions = [
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
];
const regions = ["GLOBAL", "AU", "DE", "IN", "US"];

const list = (items: object, limits: object = {}) => ({
  type: "array",
  items,
  ...limits,
});
const common = {
  folder: { enum: ["AllItems", "Inbox", null] },
  integration_id: { type: ["string", "null"], format: "uuid" },
};
const lookback = { type: "integer", minimum: 1, maximum: 20 };

const limited = {
  ...common,
  allowed_delivery_modes: list({ enum: modes }, { minItems: 1, maxItems: 10 }),
  drop_dispositions: list({ enum: dispositions }, { maxItems: 10 }),
  ip_restrictions: list({ type: "string", format: "ip" }, { maxItems: 100 }),
  regions: list({ enum: regions }, { minItems: 1, maxItems: 10 }),
  require_tls_inbound: { type: ["boolean", "null"] },
  require_tls_outbound: { type: ["boolean", "null"] },
  transport: { type: ["string", "null"] },
};
const mutable = [
  "allowed_delivery_modes",
  "ip_restrictions",
  "drop_dispositions",
  "regions",
];

/** A UUID. */
export const uuid =
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const ajv = new Ajv({ allErrors: true, strict: false });
ajv.addFormat("uuid", uuid);
ajv.addFormat(
  "domain",
  /^(?=.{1,253}$)([a-z0-9_]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/i,
);
ajv.addFormat("ip", (text: string) => {
  return text.includes("/")
    ? ipaddr.isValidCIDR(text)
    : ipaddr.IPv6.isValid(text) || ipaddr.IPv4.isValidFourPartDecimal(text);
});

/** Validates the body of POST. */
export const createDomain = ajv.compile({
  type: "object",
  properties: {
    ...limited,
    domain: { type: "string", format: "domain" },
    lookback_hops: { ...lookback, type: ["integer", "null"] },
  },
  additionalProperties: false,
  required: ["domain", ...mutable],
});

const replace = (required: string[]) =>
  ajv.compile({
    type: "object",
    properties: {
      ...limited,
      lookback_hops: required.includes("lookback_hops")
        ? lookback
        : { ...lookback, type: ["integer", "null"] },
    },
    required,
  });
/** Validates the body of PUT according to the description of 2026-07: lookback_hops is required. */
export const replaceDomainStrict = replace([...mutable, "lookback_hops"]);
/** Validates the body of PUT according to the official client 7.3.0: lookback_hops may be missing or null. */
export const replaceDomain = replace(mutable);

/** Validates the body of PATCH. */
export const updateDomain = ajv.compile({
  type: "object",
  properties: {
    ...common,
    allowed_delivery_modes: list({ enum: modes }),
    drop_dispositions: list({ enum: dispositions }),
    ip_restrictions: list({ type: "string", format: "ip" }),
    regions: list({ enum: regions }),
    lookback_hops: lookback,
    require_tls_inbound: { type: "boolean" },
    require_tls_outbound: { type: "boolean" },
    transport: { type: "string" },
  },
});

const idOnly = {
  type: "object",
  properties: { id: { type: "string", format: "uuid" } },
  required: ["id"],
};
/** Validates the body of the deprecated bulk DELETE. */
export const deletions = ajv.compile(list(idOnly, { minItems: 1 }));
/** Validates the body of a batch, without the objects in it, which are validated one by one. */
export const batch = ajv.compile({
  type: "object",
  properties: {
    deletes: list(idOnly, { maxItems: 1000 }),
    patches: list(idOnly, { maxItems: 1000 }),
    puts: list(idOnly, { maxItems: 1000 }),
    posts: list({ type: "object" }, { maxItems: 1000 }),
  },
  required: ["deletes", "patches", "puts", "posts"],
});

/** An invalid part of a body. */
export interface Complaint {
  /** The part, as a JSON pointer. */
  pointer: string;
  /** The message. */
  message: string;
}

/** Returns the errors in a body. */
export function complaints(
  schema: ValidateFunction,
  body: Json | undefined,
  at = "",
): Complaint[] {
  if (schema(body)) return [];
  return (schema.errors ?? []).map((error) => {
    const params = error.params as Record<string, unknown>;
    const part = params["missingProperty"] ?? params["additionalProperty"];
    const allowed = params["allowedValues"];
    return {
      pointer: `${at}${error.instancePath}${typeof part === "string" ? `/${part}` : ""}`,
      message: `${error.message ?? "is not valid"}${Array.isArray(allowed) ? `: ${allowed.map(String).join(", ")}` : ""}`,
    };
  });
}
