import type { ExchangeRecord } from "../exchange-record";
import { inWords, isSet, type Json, type JsonObject } from "../json";
import { textOf } from "../tenant";
import type { Call } from "./call";
import { normalisedIpRange } from "./ip-range";
import { actions, conditions, exceptions } from "./parameters";
import type { Parameters } from "./parameter-types";
import { shownSize, stamp, times } from "./rendering";

const tasks = "Microsoft.Exchange.MessagingPolicies.Rules.Tasks";

/** Class names of predicates and actions that differ from the parameter's name. */
const predicateNames: Record<string, string> = {
  HeaderContainsMessageHeader: "HeaderContains",
  HeaderContainsWords: "HeaderContains",
  HeaderMatchesMessageHeader: "HeaderMatches",
  HeaderMatchesPatterns: "HeaderMatches",
  ADComparisonAttribute: "ADAttributeComparison",
  ADComparisonOperator: "ADAttributeComparison",
  BetweenMemberOf1: "BetweenMemberOf",
  BetweenMemberOf2: "BetweenMemberOf",
  ManagerAddresses: "ManagerIs",
  ManagerForEvaluatedUser: "ManagerIs",
  SCLOver: "SclOver",
};
const actionNames: Record<string, string> = {
  SetSCL: "SetScl",
  SetHeaderName: "SetHeader",
  SetHeaderValue: "SetHeader",
  ApplyHtmlDisclaimerText: "ApplyHtmlDisclaimer",
  ApplyHtmlDisclaimerLocation: "ApplyHtmlDisclaimer",
  ApplyHtmlDisclaimerFallbackAction: "ApplyHtmlDisclaimer",
  RejectMessageReasonText: "RejectMessage",
  RejectMessageEnhancedStatusCode: "RejectMessage",
  IncidentReportContent: "GenerateIncidentReport",
  RouteMessageOutboundConnector: "RouteMessageOutboundConnector",
};

/** Returns a rule as Get-TransportRule does: every condition and action as a property, and the lists of their class names. */
export function renderTransportRule(
  call: Call,
  rule: ExchangeRecord,
): JsonObject {
  const { quirks } = call;
  const detailed = call.parameters["ExcludeConditionActionDetails"] !== true;
  const { size, regexSize } = sizeOf(rule);
  const when = setNames(rule, conditions);
  const unless = setNames(rule, exceptions).map((name) =>
    name.slice("ExceptIf".length),
  );
  const what = setNames(rule, actions);
  const date = (name: string): Json => {
    const value = rule[name];
    return typeof value === "string" ? stamp(value, "+00:00", quirks) : null;
  };
  return {
    Priority: rule["Priority"] ?? 0,
    DlpPolicy: rule["DlpPolicy"] ?? null,
    Comments: rule["Comments"] ?? null,
    CreatedBy: rule["CreatedBy"] ?? "Simulator",
    LastModifiedBy: rule["LastModifiedBy"] ?? "Simulator",
    ManuallyModified: false,
    ActivationDate: date("ActivationDate"),
    ExpiryDate: date("ExpiryDate"),
    Description: describe(rule, when, unless, what),
    RuleVersion: "15.0.5.2",
    Size: size,
    RegexSize: regexSize,
    Conditions: classNames(when, predicateNames, "Predicate"),
    Exceptions: classNames(unless, predicateNames, "Predicate"),
    Actions: classNames(what, actionNames, "Action"),
    State: rule["State"] ?? "Enabled",
    Mode: rule["Mode"] ?? "Enforce",
    RuleErrorAction: rule["RuleErrorAction"] ?? "Ignore",
    RuleSubType: rule["RuleSubType"] ?? "None",
    SenderAddressLocation: rule["SenderAddressLocation"] ?? "Header",
    RecipientAddressType: rule["RecipientAddressType"] ?? "Resolved",
    StopRuleProcessing: rule["StopRuleProcessing"] ?? false,
    UseLegacyRegex: rule["UseLegacyRegex"] ?? false,
    ...(detailed ? flattened(call, rule) : {}),
    Identity: rule.Name,
    DistinguishedName: `CN=${rule.Name},CN=TransportVersioned,CN=Rules,CN=Transport Settings,CN=Configuration,CN=${call.tenant.name}`,
    Guid: rule.Guid,
    ImmutableId: rule.Guid,
    ExchangeObjectId: rule.ExchangeObjectId,
    OrganizationId: call.tenant.name,
    Name: rule.Name,
    IsValid: true,
    ...times(rule, quirks),
    ExchangeVersion: "0.1 (8.0.535.0)",
    ObjectState: "Unchanged",
  };
}

