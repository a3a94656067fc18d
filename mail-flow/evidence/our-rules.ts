import { headerWords } from "../cloudflare";
import { texts } from "../conditions";
import {
  dispositions,
  generationOf,
  type Disposition,
  type Header,
} from "../message";
import type { TransportRule } from "../snapshot";

/** A mail flow rule that tests the header with Cloudflare's disposition, whatever the rule's name. */
export interface OurRule {
  readonly rule: TransportRule;
  readonly header: Header;
  /** The words that the rule searches for. */
  readonly words: readonly string[];
  /** The dispositions of the mail that the rule applies to; empty if Cloudflare stamps none of the words. */
  readonly dispositions: readonly Disposition[];
}

/** Returns the dispositions whose word is one of these. */
const stampedFor = (words: readonly string[]): Disposition[] => {
  const upper = new Set(words.map((word) => word.toUpperCase()));
  return dispositions.filter((one) => upper.has(headerWords[one] ?? " "));
};

/** Returns the rules that test Cloudflare's disposition headers, in the order in which Exchange applies them. */
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
