import type { Verdict } from "./message";

/** Where a message can end. */
export type Outcome =
  | "inbox"
  | "junk"
  | "quarantine"
  | "deleted"
  | "rejected"
  | "redirected"
  | "hostedQuarantine"
  | "droppedByCloudflare"
  | "notDocumented";

/** One thing on the way that had a say. */
export interface Step {
  /** What: a kind with a name, such as `TransportRule "…"`, or `message`. */
  object: string;
  /** Its property that decided. */
  property: string;
  /** The value that it had. */
  value: string;
  /** What came of it. */
  why: string;
}

/** Who gets a quarantined message out: the recipient, an administrator whom the recipient asks, an administrator alone. */
export type Release = "recipient" | "request" | "administrator";

/** Where a message ended, and why. Null where it never came to that. */
export interface Delivery {
  /** Where it ended. */
  outcome: Outcome;
  /** What had a say, in order; the last one decided. */
  steps: Step[];
  /** The spam confidence level that rules and lists left it with; null: none. */
  scl: number | null;
  /** The verdict that was acted on. */
  verdict: Verdict | null;
  /** The threat policy that applied. */
  policy: string | null;
  /** The action of that policy, or of the rule that ended it. */
  action: string | null;
  /** The quarantine policy. */
  quarantinePolicy: string | null;
  /** Who releases it; null when it is not in quarantine, or when nobody has documented who. */
  release: Release | null;
  /** Whether the recipient is told of it by a quarantine notification. */
  notified: boolean;
  /** Days until it leaves the quarantine. */
  retentionDays: number | null;
  /** Its id, once it was sent. */
  id?: string;
}

/** A rule that matched, for the reports. */
export interface RuleHit {
  /** The rule's name. */
  rule: string;
  /** The action parameters that it set; empty in a mode that only watches. */
  actions: string[];
}

/** What a message leaves behind on its way: the answer as it grows, and what only the mailboxes and reports need. */
export class Trace {
  /** The answer. */
  readonly delivery: Delivery = {
    outcome: "notDocumented",
    steps: [],
    scl: null,
    verdict: null,
    policy: null,
    action: null,
    quarantinePolicy: null,
    release: null,
    notified: false,
    retentionDays: null,
  };
  /** Rules that matched. */
  readonly hits: RuleHit[] = [];
  /** The tenant that it reached, by id. */
  tenant: string | undefined;
  /** Who gets it instead, when it was redirected. */
  redirectedTo: string[] = [];
  /** The recipient's permission bits on it in quarantine. */
  permissions = 0;
  /** The kind of threat policy that quarantined it. */
  policyType = "";

  /** Notes a step. */
  step(object: string, property: string, value: unknown, why: string): void {
    this.delivery.steps.push({
      object,
      property,
      value: typeof value === "string" ? value : JSON.stringify(value ?? null),
      why,
    });
  }

  /** Notes the step that ends the way. */
  end(
    outcome: Outcome,
    object: string,
    property: string,
    value: unknown,
    why: string,
  ): "ended" {
    this.step(object, property, value, why);
    this.delivery.outcome = outcome;
    return "ended";
  }
}
