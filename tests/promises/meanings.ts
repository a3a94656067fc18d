import fc from "fast-check";

import type { Wire } from "./gate";

/** The meaning of a property's values, written from the vendors' documentation and not from our codecs. */
export interface Meaning<T = never> {
  /** Generates the ways in which a vendor may write a value: members of the object, undefined for a missing one. */
  spell(wire: string, value: T): fc.Arbitrary<Wire>;
  /** Generates values with another meaning. */
  other(value: T): fc.Arbitrary<unknown>;
}

/** Generates a text's letters in either case. */
const cased = (text: string): fc.Arbitrary<string> =>
  fc
    .array(fc.boolean(), { minLength: text.length, maxLength: text.length })
    .map((upper) =>
      [...text]
        .map((letter, at) =>
          upper[at] ? letter.toUpperCase() : letter.toLowerCase(),
        )
        .join(""),
    );

/** Generates one of the values that differ from the given one. */
export const oneOfThese = <T>(
  values: readonly T[],
  value: T,
  same: (a: T, b: T) => boolean = (a, b) => a === b,
): fc.Arbitrary<T> =>
  fc.constantFrom(...values.filter((one) => !same(one, value)));

/** Returns a `spell` that writes a value as one member with the wire name. */
export const written =
  <T>(spellings: (value: T) => fc.Arbitrary<unknown>) =>
  (wire: string, value: T): fc.Arbitrary<Wire> =>
    spellings(value).map((spelling) => ({ [wire]: spelling }));

/** The meaning of a vendor's name, in any case. */
export const choice = (...names: string[]): Meaning<string> => ({
  spell: written(cased),
  other: (value) => oneOfThese(names, value),
});

/** The meaning of a text whose kind of line ends and trailing blanks do not matter. */
export const text = (...others: string[]): Meaning<string> => ({
  spell: written((value: string) =>
    fc.constantFrom(
      value,
      value.replace(/\n/g, "\r\n"),
      `${value} `,
      `${value}\r\n`,
    ),
  ),
  other: (value) => oneOfThese(others, value),
});

/** The meaning of a text in any case. */
export const anyCase = (...others: string[]): Meaning<string> => ({
  spell: written(cased),
  other: (value) => oneOfThese(others, value),
});

/** The meaning of an Exchange name, in any case, with or without the tenant. */
export const name = (...others: string[]): Meaning<string> => ({
  spell: written((value: string) =>
    fc
      .tuple(
        fc.constantFrom("", "", "contoso.onmicrosoft.com\\", "example.com\\"),
        cased(value),
      )
      .map((parts) => parts.join("")),
  ),
  other: (value) => oneOfThese(others, value),
});

/** The meaning of a host, in any case, with or without the dot at the end. */
export const host = (...others: string[]): Meaning<string> => ({
  spell: written((value: string) =>
    fc
      .tuple(cased(value), fc.constantFrom("", "."))
      .map((parts) => parts.join("")),
  ),
  other: (value) => oneOfThese(others, value),
});

/** The meaning of a flag, as a boolean or as a text. @param none other spellings of false. */
export const flag = (...none: null[]): Meaning<boolean> => ({
  spell: written((value: boolean) =>
    value
      ? fc.constantFrom<unknown>(true, "True", "true", "TRUE")
      : fc.constantFrom<unknown>(false, "False", "false", ...none),
  ),
  other: (value) => fc.constant(!value),
});

/** The meaning of a flag that Exchange returns as `State`. */
export const state: Meaning<boolean> = {
  spell: written((value: boolean) => cased(value ? "Enabled" : "Disabled")),
  other: (value) => fc.constant(!value),
};

export const whole = (min: number, max: number): Meaning<number> => ({
  spell: written((value: number) =>
    fc.constantFrom(value, String(value), ` ${value} `),
  ),
  other: (value) =>
    fc.integer({ min, max }).filter((another) => another !== value),
});

/** Generates a list in any order, with duplicates, or one entry without a list. */
const anySequence = (
  entries: readonly fc.Arbitrary<unknown>[],
): fc.Arbitrary<unknown> =>
  fc
    .tuple(
      fc.shuffledSubarray([...entries], { minLength: entries.length }),
      fc.subarray([...entries]),
    )
    .chain(([all, again]) => fc.tuple(...all, ...again))
    .chain((list) =>
      list.length === 1
        ? fc.constantFrom<unknown>(list, list[0])
        : fc.constant(list),
    );

