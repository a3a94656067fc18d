import { isRecord } from "./json";

/** The value of a property in programs and states; null means that the vendor has no value. */
export type Value = string | number | boolean | readonly string[] | null;

/** The type of a codec's values in the schema of the provider `area1`. */
export type SchemaType =
  | { readonly type: "boolean" | "integer" | "any" }
  | { readonly type: "string"; readonly enum?: readonly EnumValue[] }
  | { readonly type: "array"; readonly items: SchemaType };

/** A value of an enumeration. */
export interface EnumValue {
  readonly value: string;
  /** The value's name in other languages, if the value itself cannot be one. */
  readonly name?: string;
}

/** A type of values: its validation, canonical form, wire format and equality. */
export interface Codec<T extends Value = Value> {
  /** The type's name in the documentation's tables. */
  readonly type: string;
  readonly schema: SchemaType;
  /** Returns why a program's value is invalid and what to do, or undefined. */
  refuse(value: unknown): string | undefined;
  /** Returns the canonical form: sets are sorted, without duplicates. Idempotent. */
  normalize(value: T): T;
  encode(value: T): unknown;
  /** @returns null if the vendor has no value, undefined if the vendor does not return it. */
  decode(wire: unknown): T | null | undefined;
  /** Returns the key for comparisons. Values have equal keys only if they have the same effect, for example match the same mail. */
  key(value: T): unknown;
  /** The value that is equivalent to no value. */
  readonly none: T | null;
  /** Whether a member that is missing in Exchange's response means that there is no value. */
  readonly emptyWhenMissing: boolean;
}

const noControl = (value: string): string | undefined =>
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(value)
    ? "holds a control character; remove it"
    : undefined;

/** Constraints of a text. */
export interface TextRules {
  readonly max?: number;
  /** Whether upper and lower case are equal. */
  readonly anyCase?: boolean;
  /** Whether the text must not be empty. */
  readonly required?: boolean;
  /** Returns a further reason why the text is invalid. */
  readonly refuse?: (value: string) => string | undefined;
  /** Returns the canonical form, for example lower case. */
  readonly normalize?: (value: string) => string;
}

export function text(rules: TextRules = {}): Codec<string> {
  const normalize = rules.normalize ?? ((value: string) => value);
  return {
    type: rules.max ? `text of at most ${rules.max} characters` : "text",
    schema: { type: "string" },
    refuse(value) {
      if (typeof value !== "string")
        return `must be a text, not ${kindOf(value)}`;
      if (rules.required && normalize(value).trim() === "")
        return "must not be empty";
      if (rules.max && value.length > rules.max)
        return `has ${value.length} characters, at most ${rules.max} are taken; shorten it`;
      return noControl(value) ?? rules.refuse?.(value);
    },
    normalize,
    encode: (value) => value,
    decode: (wire) =>
      wire === undefined || wire === null
        ? wire
        : normalize(typeof wire === "string" ? wire : JSON.stringify(wire)),
    key: (value) => {
      const folded = normalize(value).replace(/\r\n/g, "\n").trim();
      return rules.anyCase ? folded.toLowerCase() : folded;
    },
    none: "",
    emptyWhenMissing: true,
  };
}

export const flag: Codec<boolean> = {
  type: "true or false",
  schema: { type: "boolean" },
  refuse: (value) =>
    typeof value === "boolean"
      ? undefined
      : `must be true or false, not ${kindOf(value)}`,
  normalize: (value) => value,
  encode: (value) => value,
  decode: (wire) => {
    if (typeof wire === "string") {
      const word = wire.toLowerCase();
      return word === "true" ? true : word === "false" ? false : undefined;
    }
    return typeof wire === "boolean" || wire === null ? wire : undefined;
  },
  key: (value) => value,
  none: false,
  emptyWhenMissing: false,
};

/** A flag that Exchange returns as `State`. */
export const state: Codec<boolean> = {
  ...flag,
  encode: (value) => (value ? "Enabled" : "Disabled"),
  decode: (wire) =>
    typeof wire === "string"
      ? wire.toLowerCase() === "enabled"
      : flag.decode(wire),
};

export function integer(min: number, max: number): Codec<number> {
  return {
    type: `whole number, ${min} to ${max}`,
    schema: { type: "integer" },
    refuse: (value) =>
      typeof value === "number" &&
      Number.isInteger(value) &&
      value >= min &&
      value <= max
        ? undefined
        : `must be a whole number from ${min} to ${max}, not ${typeof value === "number" ? value : kindOf(value)}`,
    normalize: (value) => value,
    encode: (value) => value,
    // Whether Exchange returns SetSCL as a number or a text is unknown: both are accepted.
    decode: (wire) => {
      if (wire === null || wire === "") return null;
      const number =
        typeof wire === "number" ||
        (typeof wire === "string" && /^\s*[-+]?\d+\s*$/.test(wire))
          ? Number(wire)
          : NaN;
      return Number.isFinite(number) ? number : undefined;
    },
    key: (value) => value,
    none: null,
    emptyWhenMissing: true,
  };
}

