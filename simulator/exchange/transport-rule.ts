import type { JsonObject } from "../json";
import { editedList } from "./binding";
import type { Call, Cmdlet } from "./call";
import { badArgument, invalid } from "./errors";
import { cmdletParameters } from "./parameters";
import {
  refuseTakenName,
  selectedRules,
  stateCmdlets,
  wantedPriority,
} from "./rule";
import { isSet } from "../json";
import { renderTransportRule, sizeOf } from "./transport-rule-record";

const kind = "TransportRule";
const greatestCount = 300;
const greatestSize = 8192;

/** The six cmdlets for mail flow rules. */
export const transportRuleCmdlets: Record<string, Cmdlet> = {
  ...stateCmdlets(kind),
  "Get-TransportRule": (call) => {
    const rules = selectedRules(call, kind);
    const size = Number(call.parameters["ResultSize"] ?? Number.NaN);
    const limited = Number.isInteger(size) ? rules.slice(0, size) : rules;
    return {
      value: limited.map((rule) => renderTransportRule(call, rule)),
    };
  },
  "New-TransportRule": (call) => {
    const name = call.text("Name");
    if (name === "") throw badArgument("The name of a rule must not be empty.");
    refuseTakenName(call, kind, name);
    if (call.tenant.transportRules.length >= greatestCount)
      throw invalid(
        `The rule can't be created because the organization has reached the maximum number of rules: ${greatestCount}.`,
      );
    const priority = wantedPriority(call, kind, true);
    const properties = applied(call, {});
    checkRule({ ...properties, Name: name });
    const rule = call.create(kind, {
      Comments: null,
      Mode: "Enforce",
      RuleErrorAction: "Ignore",
      SenderAddressLocation: "Header",
      StopRuleProcessing: false,
      CreatedBy: "Simulator",
      LastModifiedBy: "Simulator",
      ...properties,
      Name: name,
      State: call.parameters["Enabled"] === false ? "Disabled" : "Enabled",
    });
    const last = call.tenant.transportRules.length - 1;
    call.prioritise(kind, rule, priority ?? last);
    return { value: [renderTransportRule(call, rule)] };
  },
  "Set-TransportRule": (call) => {
    const rule = call.target(kind);
    const name = call.text("Name");
    if (name !== "") refuseTakenName(call, kind, name, rule);
    const priority = wantedPriority(call, kind, false);
    if (call.quirks.loneParameter === "refused")
      for (const [one, other] of pairs)
        if (one in call.parameters !== other in call.parameters)
          throw apart(one, other);
    const changes = applied(call, rule);
    const after: JsonObject = {
      ...rule,
      ...changes,
      ...(name === "" ? {} : { Name: name }),
    };
    checkRule(after);
    call.change(kind, rule, {
      ...changes,
      ...(name === "" ? {} : { Name: name }),
      LastModifiedBy: "Simulator",
    });
    if (priority !== undefined) call.prioritise(kind, rule, priority);
    return {};
  },
};

const notStored = /^(Identity|Name|Priority|Enabled|Confirm|WhatIf)$/;
const defaults: JsonObject = {
  Mode: "Enforce",
  RuleErrorAction: "Ignore",
  SenderAddressLocation: "Header",
  StopRuleProcessing: false,
};

/** Returns a rule after a change. null removes a condition or an action. */
function applied(call: Call, current: JsonObject): JsonObject {
  const parameters = cmdletParameters["New-TransportRule"] ?? {};
  const changes: JsonObject = {};
  for (const [name, value] of Object.entries(call.parameters)) {
    if (notStored.test(name)) continue;
    const type = parameters[name]?.type;
    const isList =
      type === "texts" ||
      type === "words" ||
      type === "ipRanges" ||
      (typeof type === "object" && type.many === true);
    changes[name] =
      isList && value !== null
        ? editedList(current[name], value)
        : (value ?? defaults[name] ?? null);
  }
  const [code, reason] = Object.keys(rejection) as [string, string];
  for (const [one, other] of [
    [code, reason],
    [reason, code],
  ] as const)
    if (isSet(changes[one]) && !isSet(changes[other] ?? current[other]))
      changes[other] = rejection[other] ?? null;
  return changes;
}

/** Parameters that are valid only together. */
const pairs = [
  ...["", "ExceptIf"].flatMap((prefix) =>
    [
      ["HeaderContainsMessageHeader", "HeaderContainsWords"],
      ["HeaderMatchesMessageHeader", "HeaderMatchesPatterns"],
      ["BetweenMemberOf1", "BetweenMemberOf2"],
      ["ManagerAddresses", "ManagerForEvaluatedUser"],
    ].map(([one, other]) => [`${prefix}${one}`, `${prefix}${other}`] as const),
  ),
  ["SetHeaderName", "SetHeaderValue"] as const,
];

/** Parameters that are valid only with another one. */
const requirements = [
  ["IncidentReportContent", "GenerateIncidentReport"],
  ["RemoveRMSAttachmentEncryption", "RemoveOMEv2"],
  ["NotifySender", "MessageContainsDataClassifications"],
] as const;

/** The explanation and the status code of a rejection: Exchange sets the one that is not given. */
const rejection: JsonObject = {
  RejectMessageEnhancedStatusCode: "5.7.1",
  RejectMessageReasonText: "Delivery not authorized, message refused",
};

/** Checks that a rule is complete and not too large. @throws CmdletError */
function checkRule(rule: JsonObject): void {
  for (const [one, other] of pairs)
    if (isSet(rule[one]) !== isSet(rule[other])) throw apart(one, other);
  for (const [one, other] of requirements)
    if (isSet(rule[one]) && !isSet(rule[other])) throw apart(one, other);
  if (loneOperator(rule))
    throw apart("ADComparisonAttribute", "ADComparisonOperator");
  const { size } = sizeOf(rule);
  if (size > greatestSize)
    throw invalid(
      `The rule cannot be created because it is too large. It has ${size} characters and the maximum number of characters is ${greatestSize}. Reduce the size.`,
    );
}

/** Whether a comparison has an operator without an attribute. An attribute without an operator is compared by Equal. */
const loneOperator = (rule: JsonObject): boolean =>
  ["", "ExceptIf"].some(
    (prefix) =>
      isSet(rule[`${prefix}ADComparisonOperator`]) &&
      !isSet(rule[`${prefix}ADComparisonAttribute`]),
  );

const apart = (one: string, other: string) =>
  badArgument(`The parameters ${one} and ${other} have to be used together.`);
