import fc from "fast-check";

import type { Wire } from "./gate";

/** What a property's values mean, written from the vendors' documentation and not from our codecs. */
export interface Meaning<T = never> {
  /** Ways in which a vendor may write a value: members of the object, undefined for one that is missing. */
  spell(wire: string, value: T): fc.Arbitrary<Wire>;
  /** Values that mean something else. */
  other(value: T): fc.Arbitrary<unknown>;
}

/** The letters in either case. */
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

/** One of the values that is not the same. */
export const oneOfThese = <T>(
  values: readonly T[],
  value: T,
  same: (a: T, b: T) => boolean = (a, b) => a === b,
): fc.Arbitrary<T> =>
  fc.constantFrom(...values.filter((one) => !same(one, value)));

/** Spellings as the one member of the wire's name. */
export const written =
  <T>(spellings: (value: T) => fc.Arbitrary<unknown>) =>
  (wire: string, value: T): fc.Arbitrary<Wire> =>
    spellings(value).map((spelling) => ({ [wire]: spelling }));

/** One of a vendor's names, in any case. */
export const choice = (...names: string[]): Meaning<string> => ({
  spell: written(cased),
  other: (value) => oneOfThese(names, value),
});

/** A text whose line ends and blanks at the end mean nothing. */
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

/** A text in any case. */
export const anyCase = (...others: string[]): Meaning<string> => ({
  spell: written(cased),
  other: (value) => oneOfThese(others, value),
});

/** A name of Exchange, in any case, with or without the tenant. */
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

/** A host, in any case, with or without the dot at the end. */
export const host = (...others: string[]): Meaning<string> => ({
  spell: written((value: string) =>
    fc
      .tuple(cased(value), fc.constantFrom("", "."))
      .map((parts) => parts.join("")),
  ),
  other: (value) => oneOfThese(others, value),
});

/** True or false, as such or in words. @param none other ways to say false. */
export const flag = (...none: null[]): Meaning<boolean> => ({
  spell: written((value: boolean) =>
    value
      ? fc.constantFrom<unknown>(true, "True", "true", "TRUE")
      : fc.constantFrom<unknown>(false, "False", "false", ...none),
  ),
  other: (value) => fc.constant(!value),
});

/** A flag that Exchange reads back as `State`. */
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

/** In another order, with doubles, and bare where there is one. */
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

/** Whether two lists have the same texts, in any order and case. */
export const sameSet = (a: readonly string[], b: readonly string[]): boolean =>
  JSON.stringify([...a].map((one) => one.toLowerCase()).sort()) ===
  JSON.stringify([...b].map((one) => one.toLowerCase()).sort());

/** A set of texts in any case. @param wrapped other forms of an entry. */
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

/** A time between notifications. */
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

/** What recipients may do: as text in any order, as number, under either name, whatever the bits without effect are. */
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