const blank: JsonObject = Object.fromEntries(
  Object.entries({ ...conditions, ...exceptions, ...actions }).map(
    ([name, { type }]) => [name, type === "flag" ? false : null],
  ),
);

/** Returns the parameters for which a rule has a value, in the order of the table. */
function setNames(rule: JsonObject, parameters: Parameters): string[] {
  const set = new Set(
    Object.keys(rule).filter((name) => name in parameters && isSet(rule[name])),
  );
  // For speed: most rules set only a few of about 190 parameters.
  return set.size < 2
    ? [...set]
    : Object.keys(parameters).filter((name) => set.has(name));
}

function flattened(call: Call, rule: ExchangeRecord): JsonObject {
  const answer = { ...blank };
  for (const name of Object.keys(rule))
    if (name in blank && isSet(rule[name]))
      answer[name] = onWire(call, name, rule[name] ?? null);
  return answer;
}

function onWire(call: Call, name: string, value: Json): Json {
  if (name === "SetSCL" && call.quirks.sclType === "string")
    return inWords(value);
  if (name.endsWith("SizeOver")) return shownSize(inWords(value)) ?? value;
  return name.endsWith("SenderIpRanges") &&
    call.quirks.ipRangeForm === "normalised" &&
    Array.isArray(value)
    ? value.map((range) => normalisedIpRange(inWords(range)))
    : value;
}

/** Returns the class names of predicates or actions without duplicates. */
function classNames(
  parameters: string[],
  names: Record<string, string>,
  suffix: string,
): string[] | null {
  const found = new Set(
    parameters.map((name) => `${tasks}.${names[name] ?? name}${suffix}`),
  );
  return found.size > 0 ? [...found] : null;
}

/**
 * Returns the size of a rule in characters. The service counts its stored XML, which is not published. This estimate counts
 * the length of every value and of `<value></value>` around it, every parameter's name twice, and about 300 for the rule.
 */
export function sizeOf(rule: JsonObject): { size: number; regexSize: number } {
  let size =
    300 + textOf(rule["Comments"]).length + textOf(rule["Name"]).length;
  let regexSize = 0;
  for (const [name, value] of Object.entries(rule)) {
    if (!(name in blank) || !isSet(value)) continue;
    const values = (Array.isArray(value) ? value : [value]).map(inWords);
    const length = values.reduce((sum, text) => sum + text.length + 15, 0);
    size += 2 * name.length + 5 + length;
    if (name.endsWith("Patterns")) regexSize += values.join("").length;
  }
  return { size, regexSize };
}

/** Returns the description of a rule in English. */
function describe(
  rule: ExchangeRecord,
  when: string[],
  unless: string[],
  what: string[],
): string {
  const part = (head: string, lines: string[]) =>
    lines.length === 0 ? "" : `${head}\r\n\t${lines.join("\r\n\tand ")}\r\n`;
  return [
    when.length > 0
      ? part("If the message:", sentences(rule, "", when))
      : "Apply to all messages\r\n",
    part(
      "Take the following actions:",
      what.map((name) => doing(name, quoted(rule[name]))),
    ),
    part("Except if the message:", sentences(rule, "ExceptIf", unless)),
  ].join("");
}

function sentences(
  rule: ExchangeRecord,
  prefix: string,
  names: string[],
): string[] {
  return names
    .filter((name) => !name.endsWith("MessageHeader"))
    .map((name) => {
      const value = rule[`${prefix}${name}`];
      if (name === "HeaderContainsWords")
        return `Includes these words in the message header ${quoted(rule[`${prefix}HeaderContainsMessageHeader`])}: ${quoted(value)}`;
      if (name === "SenderIpRanges")
        return `sender ip addresses belong to one of these ranges: ${quoted(value)}`;
      if (name === "FromScope")
        return `Is received from '${value === "InOrganization" ? "Inside" : "Outside"} the organization'`;
      return `${name}: ${quoted(value)}`;
    });
}

function doing(name: string, values: string): string {
  if (name === "SetSCL")
    return `Set the spam confidence level (SCL) to ${values}`;
  if (name === "PrependSubject") return `Prepend the subject with ${values}`;
  if (name === "SetAuditSeverity")
    return `Set audit severity level to ${values}`;
  return `${name}: ${values}`;
}

function quoted(value: Json | undefined): string {
  const values = Array.isArray(value) ? value : [value ?? ""];
  return values.map((one) => `'${inWords(one)}'`).join(" or ");
}
