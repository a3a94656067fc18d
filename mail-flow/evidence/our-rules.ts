import { headerWords } from "../cloudflare";
import { texts } from "../conditions";
import {
  dispositions,
  generationOf,
  type Disposition,
  type Header,
} from "../message";
import type { TransportRule } from "../snapshot";

/** A mail flow rule that tests the header in which Cloudflare says what it found, whatever its name. */
export interface OurRule {
  readonly rule: TransportRule;
  readonly header: Header;
  /** The words that it looks for. */
  readonly words: readonly string[];
  /** What Cloudflare found of the mail that it is for; empty where no word is one that Cloudflare stamps. */
  readonly dispositions: readonly Disposition[];
}

/** The dispositions that Cloudflare stamps one of the words for. */
const stampedFor = (words: readonly string[]): Disposition[] => {
  const upper = new Set(words.map((word) => word.toUpperCase()));
  return dispositions.filter((one) => upper.has(headerWords[one] ?? " "));
};

/** The rules on Cloudflare's disposition headers, in the order in which Exchange runs them. */
export const ourRules = (rules: readonly TransportRule[]): OurRule[] =>
  rules
    .toSorted((one, other) => one.priority - other.priority)
    .flatMap((rule) => {
      const { conditions } = rule;
      const name = String(conditions["headerContainsMessageHeader"]);
      const header = generationOf(name);
      const words = texts(conditions["headerContainsWords"]);
      return header
        ? [{ rule, header, words, dispositions: stampedFor(words) }]
        : [];
    });
