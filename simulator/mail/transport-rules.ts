import type { ExchangeRecord } from "../exchange-record";
import { actions } from "../exchange/parameters";
import { isSet } from "../json";
import { isTexts } from "../json";
import { textOf } from "../tenant";
import { matches, same, type Seen } from "./conditions";
import type { Trace } from "./trace";

/**
 * Applies the mail flow rules in the order of their priority. Changes the message's headers and spam confidence level.
 * Returns `ended` if a rule decides where the message ends.
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
    const inactive = inactiveBecause(rule, now);
    const { truth, unknown, missed } = matches(rule, seen);
    if (inactive !== undefined || truth === false) {
      const property = truth === true ? inactive : missed;
      if (property !== undefined)
        trace.step(
          object,
          property,
          property === "SenderIpRanges" ? seen.senderIp : rule[property],
          "A header has the rule's words, but the rule does not act",
        );
      continue;
    }
    const set = Object.keys(rule).filter(
      (name) => name in actions && isSet(rule[name]),
    );
    const enforced = (rule["Mode"] ?? "Enforce") === "Enforce";
    if (truth === undefined) {
      // Ignores a rule that cannot be evaluated if it does not influence where the message ends.
      if (
        enforced &&
        (set.some(decidesDelivery) || rule["StopRuleProcessing"] === true)
      )
        return trace.end(
          "notDocumented",
          object,
          unknown[0] ?? "Conditions",
          rule[unknown[0] ?? ""],
          `The simulator cannot evaluate ${unknown.join(", ")}`,
        );
      continue;
    }
    trace.hits.push({ rule: rule.Name, actions: enforced ? set : [] });
    if (!enforced) {
      trace.step(
        object,
        "Mode",
        rule["Mode"],
        "It matches, but is in a test mode",
      );
      continue;
    }
    if (act(object, rule, set, seen, trace) === "ended") return "ended";
    if (rule["StopRuleProcessing"] === true) {
      trace.step(
        object,
        "StopRuleProcessing",
        true,
        "Rules of lower priority are skipped",
      );
      break;
    }
  }
  return "on";
}

/** Returns the property that makes a rule inactive: its state or one of its dates. */
function inactiveBecause(
  rule: ExchangeRecord,
  now: number,
): string | undefined {
  const at = (name: string): number => {
    const value = rule[name];
    return typeof value === "string" ? Date.parse(value) : Number.NaN;
  };
  if ((rule["State"] ?? "Enabled") !== "Enabled") return "State";
  if (now < at("ActivationDate")) return "ActivationDate";
  return now >= at("ExpiryDate") ? "ExpiryDate" : undefined;
}

/** Actions after which it is not documented where the message ends. */
const undocumentedActions = [
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
  ...undocumentedActions,
];

/** Whether an action influences where a message ends. */
function decidesDelivery(action: string): boolean {
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
      // A message that a rule quarantines stays for 30 days, and no quarantine policy applies to it.
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
    return end(
      "redirected",
      "RedirectMessageTo",
      "Redirected to other recipients",
    );
  }
  const undocumented = undocumentedActions.find(has);
  if (undocumented !== undefined)
    return end(
      "notDocumented",
      undocumented,
      "Where the message goes then is not documented",
    );
  if (!set.some(decidesDelivery))
    trace.step(
      object,
      "Actions",
      set,
      "It matches; its actions do not influence where the message ends",
    );
  return "on";
}
