import { ipRange } from "../exchange/ip-range";
import { isTexts, type Json } from "../json";

/** The addresses that Cloudflare delivers mail from: its published list (about mid 2026), the same for all regions. */
export const egressRanges = [
  "52.11.209.211",
  "52.89.255.11",
  "52.0.67.109",
  "54.173.50.115",
  "104.30.32.0/19",
  "158.51.64.0/26",
  "158.51.65.0/26",
  "134.195.26.0/23",
  "35.157.195.63",
  "52.58.35.43",
  "2405:8100:c400::/38",
] as const;

type Range = NonNullable<ReturnType<typeof ipRange>>;
const known = new Map<string, Range | undefined>();

/** Returns the entry of a list of addresses and ranges that contains an address, or undefined. */
export function rangeWith(
  ranges: Json | undefined,
  address: string,
): string | undefined {
  const wanted = parsed(address);
  if (!wanted || !isTexts(ranges)) return undefined;
  return ranges.find((entry) => {
    const range = parsed(entry);
    return (
      range !== undefined &&
      range.v6 === wanted.v6 &&
      range.first <= wanted.first &&
      wanted.last <= range.last
    );
  });
}

/** Parses an address or range. The results are cached, because parsing the ranges takes longer than the rest of a delivery. */
function parsed(text: string): Range | undefined {
  if (known.has(text)) return known.get(text);
  if (known.size >= 200_000) known.clear();
  const range = ipRange(text);
  known.set(text, range);
  return range;
}