/** Returns whether two lists have the same texts, in any order and case. */
export const sameSet = (a: readonly string[], b: readonly string[]): boolean =>
  JSON.stringify([...a].map((one) => one.toLowerCase()).sort()) ===
  JSON.stringify([...b].map((one) => one.toLowerCase()).sort());

/** The meaning of a set of texts in any case. @param wrapped other forms of an entry. */
export const set = (
  pool: readonly string[],
  wrapped: (entry: string) => unknown[] = () => [],
): Meaning<readonly string[]> => ({
  spell: written((value: readonly string[]) =>
    value.length === 0
      ? fc.constantFrom<unknown>([], null)
      : anySequence(
          value.map((entry) =>
            fc.oneof(cased(entry), fc.constantFrom(entry, ...wrapped(entry))),
          ),
        ),
  ),
  other: (value) =>
    fc
      .subarray([...pool], { minLength: 1 })
      .filter((another) => !sameSet(another, value)),
});

/** The meaning of a set of texts in which every character counts. */
export const exactSet = (
  pool: readonly string[],
): Meaning<readonly string[]> => ({
  spell: written((value: readonly string[]) =>
    anySequence(value.map((entry) => fc.constant(entry))),
  ),
  other: (value) =>
    fc
      .subarray([...pool], { minLength: 1 })
      .filter((another) => another.join() !== value.join()),
});

/** The meaning of a time between notifications. */
export const timeSpan: Meaning<string> = {
  spell: written((value: string) =>
    fc.constantFrom(
      ...({
        "04:00:00": [
          "04:00:00",
          "PT4H",
          "PT240M",
          "0.04:00:00",
          "04:00:00.0000000",
          "P0DT4H",
          "PT14400S",
        ],
        "1.00:00:00": [
          "1.00:00:00",
          "P1D",
          "PT24H",
          "24:00:00",
          "PT1440M",
          "01.00:00:00",
          "P1DT0H",
        ],
        "7.00:00:00": ["7.00:00:00", "P7D", "PT168H", "7.00:00:00.0000000"],
      }[value] ?? [value]),
    ),
  ),
  other: (value) => oneOfThese(["04:00:00", "1.00:00:00", "7.00:00:00"], value),
};

const bits: Readonly<Record<string, number>> = {
  Delete: 1,
  Preview: 2,
  Release: 4,
  RequestRelease: 8,
  BlockSender: 16,
  AllowSender: 32,
  Download: 64,
  ViewHeader: 128,
};
const idle = ["Download", "ViewHeader"];
const member = "EndUserQuarantinePermissions";

/** The meaning of recipients' permissions: as text in any order or number, under either name, with any bits without effect. */
export const permissions: Meaning<readonly string[]> = {
  spell: (_wire, value) =>
    fc.subarray(idle).chain((set) => {
      const granted = [...value.filter((one) => !idle.includes(one)), ...set];
      const number = granted.reduce((sum, one) => sum + (bits[one] ?? 0), 0);
      return fc.oneof(
        permissionText(granted).map((written) => ({ [member]: written })),
        fc.constantFrom<Wire>(
          { [member]: number },
          { [member]: String(number) },
          { [member]: undefined, [`${member}Value`]: number },
          { [member]: null, [`${member}Value`]: number },
        ),
      );
    }),
  other: (value) =>
    oneOfThese(
      [
        ["Release"],
        ["RequestRelease", "Delete"],
        ["Delete", "Preview", "Release", "BlockSender"],
        ["Delete", "Preview", "Release", "AllowSender"],
        [],
      ],
      value,
      sameSet,
    ),
};

function permissionText(granted: readonly string[]): fc.Arbitrary<string> {
  return fc
    .tuple(
      fc.shuffledSubarray(Object.keys(bits), {
        minLength: Object.keys(bits).length,
      }),
      fc.constantFrom("\r\n", "\n", ", "),
      fc.constantFrom(": ", ":", " : "),
      fc.constantFrom("True", "true", "TRUE"),
      fc.boolean(),
    )
    .map(([names, between, colon, yes, bracketed]) => {
      const pairs = names
        .map(
          (one) =>
            `PermissionTo${one}${colon}${granted.includes(one) ? yes : "False"}`,
        )
        .join(between);
      return bracketed ? `[${pairs}]` : pairs;
    });
}
