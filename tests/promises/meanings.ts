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

const oneOfThese = <T>(
  values: readonly T[],
  value: T,
  same: (a: T, b: T) => boolean = (a, b) => a === b,
): fc.Arbitrary<T> =>
  fc.constantFrom(...values.filter((one) => !same(one, value)));

const written =
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

const sameSet = (a: readonly string[], b: readonly string[]): boolean =>
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

const addressOf = (textual: string): number =>
  textual.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);

const textOf = (address: number): string =>
  [24, 16, 8, 0]
    .map((shift) => Math.floor(address / 2 ** shift) % 256)
    .join(".");

/** First and last address of `a`, `a/n` or `a-b`. */
function ends(range: string): [number, number] {
  const [first = "", last] = range.split("-");
  if (last !== undefined) return [addressOf(first), addressOf(last)];
  const [address = "", length = "32"] = first.split("/");
  const size = 2 ** (32 - Number(length));
  const start = Math.floor(addressOf(address) / size) * size;
  return [start, start + size - 1];
}

/** Every way to write the addresses from first to last: cut anywhere, with pieces that overlap. */
function pieces([first, last]: [number, number]): fc.Arbitrary<string[]> {
  const within = fc.integer({ min: first, max: last });
  return fc
    .tuple(
      fc.uniqueArray(within, { maxLength: 3 }),
      fc.array(fc.tuple(within, within), { maxLength: 2 }),
      fc.boolean(),
    )
    .map(([cuts, overlaps, plain]) => {
      const starts = [...new Set([first, ...cuts])].sort((a, b) => a - b);
      const parts = starts.map((start, at): [number, number] => [
        start,
        (starts[at + 1] ?? last + 1) - 1,
      ]);
      const more = overlaps.map((pair): [number, number] => [
        Math.min(...pair),
        Math.max(...pair),
      ]);
      return [...parts, ...more].map((part) => rangeText(part, plain));
    });
}

function rangeText([first, last]: [number, number], plain: boolean): string {
  const size = last - first + 1;
  const length = 32 - Math.log2(size);
  if (size === 1) return plain ? textOf(first) : `${textOf(first)}/32`;
  return Number.isInteger(length) && first % size === 0 && !plain
    ? `${textOf(first)}/${length}`
    : `${textOf(first)}-${textOf(last)}`;
}

const covered = (ranges: readonly string[]): string =>
  [
    ...new Set(
      ranges
        .map(ends)
        .flatMap(([first, last]) =>
          Array.from({ length: last - first + 1 }, (_, at) => first + at),
        ),
    ),
  ]
    .sort((a, b) => a - b)
    .join();

const shuffled = (entries: readonly string[]): fc.Arbitrary<string[]> =>
  fc.shuffledSubarray([...entries], { minLength: entries.length });

/** Addresses of a rule, however they are cut into ranges. */
export const addresses: Meaning<readonly string[]> = {
  spell: written((value: readonly string[]) =>
    fc
      .tuple(...value.map((range) => pieces(ends(range))))
      .chain((lists) => shuffled(lists.flat())),
  ),
  other: (value) =>
    oneOfThese(
      [
        ["52.11.209.211"],
        ["52.11.209.211", "52.89.255.11", "203.0.113.0/29"],
        ["52.11.209.211", "52.89.255.11", "203.0.113.0-203.0.113.16"],
        ["198.51.100.0/24"],
      ],
      value,
      (a, b) => covered(a) === covered(b),
    ),
};

const spellingsOfNetworks: Readonly<Record<string, readonly string[][]>> = {
  "192.0.2.1": [["192.0.2.1"], ["192.0.2.1/32"]],
  "192.0.2.0/24": [["192.0.2.0/24"], ["192.0.2.0/25", "192.0.2.128/25"]],
  "2001:db8::/32": [
    ["2001:db8::/32"],
    ["2001:DB8::/32"],
    ["2001:0db8:0000:0000:0000:0000:0000:0000/32"],
    ["2001:db8:0:0::/32"],
    ["2001:db8::/33", "2001:db8:8000::/33"],
  ],
  "2001:db8::1": [["2001:db8::1"], ["2001:DB8:0::1"], ["2001:db8::1/128"]],
};

/** Addresses and blocks of Cloudflare's, IPv4 or IPv6. */
export const networks: Meaning<readonly string[]> = {
  spell: written((value: readonly string[]) =>
    value.length === 0
      ? fc.constantFrom<unknown>([], null)
      : fc
          .tuple(
            ...value.map((one) =>
              fc.constantFrom(...(spellingsOfNetworks[one] ?? [[one]])),
            ),
          )
          .chain((lists) => shuffled([...lists.flat(), ...(lists[0] ?? [])])),
  ),
  other: (value) =>
    fc
      .subarray(Object.keys(spellingsOfNetworks))
      // Where one lies within another, the list means the same without it.
      .filter(
        (list) =>
          !(list.includes("192.0.2.1") && list.includes("192.0.2.0/24")) &&
          !(list.includes("2001:db8::1") && list.includes("2001:db8::/32")),
      )
      .filter((list) => !sameSet(list, value)),
};
