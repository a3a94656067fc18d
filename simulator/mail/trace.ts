import type { Verdict } from "./message";

/** The places where a message can end. */
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

/** An object that influenced the delivery. */
export interface Step {
  /** The object: a kind with a name, such as `TransportRule "…"`, or `message`. */
  object: string;
  /** The property that decided. */
  property: string;
  /** The value of the property. */
  value: string;
  /** The effect. */
  why: string;
}

/** Who can release a quarantined message: the recipient, an administrator on the recipient's request, or only an administrator. */
export type Release = "recipient" | "request" | "administrator";

/** Where a message ended, and why. A property is null if the message did not get that far. */
export interface Delivery {
  /** Where it ended. */
  outcome: Outcome;
  /** The steps, in order. The last one decided. */
  steps: Step[];
  /** The spam confidence level after rules and lists; null: none. */
  scl: number | null;
  /** The verdict that was acted on. */
  verdict: Verdict | null;
  /** The threat policy that applied. */
  policy: string | null;
  /** The action of that policy, or of the rule that decided. */
  action: string | null;
  /** The quarantine policy. */
  quarantinePolicy: string | null;
  /** Who can release it; null if it is not in quarantine, or if this is not documented. */
  release: Release | null;
  /** Whether the recipient gets a quarantine notification. */
  notified: boolean;
  /** Days until it expires in quarantine. */
  retentionDays: number | null;
  /** Its id, if it was sent. */
  id?: string;
}

/** A rule that matched, for the reports. */
export interface RuleHit {
  /** The rule's name. */
  rule: string;
  /** The action parameters that it sets; empty in a test mode. */
  actions: string[];
}

/** Collects a delivery step by step, and the data that only mailboxes and reports need. */
export class Trace {
  /** The delivery. */
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
  /** The addresses that it was redirected to. */
  redirectedTo: string[] = [];
  /** The recipient's permission bits for it in quarantine. */
  permissions = 0;
  /** The kind of threat policy that quarantined it. */
  policyType = "";

  /** Adds a step. */
  step(object: string, property: string, value: unknown, why: string): void {
    this.delivery.steps.push({
      object,
      property,
      value: typeof value === "string" ? value : JSON.stringify(value ?? null),
      why,
    });
  }

  /** Adds the last step, which sets the outcome. */
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
