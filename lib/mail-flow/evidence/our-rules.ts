import { headerWords } from "../cloudflare";
import {
  dispositionHeaders,
  dispositions,
  headers,
  type Disposition,
  type Header,
} from "../message";
import type { RuleValue, TransportRule } from "../snapshot";

/** A mail flow rule that tests the header in which Cloudflare says what it found, whatever its name. */
export interface OurRule {
  readonly rule: TransportRule;
  readonly header: Header;
  /** The words that it looks for. */
  readonly words: readonly string[];
  /** What Cloudflare found of the mail that it is for; empty where no word is one that Cloudflare stamps. */
  readonly dispositions: readonly Disposition[];
}

/** By header in lower case: its generation. */
const generations = new Map(
  headers.map((header) => [dispositionHeaders[header].toLowerCase(), header]),
);

/** The dispositions that Cloudflare stamps one of the words for. */
const stampedFor = (words: readonly string[]): Disposition[] => {
  const upper = new Set(words.map((word) => word.trim().toUpperCase()));
  return dispositions.filter((one) => upper.has(headerWords[one] ?? " "));
};

/** The rules on Cloudflare's disposition headers, in the order in which Exchange runs them. */
export function ourRules(rules: readonly TransportRule[]): OurRule[] {
  return [...rules]
    .sort((one, other) => one.priority - other.priority)
    .flatMap((rule) => {
      const { headerContainsMessageHeader: name, headerContainsWords } =
        rule.conditions;
      const header = generations.get(String(name ?? "").toLowerCase());
      if (!header) return [];
      const words = texts(headerContainsWords);
      return [{ rule, header, words, dispositions: stampedFor(words) }];
    });
}

/** A condition's value as a list. */
export const texts = (value: RuleValue | undefined): string[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [String(value)];
