import type { ExchangeRecord } from "../exchange-record";
import { inWords, type Json, type JsonObject } from "../json";
import { textOf } from "../tenant";
import type { Call } from "./call";
import { normalisedIpRange } from "./ip-range";
import { actions, conditions, exceptions, type Parameters } from "./parameters";
import { stamp, times } from "./rendering";

const tasks = "Microsoft.Exchange.MessagingPolicies.Rules.Tasks";

/** Names of predicates and actions that are not simply the parameter's. */
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

/** Whether a rule has a value there: neither null, nor false, nor an empty list. */
export function isSet(value: Json | undefined): boolean {
  return Array.isArray(value)
    ? value.length > 0
    : value !== undefined && value !== null && value !== false && value !== "";
}

/** A rule as Get-TransportRule answers it: every condition and action as a property, and the lists of their class names. */
export function renderTransportRule(
  call: Call,
  rule: ExchangeRecord,
): JsonObject {
  const { quirks } = call;
  const detailed = call.parameters["ExcludeConditionActionDetails"] !== true;
  const { size, regexSize } = sizeOf(rule);
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
    Description: describe(rule),
    RuleVersion: "15.0.5.2",
    Size: size,
    RegexSize: regexSize,
    Conditions: classNames(rule, conditions, "", predicateNames, "Predicate"),
    Exceptions: classNames(
      rule,
      conditions,
      "ExceptIf",
      predicateNames,
      "Predicate",
    ),
    Actions: classNames(rule, actions, "", actionNames, "Action"),
    State: rule["State"] ?? "Enabled",
    Mode: rule["Mode"] ?? "Enforce",
    RuleErrorAction: rule["RuleErrorAction"] ?? "Ignore",
    RuleSubType: rule["RuleSubType"] ?? "None",
    SenderAddressLocation: rule["SenderAddressLocation"] ?? "Header",
    RecipientAddressType: rule["RecipientAddressType"] ?? "Resolved",
    StopRuleProcessing: rule["StopRuleProcessing"] ?? false,
    UseLegacyRegex: rule["UseLegacyRegex"] ?? false,
    ...(detailed
      ? {
          ...flattened(call, rule, conditions),
          ...flattened(call, rule, exceptions),
          ...flattened(call, rule, actions),
        }
      : {}),
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

function flattened(
  call: Call,
  rule: ExchangeRecord,
  parameters: Parameters,
): JsonObject {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { type }]) => [
      name,
      type === "flag" ? rule[name] === true : onWire(call, name, rule[name]),
    ]),
  );
}

function onWire(call: Call, name: string, value: Json | undefined): Json {
  if (value === undefined || !isSet(value)) return null;
  if (name === "SetSCL" && call.quirks.sclType === "string")
    return inWords(value);
  return name.endsWith("SenderIpRanges") &&
    call.quirks.ipRangeForm === "normalised" &&
    Array.isArray(value)
    ? value.map((range) => normalisedIpRange(inWords(range)))
    : value;
}

function classNames(
  rule: ExchangeRecord,
  parameters: Parameters,
  prefix: string,
  names: Record<string, string>,
  suffix: string,
): string[] | null {
  const found = new Set(
    Object.keys(parameters)
      .filter((name) => isSet(rule[`${prefix}${name}`]))
      .map((name) => `${tasks}.${names[name] ?? name}${suffix}`),
  );
  return found.size > 0 ? [...found] : null;
}

const sized = [conditions, exceptions, actions].flatMap((parameters) =>
  Object.keys(parameters),
);

/**
 * Characters of a rule. The service counts its stored XML, which nobody has shown: here every value costs its length and
 * the `<value></value>` around it, every parameter its name twice, the rule some 300.
 */
export function sizeOf(rule: JsonObject): { size: number; regexSize: number } {
  let size =
    300 + textOf(rule["Comments"]).length + textOf(rule["Name"]).length;
  let regexSize = 0;
  for (const name of sized) {
    const value = rule[name];
    if (value === undefined || !isSet(value)) continue;
    const values = (Array.isArray(value) ? value : [value]).map(inWords);
    const length = values.reduce((sum, text) => sum + text.length + 15, 0);
    size += 2 * name.length + 5 + length;
    if (name.endsWith("Patterns")) regexSize += values.join("").length;
  }
  return { size, regexSize };
}

/** The English sentence of a rule. */
function describe(rule: ExchangeRecord): string {
  const part = (head: string, lines: string[]) =>
    lines.length === 0 ? "" : `${head}\r\n\t${lines.join("\r\n\tand ")}\r\n`;
  const when = sentences(rule, "");
  return [
    when.length > 0
      ? part("If the message:", when)
      : "Apply to all messages\r\n",
    part("Take the following actions:", doing(rule)),
    part("Except if the message:", sentences(rule, "ExceptIf")),
  ].join("");
}

function sentences(rule: ExchangeRecord, prefix: string): string[] {
  return Object.keys(conditions)
    .filter((name) => isSet(rule[`${prefix}${name}`]))
    .filter(
      (name) =>
        name !== "HeaderContainsMessageHeader" &&
        name !== "HeaderMatchesMessageHeader",
    )
    .map((name) => {
      const values = quoted(rule[`${prefix}${name}`]);
      if (name === "HeaderContainsWords")
        return `Includes these words in the message header ${quoted(rule[`${prefix}HeaderContainsMessageHeader`])}: ${values}`;
      if (name === "SenderIpRanges")
        return `sender ip addresses belong to one of these ranges: ${values}`;
      if (name === "FromScope")
        return `Is received from ${rule[`${prefix}${name}`] === "InOrganization" ? "'Inside the organization'" : "'Outside the organization'"}`;
      return `${name}: ${values}`;
    });
}

function doing(rule: ExchangeRecord): string[] {
  return Object.keys(actions)
    .filter((name) => isSet(rule[name]))
    .map((name) => {
      const values = quoted(rule[name]);
      if (name === "SetSCL")
        return `Set the spam confidence level (SCL) to ${values}`;
      if (name === "PrependSubject")
        return `Prepend the subject with ${values}`;
      if (name === "SetAuditSeverity")
        return `Set audit severity level to ${values}`;
      return `${name}: ${values}`;
    });
}

function quoted(value: Json | undefined): string {
  const values = Array.isArray(value) ? value : [value ?? ""];
  return values.map((one) => `'${inWords(one)}'`).join(" or ");
}
