import {
  flag,
  integer,
  kindOf,
  oneOf,
  setOf,
  text,
  type Codec,
  type Value,
} from "../codecs";
import { isList, isRecord, parsed } from "../json";

/** Returns the codec of a parameter with several values, in any order. A parameter that is not set may be `false` (observed). */
export const many = (
  item: Codec<string>,
  limits?: { readonly min: number },
): Codec => {
  const codec = setOf(item, limits) as Codec;
  return {
    ...codec,
    decode: (wire) => (wire === false ? null : codec.decode(wire)),
  };
};

/**
 * Returns the codec of a parameter with one value. If Exchange returns a list, reads its only entry, or all entries of a longer one. A
 * parameter that is not set may be an empty list or `false` (observed).
 */
export const one = <T extends Value>(codec: Codec<T>): Codec => ({
  ...(codec as Codec),
  decode(wire) {
    if (!isList(wire))
      return wire === false && codec.schema.type !== "boolean"
        ? null
        : codec.decode(wire);
    if (wire.length === 0) return null;
    return wire.length > 1 ? several.decode(wire) : codec.decode(wire[0]);
  },
  normalize: (value) => (isList(value) ? value : codec.normalize(value as T)),
  encode: (value) => (isList(value) ? value : codec.encode(value as T)),
  key: (value) => (isList(value) ? value : codec.key(value as T)),
});

const several = setOf(text());

/** A condition or an action that is either set or not. */
export const onOff = one(flag);

/** A spam confidence level. */
export const scl = one(integer(-1, 9));

const noSpacesAtEnds = (value: string): string | undefined =>
  value !== value.trim()
    ? `"${value}" has spaces at an end, which no word has; remove them`
    : undefined;

/** Returns a codec that does not ignore spaces at the ends: a rule that was created by hand with such spaces matches another word. */
const exactly = (codec: Codec<string>, anyCase: boolean): Codec<string> => ({
  ...codec,
  key: (value) =>
    anyCase ? codec.normalize(value).toLowerCase() : codec.normalize(value),
});

/** Words, in any case. */
export const words = many(
  exactly(
    text({ required: true, anyCase: true, max: 128, refuse: noSpacesAtEnds }),
    true,
  ),
  { min: 1 },
);

/** Regular expressions: case and spaces matter. */
export const patterns = many(exactly(text({ required: true }), false), {
  min: 1,
});

/** Recipients, by anything that identifies them. */
export const recipients = many(text({ required: true, anyCase: true }), {
  min: 1,
});

/** One recipient, by anything that identifies it. */
export const oneRecipient = one(text({ required: true, anyCase: true }));

/** The name of an object of the organization, in any case. */
export const nameOfObject = one(text({ required: true, anyCase: true }));

/** A text in which spaces at the ends count. */
export const exactText = (max?: number): Codec =>
  one(exactly(text({ required: true, ...(max && { max }) }), false));

/** The name of a header. */
export const headerName = one(
  exactly(
    text({
      required: true,
      anyCase: true,
      max: 64,
      refuse: (value) =>
        /^[!-9;-~]+$/.test(value)
          ? undefined
          : `"${value}" is not the name of a header; give it without colon and spaces`,
    }),
    true,
  ),
);

/** The attributes of directory entries that rules compare and search. */
export const adAttributes = [
  "City",
  "Company",
  "Country",
  "CustomAttribute1",
  "CustomAttribute2",
  "CustomAttribute3",
  "CustomAttribute4",
  "CustomAttribute5",
  "CustomAttribute6",
  "CustomAttribute7",
  "CustomAttribute8",
  "CustomAttribute9",
  "CustomAttribute10",
  "CustomAttribute11",
  "CustomAttribute12",
  "CustomAttribute13",
  "CustomAttribute14",
  "CustomAttribute15",
  "Department",
  "DisplayName",
  "Email",
  "FaxNumber",
  "FirstName",
  "HomePhoneNumber",
  "Initials",
  "LastName",
  "Manager",
  "MobileNumber",
  "Notes",
  "Office",
  "OtherFaxNumber",
  "OtherHomePhoneNumber",
  "OtherPhoneNumber",
  "PagerNumber",
  "PhoneNumber",
  "POBox",
  "State",
  "Street",
  "Title",
  "UserLogonName",
  "ZipCode",
] as const;

/** One of these attributes. */
export const adAttribute = one({
  ...oneOf(...adAttributes),
  type: "attribute, such as `City`, `Department`",
});

const inWords = (entry: string): [name: string, values: string] => {
  const at = entry.indexOf(":");
  return [entry.slice(0, at).trim(), entry.slice(at + 1)];
};

const refuseEntry =
  (example: string, names?: readonly string[]) =>
  (entry: string): string | undefined => {
    const [name, values] = inWords(entry);
    if (!/^[^:]+:/.test(entry) || name === "" || values.trim() === "")
      return `"${entry}" has no name and values; give one like ${example}`;
    return names &&
      !names.some((one) => one.toLowerCase() === name.toLowerCase())
      ? `"${name}" is no attribute; give one of ${names.join(", ")}`
      : undefined;
  };