/** Returns the codec for one of the vendor's names. It is accepted in any case, and normalised to the vendor's spelling. */
export function oneOf<const T extends string>(...names: T[]): Codec<T> {
  const known = (value: string): T | undefined =>
    names.find((name) => name.toLowerCase() === value.toLowerCase());
  return {
    type: names.map((name) => `\`${name}\``).join(", "),
    schema: { type: "string", enum: names.map((value) => ({ value })) },
    refuse: (value) =>
      typeof value === "string" && known(value)
        ? undefined
        : `must be one of ${names.join(", ")}, not ${typeof value === "string" ? `"${value}"` : kindOf(value)}`,
    normalize: (value) => known(value) ?? value,
    encode: (value) => value,
    decode: (wire) =>
      typeof wire === "string" && wire !== ""
        ? (known(wire) ?? (wire as T))
        : wire === null || wire === ""
          ? null
          : undefined,
    key: (value) => value.toLowerCase(),
    none: null,
    emptyWhenMissing: false,
  };
}

/** Returns the codec for a set of texts: order and duplicates are ignored. */
export function setOf(
  item: Codec<string>,
  limits: { readonly min?: number; readonly max?: number } = {},
): Codec<readonly string[]> {
  const key = (value: readonly string[]): string[] =>
    [...new Set(value.map((entry) => String(item.key(entry))))].sort();
  const normalize = (value: readonly string[]): string[] => {
    const byKey = new Map(
      value.map((entry) => [String(item.key(entry)), item.normalize(entry)]),
    );
    return [...byKey.keys()].sort().map((k) => byKey.get(k) ?? k);
  };
  return {
    type: `set of ${item.type}`,
    schema: { type: "array", items: item.schema },
    refuse(value) {
      if (!Array.isArray(value)) return `must be a list, not ${kindOf(value)}`;
      if (limits.min && value.length < limits.min) return "must not be empty";
      if (limits.max && value.length > limits.max)
        return `has ${value.length} entries, at most ${limits.max} are taken`;
      for (const [index, entry] of value.entries()) {
        const reason = item.refuse(entry);
        if (reason) return `entry ${index + 1} ${reason}`;
      }
      return undefined;
    },
    normalize,
    encode: (value) => value.map((entry) => item.encode(entry)),
    decode(wire) {
      if (wire === null || wire === undefined) return wire;
      // A collection with one entry may be returned as that entry alone.
      const entries = (Array.isArray(wire) ? wire : [wire]).map(entryText);
      return normalize(entries.filter((entry) => entry !== ""));
    },
    key,
    none: [],
    emptyWhenMissing: true,
  };
}

/**
 * Returns the text of a collection's entry, which is a text or an object that contains one at any depth (`{Domain: …}`, observed for
 * domains). For a mail address with separate parts it is `Address`. Type annotations (`@odata.type`, `Domain@data.type`) are skipped.
 */
function entryText(entry: unknown): string {
  if (typeof entry === "string") return entry;
  if (isRecord(entry)) {
    const members = Object.entries(entry)
      .filter(([name]) => !name.includes("@"))
      .map(([, value]) => value);
    const text = [entry["Address"], ...members].find(
      (value) => typeof value === "string",
    );
    const inner = text ?? members.find(isRecord);
    if (inner !== undefined) return entryText(inner);
  }
  return entry === null || entry === undefined ? "" : JSON.stringify(entry);
}

/** Removes the tenant that Exchange may put before a name: `contoso.onmicrosoft.com\Name`. Idempotent. */
export const withoutTenant = (name: string): string =>
  name.replace(/^(?:[\w-]+(?:\.[\w-]+)+\\)+/, "");

/** Returns the codec for the name of an Exchange object. Names are compared without case and without the tenant. */
export const objectName = (max: number, forbidden?: RegExp): Codec<string> =>
  text({
    max,
    required: true,
    anyCase: true,
    normalize: withoutTenant,
    refuse: (value) => {
      const name = withoutTenant(value);
      if (name !== name.trim()) return "has spaces at an end; remove them";
      const bad = forbidden && forbidden.exec(name)?.[0];
      return bad ? `must not contain "${bad}"` : undefined;
    },
  });

/** A domain or host name. Accepted in any case, with or without a dot at the end; normalised to lower case without the dot. */
export const hostName: Codec<string> = text({
  required: true,
  anyCase: true,
  normalize: (value) => value.toLowerCase().replace(/(?<!\.)\.$/, ""),
  refuse: (value) =>
    /^(?=.{1,254}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}\.?$/i.test(
      value,
    )
      ? undefined
      : `"${value}" is not a domain name; give one like example.com`,
});

export const isGuid = (text: string): boolean =>
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);

/** A mail address, or any name that Exchange resolves to a recipient. */
export const recipient: Codec<string> = text({ required: true, anyCase: true });

/** Returns the name of a value's type for error messages. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
