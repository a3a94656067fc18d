import fc from "fast-check";

import { oneOfThese, sameSet, written, type Meaning } from "./meanings";

const addressOf = (textual: string): number =>
  textual.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);

const textOf = (address: number): string =>
  [24, 16, 8, 0]
    .map((shift) => Math.floor(address / 2 ** shift) % 256)
    .join(".");

/** Returns the first and last address of `a`, `a/n` or `a-b`. */
function ends(range: string): [number, number] {
  const [first = "", last] = range.split("-");
  if (last !== undefined) return [addressOf(first), addressOf(last)];
  const [address = "", length = "32"] = first.split("/");
  const size = 2 ** (32 - Number(length));
  const start = Math.floor(addressOf(address) / size) * size;
  return [start, start + size - 1];
}

/** Generates ways to write the addresses from first to last: cut anywhere, with overlapping pieces. */
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

/** The meaning of a rule's addresses, however they are cut into ranges. */
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

/** The meaning of Cloudflare's addresses and blocks, IPv4 or IPv6. */
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
      // Without lists in which one block contains another, because they mean the same as without the inner one.
      .filter(
        (list) =>
          !(list.includes("192.0.2.1") && list.includes("192.0.2.0/24")) &&
          !(list.includes("2001:db8::1") && list.includes("2001:db8::/32")),
      )
      .filter((list) => !sameSet(list, value)),
};
