import type { Path } from "../path";
import type { QuarantinedMessage, RuleMatch } from "../reports";
import type { OurRule } from "./our-rules";

/** What happened to one message that one rule matched, compared with the model. */
export interface Account {
  readonly rule: OurRule;
  readonly match: RuleMatch;
  /** The same message in quarantine. */
  readonly entry?: QuarantinedMessage;
  /** The paths that the model returns, without a verdict of Microsoft's own. */
  readonly expected: readonly Path[];
  /** The path for the verdict of Microsoft's own that explains the message's place. */
  readonly explainedBy?: Path;
  readonly agrees: "yes" | "ownVerdict" | "no" | "unknown";
  /** The reason for `unknown`, as a sentence without a full stop; otherwise empty. */
  readonly why: string;
  /** Who released it. */
  readonly released?: "recipient" | "somebodyElse" | "unknown";
}

/** Reasons for `unknown` that other files test for. */
export const whys = {
  deleted:
    "somebody may have deleted it, or Microsoft has found something else first",
  elsewhere: "the quarantine has it under another recipient's address",
} as const;
