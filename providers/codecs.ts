import { isRecord } from "./json";

/** The value of a property as programs and states hold it; null means that the vendor has none. */
export type Value = string | number | boolean | readonly string[] | null;

/** All that is known of a type of values: what is refused, its canonical form, its wire form, what counts as equal. */
export interface Codec<T extends Value = Value> {
  /** For the table in the documentation. */
  readonly type: string;
  /** Why a value of a program cannot be taken and what to do, or undefined. */
  refuse(value: unknown): string | undefined;
  /** The canonical form: sets in order, without doubles. Idempotent. */
  normalize(value: T): T;
  encode(value: T): unknown;
  /** @returns null when the vendor has none, undefined when it does not say. */
  decode(wire: unknown): T | null | undefined;
  /** Equal keys are values that do the same, however they are spelled: what matches no mail is not equal to what does. */
  key(value: T): unknown;
  /** The value that having none amounts to. */
  readonly none: T | null;
  /** True where a member missing from an answer of Exchange means that there is none. */
  readonly emptyWhenMissing: boolean;
}

const noControl = (value: string): string | undefined =>
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(value)
    ? "holds a control character; remove it"
    : undefined;

/** Rules for a text. */
export interface TextRules {
  readonly max?: number;
  /** Equal whatever its case. */
  readonly anyCase?: boolean;
  /** Must not be empty. */
  readonly required?: boolean;
  /** Further reasons to refuse. */
  readonly refuse?: (value: string) => string | undefined;
  /** Canonical form, for example lower case. */
  readonly normalize?: (value: string) => string;
}

export function text(rules: TextRules = {}): Codec<string> {
  const normalize = rules.normalize ?? ((value: string) => value);
  return {
    type: rules.max ? `text of at most ${rules.max} characters` : "text",
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

/** A flag that Exchange reads back as `State`. */
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
    refuse: (value) =>
      typeof value === "number" &&
      Number.isInteger(value) &&
      value >= min &&
      value <= max
        ? undefined
        : `must be a whole number from ${min} to ${max}, not ${typeof value === "number" ? value : kindOf(value)}`,
    normalize: (value) => value,
    encode: (value) => value,
    // Whether SetSCL comes as number or text is unknown: both are taken.
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

/** One of the vendor's names; taken in any case, and kept in the vendor's. */
export function oneOf<const T extends string>(...names: T[]): Codec<T> {
  const known = (value: string): T | undefined =>
    names.find((name) => name.toLowerCase() === value.toLowerCase());
  return {
    type: names.map((name) => `\`${name}\``).join(", "),
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

/** A set of texts: order and doubles mean nothing. */
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
      // A collection of one may arrive bare.
      const entries = (Array.isArray(wire) ? wire : [wire]).map(entryText);
      return normalize(entries.filter((entry) => entry !== ""));
    },
    key,
    none: [],
    emptyWhenMissing: true,
  };
}

/**
 * An entry of a collection: a text, or an object with one, however deep (`{Domain: …}`, observed for domains). Of a mail address that
 * is written out in its parts it is `Address`; notes of a member's type (`@odata.type`, `Domain@data.type`) are none.
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

/** A name of Exchange, which may come with the tenant before it: `contoso.onmicrosoft.com\Name`. Idempotent. */
export const withoutTenant = (name: string): string =>
  name.replace(/^(?:[\w-]+(?:\.[\w-]+)+\\)+/, "");

/** The name of an object of Exchange, equal in any case, with or without the tenant. */
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

/** A domain or host name: any case, with or without the dot at the end; kept in lower case. */
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

/** How an error names what it got instead. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
