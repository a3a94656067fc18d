import { rememberedOf } from "./remembered";
import { named, step } from "./result";
import { folded, type Headers } from "./mail";
import type { Outcome, Step } from "./path";
import { requestedVerdict, type RequestedVerdict } from "./scl";
import type { RuleValue, TransportRule } from "./snapshot";

/** The effect of a rule on a message that it matches. */
export interface Effect {
  /** The steps that it adds: the action's parameter, the value, and the consequence. Empty if the rule does not change a message's path. */
  readonly steps: readonly Step[];
  readonly scl: number | undefined;
  /** The action that ends the message's path at this rule. */
  readonly ending: Ending | undefined;
  /** Whether later rules are not applied to the message. */
  readonly stops: boolean;
  /** The headers that it sets or removes, in lower case. */
  readonly changedHeaders: readonly string[];
  readonly headers: (before: Headers) => Headers;
}

/** An action that ends a message's path: its parameter, and the outcome. */
export interface Ending {
  readonly action: string;
  readonly outcome: Outcome;
}

const rejected = ["rejected", "it rejects the message"] as const;
const undocumented = [
  "notDocumented",
  "what becomes of the message then cannot be told",
] as const;

/**
 * Actions that end a message's path, in order of precedence.
 *
 * @see https://learn.microsoft.com/exchange/security-and-compliance/mail-flow-rules/mail-flow-rule-actions
 */
const endings: Readonly<Record<string, readonly [Outcome, why: string]>> = {
  deleteMessage: ["deleted", "it deletes the message and tells nobody"],
  rejectMessageReasonText: rejected,
  rejectMessageEnhancedStatusCode: rejected,
  quarantine: [
    "hostedQuarantine",
    "it sends the message to the hosted quarantine, where no quarantine policy applies and only an administrator releases",
  ],
  redirectMessageTo: ["redirected", "others get the message instead"],
  moderateMessageByUser: [
    "notDocumented",
    "the message waits for a moderator, whose decision nobody can tell",
  ],
  moderateMessageByManager: [
    "notDocumented",
    "the message waits for the recipient's manager, whose decision nobody can tell",
  ],
  routeMessageOutboundConnector: [
    "notDocumented",
    "the message leaves by this connector, and where it goes then cannot be told",
  ],
  notifySender: undocumented,
  disconnect: undocumented,
  smtpRejectMessageRejectStatusCode: undocumented,
  smtpRejectMessageRejectText: undocumented,
};
const endingActions = Object.keys(endings);

/** Returns the effect of a rule. */
export const effectOf = rememberedOf(effect);

function effect({ name, actions, stopRuleProcessing }: TransportRule): Effect {
  const valueOf = (action: string): RuleValue | undefined => {
    const value = actions[action];
    return value === false || (Array.isArray(value) && value.length === 0)
      ? undefined
      : value;
  };
  const steps: Step[] = [];
  const say = (property: string, why: string, value = valueOf(property)) =>
    steps.push(step(named("TransportRule", name), property, value, why));
  const scl = valueOf("setScl");
  if (scl !== undefined)
    say("setScl", sclMeanings[requestedVerdict(Number(scl))]);
  const removed = valueOf("removeHeader");
  if (removed !== undefined)
    say(
      "removeHeader",
      `it removes the header ${String(removed)}, so that rules after it do not find it`,
    );
  const added = valueOf("setHeaderName");
  const text = String(valueOf("setHeaderValue") ?? "");
  if (added !== undefined)
    say("setHeaderName", `it sets the header ${String(added)} to "${text}"`);
  const changedHeaders = [removed, added]
    .filter((header) => header !== undefined)
    .map((header) => folded(String(header)));
  // A quick test first, because few rules have such an action.
  const mayEnd = Object.keys(actions).some((one) => one in endings);
  const action = mayEnd
    ? endingActions.find((one) => valueOf(one) !== undefined)
    : undefined;
  const ending = action === undefined ? undefined : endings[action];
  if (action !== undefined && ending) say(action, ending[1]);
  else if (stopRuleProcessing)
    say("stopRuleProcessing", "rules after it do not see the message", true);
  return {
    steps,
    scl: scl === undefined ? undefined : Number(scl),
    ending:
      action !== undefined && ending
        ? { action, outcome: ending[0] }
        : undefined,
    stops: stopRuleProcessing,
    changedHeaders,
    headers(before) {
      if (changedHeaders.length === 0) return before;
      const after = new Map(before);
      for (const header of changedHeaders) after.delete(header);
      if (added !== undefined) after.set(folded(String(added)), text);
      return after;
    },
  };
}

/** The consequence of an SCL, which is only a request: Microsoft need not follow it. */
const sclMeanings: Readonly<Record<RequestedVerdict, string>> = {
  bypass: "it asks to skip spam filtering",
  nothing: "it sets a level that asks for no verdict",
  spam: "it asks for the verdict spam",
  highConfidenceSpam: "it asks for the verdict high confidence spam",
  notDocumented: "it sets a level that Microsoft's documentation names no more",
};
