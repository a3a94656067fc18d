import { folded, type Headers } from "./mail";
import type { Outcome } from "./path";
import type { RuleValue, TransportRule } from "./snapshot";

/** What a rule does to a message that it matches. */
export interface Effect {
  /** Whether it changes anything on the way of a message. */
  readonly changes: boolean;
  /** The steps that it adds: its action's parameter, the value, and what follows. */
  readonly says: readonly { property: string; value: RuleValue; why: string }[];
  readonly scl?: number;
  /** Where the message ends at this rule. */
  readonly outcome?: Outcome;
  /** The parameter that ends it. */
  readonly action?: string;
  /** Whether no rule after it sees the message. */
  readonly stops: boolean;
  readonly changesHeaders: boolean;
  readonly headers: (before: Headers) => Headers;
}

/**
 * Actions that end a message's way, in the order in which one goes before the other.
 *
 * @see https://learn.microsoft.com/exchange/security-and-compliance/mail-flow-rules/mail-flow-rule-actions
 */
const endings: readonly (readonly [
  property: string,
  outcome: Outcome,
  why: string,
])[] = [
  ["deleteMessage", "deleted", "it deletes the message and tells nobody"],
  ["rejectMessageReasonText", "rejected", "it rejects the message"],
  ["rejectMessageEnhancedStatusCode", "rejected", "it rejects the message"],
  [
    "quarantine",
    "hostedQuarantine",
    "it sends the message to the hosted quarantine, where no quarantine policy applies and only an administrator releases",
  ],
  ["redirectMessageTo", "redirected", "others get the message instead"],
  [
    "moderateMessageByUser",
    "notDocumented",
    "the message waits for a moderator, whose decision nobody can tell",
  ],
  [
    "moderateMessageByManager",
    "notDocumented",
    "the message waits for the recipient's manager, whose decision nobody can tell",
  ],
  [
    "routeMessageOutboundConnector",
    "notDocumented",
    "the message leaves by this connector, and where it goes then cannot be told",
  ],
  ...[
    "notifySender",
    "disconnect",
    "smtpRejectMessageRejectStatusCode",
    "smtpRejectMessageRejectText",
  ].map(
    (property) =>
      [
        property,
        "notDocumented",
        "what becomes of the message then cannot be told",
      ] as const,
  ),
];

/** Reads what a rule does. */
export function effectOf({
  actions,
  stopRuleProcessing,
}: TransportRule): Effect {
  const says: { property: string; value: RuleValue; why: string }[] = [];
  const set = (property: string): RuleValue | undefined => {
    const value = Object.hasOwn(actions, property)
      ? actions[property]
      : undefined;
    return value === false || (Array.isArray(value) && value.length === 0)
      ? undefined
      : value;
  };
  const scl = set("setScl");
  if (scl !== undefined)
    says.push({ property: "setScl", value: scl, why: sclMeaning(Number(scl)) });
  const changed = headerChange(set, says);
  const ending = endings.find(([property]) => set(property) !== undefined);
  if (ending) {
    const [property, , why] = ending;
    says.push({ property, value: set(property) ?? "", why });
  } else if (stopRuleProcessing)
    says.push({
      property: "stopRuleProcessing",
      value: true,
      why: "rules after it do not see the message",
    });
  return {
    changes: says.length > 0,
    says,
    ...(scl === undefined ? {} : { scl: Number(scl) }),
    ...(ending ? { action: ending[0], outcome: ending[1] } : {}),
    stops: stopRuleProcessing,
    changesHeaders: changed !== undefined,
    headers: changed ?? ((before) => before),
  };
}

function headerChange(
  set: (property: string) => RuleValue | undefined,
  says: { property: string; value: RuleValue; why: string }[],
): Effect["headers"] | undefined {
  const removed = set("removeHeader");
  const name = set("setHeaderName");
  const value = set("setHeaderValue");
  if (removed === undefined && name === undefined) return undefined;
  if (removed !== undefined)
    says.push({
      property: "removeHeader",
      value: removed,
      why: `it removes the header ${String(removed)}, so that rules after it do not find it`,
    });
  if (name !== undefined)
    says.push({
      property: "setHeaderName",
      value: name,
      why: `it sets the header ${String(name)} to "${String(value ?? "")}"`,
    });
  return (before) => {
    const after = new Map(before);
    if (removed !== undefined) after.delete(folded(String(removed)));
    if (name !== undefined)
      after.set(folded(String(name)), String(value ?? ""));
    return after;
  };
}

/** What a level asks for, as documented since 2026-08-11; it is a request, which Microsoft need not follow. */
function sclMeaning(scl: number): string {
  switch (scl) {
    case -1:
      return "it asks to skip spam filtering";
    case 5:
    case 6:
      return "it asks for the verdict spam";
    case 9:
      return "it asks for the verdict high confidence spam";
    case 7:
    case 8:
      return "it sets a level that Microsoft's documentation names no more";
    default:
      return "it sets a level that asks for no verdict";
  }
}
