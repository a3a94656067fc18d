import type { Path } from "../path";
import type { QuarantinedMessage, RuleMatch } from "../reports";
import type { OurRule } from "./our-rules";

/** What became of one message that one rule matched, held against the model. */
export interface Account {
  readonly rule: OurRule;
  readonly match: RuleMatch;
  /** The same message in quarantine. */
  readonly entry?: QuarantinedMessage;
  /** What the model says of it, with no verdict of Microsoft's own. */
  readonly expected: readonly Path[];
  /** What the model says of it for the verdict that explains where it is. */
  readonly explainedBy?: Path;
  readonly agrees: "yes" | "ownVerdict" | "no" | "unknown";
  /** Why nothing follows, as a sentence without a full stop; empty where something does. */
  readonly why: string;
  /** Who released it. */
  readonly released?: "recipient" | "somebodyElse" | "unknown";
}

/** Why nothing follows from where a message is, in the cases that others ask for. */
export const whys = {
  deleted:
    "somebody may have deleted it, or Microsoft has found something else first",
  elsewhere: "the quarantine has it under another recipient's address",
} as const;
