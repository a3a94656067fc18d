import type { ExchangeRecord } from "../exchange-record";
import { actions } from "../exchange/parameters";
import { isSet } from "../json";
import { isTexts } from "../json";
import { textOf } from "../tenant";
import { matches, same, type Seen } from "./conditions";
import type { Trace } from "./trace";

/**
 * Mail flow rules in the order of their priority. Changes what later parts see of the message; `ended` when a rule decides
 * by itself where it goes.
 */
export function throughRules(
  rules: readonly ExchangeRecord[],
  seen: Seen,
  now: number,
  trace: Trace,
): "on" | "ended" {
  const inOrder = [...rules].sort(
    (a, b) => Number(a["Priority"]) - Number(b["Priority"]),
  );
  for (const rule of inOrder) {
    const object = `TransportRule "${rule.Name}"`;
    const asleep = outOfForce(rule, now);
    const { truth, unknown, missed } = matches(rule, seen);
    if (asleep !== undefined || truth === false) {
      const property = truth === true ? asleep : missed;
      if (property !== undefined)
        trace.step(
          object,
          property,
          property === "SenderIpRanges" ? seen.senderIp : rule[property],
          "It has the word, and does not act",
        );
      continue;
    }
    const set = Object.keys(rule).filter(
      (name) => name in actions && isSet(rule[name]),
    );
    const enforced = (rule["Mode"] ?? "Enforce") === "Enforce";
    if (truth === undefined) {
      // What cannot be told does no harm in a rule that cannot move the message.
      if (enforced && (set.some(hasSay) || rule["StopRuleProcessing"] === true))
        return trace.end(
          "notDocumented",
          object,
          unknown[0] ?? "Conditions",
          rule[unknown[0] ?? ""],
          `Whether it holds cannot be told here: ${unknown.join(", ")}`,
        );
      continue;
    }
    trace.hits.push({ rule: rule.Name, actions: enforced ? set : [] });
    if (!enforced) {
      trace.step(object, "Mode", rule["Mode"], "It matches, but only watches");
      continue;
    }
    if (act(object, rule, set, seen, trace) === "ended") return "ended";
    if (rule["StopRuleProcessing"] === true) {
      trace.step(
        object,
        "StopRuleProcessing",
        true,
        "No rule of lower priority is looked at",
      );
      break;
    }
  }
  return "on";
}

/** What keeps a rule from being looked at: its state or its dates. */
function outOfForce(rule: ExchangeRecord, now: number): string | undefined {
  const at = (name: string): number => {
    const value = rule[name];
    return typeof value === "string" ? Date.parse(value) : Number.NaN;
  };
  if ((rule["State"] ?? "Enabled") !== "Enabled") return "State";
  if (now < at("ActivationDate")) return "ActivationDate";
  return now >= at("ExpiryDate") ? "ExpiryDate" : undefined;
}

/** Actions after which nobody has documented where the message is. */
const elsewhere = [
  "ModerateMessageByManager",
  "ModerateMessageByUser",
  "RouteMessageOutboundConnector",
  "NotifySender",
  "Disconnect",
  "SmtpRejectMessageRejectStatusCode",
  "SmtpRejectMessageRejectText",
];
const deciding = [
  "SetSCL",
  "SetHeaderName",
  "RemoveHeader",
  "DeleteMessage",
  "Quarantine",
  "RejectMessageReasonText",
  "RejectMessageEnhancedStatusCode",
  "RedirectMessageTo",
  ...elsewhere,
];

/** Whether an action has a say in where a message ends. */
function hasSay(action: string): boolean {
  return deciding.includes(action);
}

function act(
  object: string,
  rule: ExchangeRecord,
  set: string[],
  seen: Seen,
  trace: Trace,
): "on" | "ended" {
  const has = (name: string) => set.includes(name);
  const { delivery } = trace;
  if (has("RemoveHeader")) {
    const header = textOf(rule["RemoveHeader"]);
    seen.headers = seen.headers.filter(({ name }) => !same(name, header));
    trace.step(object, "RemoveHeader", header, "The header is taken away");
  }
  if (has("SetHeaderName")) {
    const name = textOf(rule["SetHeaderName"]);
    const value = textOf(rule["SetHeaderValue"]);
    seen.headers = [
      ...seen.headers.filter((one) => !same(one.name, name)),
      { name, value },
    ];
    trace.step(object, "SetHeaderName", name, `The header is ${value} now`);
  }
  if (has("SetSCL")) {
    seen.scl = Number(rule["SetSCL"]);
    trace.step(
      object,
      "SetSCL",
      seen.scl,
      "It matches and sets the spam confidence level",
    );
  }
  const end = (
    outcome: Parameters<Trace["end"]>[0],
    property: string,
    why: string,
  ) => {
    delivery.action = property;
    delivery.scl = seen.scl ?? null;
    return trace.end(outcome, object, property, rule[property], why);
  };
  if (has("DeleteMessage"))
    return end("deleted", "DeleteMessage", "Deleted, and nobody is told");
  const reject = set.find((name) => name.startsWith("RejectMessage"));
  if (reject !== undefined)
    return end("rejected", reject, "The sender gets a report");
  if (has("Quarantine")) {
    Object.assign(delivery, {
      policy: rule.Name,
      release: "administrator",
      // Mail that a rule quarantined is kept for 30 days, and no quarantine policy applies to it.
      retentionDays: 30,
    });
    trace.policyType = "ExchangeTransportRule";
    return end(
      "hostedQuarantine",
      "Quarantine",
      "Hosted quarantine: no quarantine policy applies, only an administrator releases it",
    );
  }
  if (has("RedirectMessageTo")) {
    const to = rule["RedirectMessageTo"];
    trace.redirectedTo = isTexts(to) ? to : [];
    return end("redirected", "RedirectMessageTo", "Others get it instead");
  }
  const strange = elsewhere.find(has);
  if (strange !== undefined)
    return end(
      "notDocumented",
      strange,
      "Where it goes then cannot be told here",
    );
  if (!set.some(hasSay))
    trace.step(
      object,
      "Actions",
      set,
      "It matches; its actions have no say in where the message ends",
    );
  return "on";
}