/** Entries such as `City:Rome,Milan`: a name, and words of which one must be there. Case and the order of the words do not matter. */
const namedWords = (names?: readonly string[]): Codec =>
  many(
    {
      ...text({
        required: true,
        refuse: refuseEntry("City:Rome,San Francisco", names),
      }),
      type: "text `name:word,word`",
      key(entry) {
        const [name, values] = inWords(entry);
        const sorted = values.split(",").map((word) => word.toLowerCase());
        return `${name.toLowerCase()}:${[...new Set(sorted)].sort().join(",")}`;
      },
    },
    { min: 1 },
  );

/** Words in attributes of directory entries. */
export const attributeWords = namedWords(adAttributes);

/** Words in properties of documents. */
export const documentWords = namedWords();

/** Regular expressions in attributes of directory entries. A comma may belong to an expression, so that their order is kept. */
export const attributePatterns = many(
  {
    ...text({
      required: true,
      refuse: refuseEntry("City:^San", adAttributes),
    }),
    type: "text `name:pattern`",
    key(entry) {
      const [name, values] = inWords(entry);
      return `${name.toLowerCase()}:${values}`;
    },
  },
  { min: 1 },
);

const units = ["B", "KB", "MB", "GB", "TB"];

/** Returns the number of bytes of a size such as `10 MB`, `10485760` or `10 MB (10,485,760 bytes)`; undefined if it is none. */
function bytesOf(size: string): number | undefined {
  const exact = /\(([\d,]+) bytes\)/.exec(size)?.[1];
  if (exact !== undefined) return Number(exact.replaceAll(",", ""));
  const [, count = "", unit = "B"] =
    /^\s*([\d,]+(?:\.\d+)?)\s*([KMGT]?B)?\s*$/i.exec(size) ?? [];
  if (count === "") return undefined;
  const power = units.indexOf(unit.toUpperCase());
  const bytes = Number(count.replaceAll(",", "")) * 1024 ** power;
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** Returns a size in its canonical form: in the largest unit of which it is a whole number. */
function shownSize(size: string): string {
  const bytes = bytesOf(size);
  if (bytes === undefined) return size;
  const power = units.findLastIndex(
    (_, power) => bytes > 0 && bytes % 1024 ** power === 0,
  );
  return `${bytes / 1024 ** Math.max(power, 0)} ${units[Math.max(power, 0)]}`;
}

/** A size: `10 MB`, `10485760` and `10 MB (10,485,760 bytes)` are one value. */
export const size = one<string>({
  ...text({
    normalize: shownSize,
    refuse: (value) =>
      bytesOf(value) === undefined
        ? `"${value}" is not a size in whole bytes; give one like 10 MB`
        : undefined,
  }),
  type: "size such as `10 MB`",
});

/** Date and time with the time zone, in any of the forms of ISO 8601 that give one. A date alone is midnight in UTC. */
const isoDate =
  /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d))?$/i;

/** A moment, in UTC as ISO 8601. Anything else that Exchange returns counts as missing. */
export const date: Codec<string> = {
  ...text({
    normalize: (value) => momentOf(value) ?? value,
    refuse: (value) =>
      isoDate.test(value) && momentOf(value) !== undefined
        ? undefined
        : `"${value}" is not a date with its time zone; give one like 2027-01-31T18:00:00Z or 2027-01-31T19:00:00+01:00`,
  }),
  type: "date and time (ISO 8601)",
  decode(wire) {
    if (wire === null || wire === "") return null;
    return typeof wire === "string" ? momentOf(wire) : undefined;
  },
};

/** Returns a moment in UTC; undefined if the text is none. */
function momentOf(text: string): string | undefined {
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

/** Returns the canonical JSON of a sensitive information type: sorted members with texts as values. */
function canonicalTable(table: unknown): string | undefined {
  const read = typeof table === "string" ? parsed(table) : table;
  if (!isRecord(read)) return undefined;
  const members = Object.entries(read)
    .filter(([name]) => !name.includes("@"))
    .map(([name, value]): [string, string] => [
      name.slice(0, 1).toLowerCase() + name.slice(1),
      typeof value === "string" ? value : JSON.stringify(value ?? null),
    ])
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(Object.fromEntries(members));
}

const table: Codec<string> = {
  ...text({
    normalize: (value) => canonicalTable(value) ?? value,
    refuse: (value) =>
      canonicalTable(value) === undefined
        ? `${value} is not a JSON object; give one like {"name":"Credit Card Number","minCount":"2"}`
        : undefined,
  }),
  type: "JSON text",
  encode: (value) => parsed(value),
};

/** Sensitive information types: tables of members. How Exchange returns them is not documented: tables and JSON texts are read. */
export const classifications: Codec = {
  ...many(table, { min: 1 }),
  decode(wire) {
    if (wire === null || wire === false || wire === "") return null;
    if (wire === undefined) return undefined;
    const entries = (isList(wire) ? wire : [wire]).map(
      (entry) =>
        canonicalTable(entry) ??
        (typeof entry === "string" ? entry : kindOf(entry)),
    );
    return entries.length === 0 ? [] : many(table).normalize(entries);
  },
};
