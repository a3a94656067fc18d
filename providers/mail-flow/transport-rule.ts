import type { RuleValue, TransportRule } from "../../lib/mail-flow/snapshot";
import { flag, integer, setOf, state, text } from "../codecs";
import { identityOf } from "../exchange-online/identity";
import { ipRanges } from "../exchange-online/ip-ranges";
import {
  conditions,
  propertyOf,
} from "../exchange-online/transport-rule-conditions";
import { isList } from "../json";
import type { Item } from "../kind";

/**
 * Conditions that take one value; all others take several, of which one may arrive bare.
 *
 * @see https://learn.microsoft.com/powershell/module/exchange/set-transportrule
 */
const single = new Set(
  `
ADComparisonAttribute ADComparisonOperator AttachmentHasExecutableContent AttachmentIsPasswordProtected
AttachmentIsUnsupported AttachmentProcessingLimitExceeded AttachmentSizeOver FromScope HasClassification
HasNoClassification HasSenderOverride HeaderContainsMessageHeader HeaderMatchesMessageHeader ManagerForEvaluatedUser
MessageSizeOver MessageTypeMatches SCLOver SenderManagementRelationship SentToScope WithImportance`
    .trim()
    .split(/\s+/),
);

/**
 * Actions: what Set-TransportRule takes besides conditions, exceptions and what the rule itself is.
 *
 * @see https://learn.microsoft.com/powershell/module/exchange/set-transportrule
 */
const actions = `
AddManagerAsRecipientType AddToRecipients ApplyClassification ApplyHtmlDisclaimerFallbackAction ApplyHtmlDisclaimerLocation
ApplyHtmlDisclaimerText ApplyOME ApplyRightsProtectionCustomizationTemplate ApplyRightsProtectionTemplate BlindCopyTo CopyTo
DeleteMessage Disconnect GenerateIncidentReport GenerateNotification IncidentReportContent IncidentReportOriginalMail
LogEventText ModerateMessageByManager ModerateMessageByUser NotifySender PrependSubject Quarantine RedirectMessageTo
RejectMessageEnhancedStatusCode RejectMessageReasonText RemoveHeader RemoveOME RemoveOMEv2 RemoveRMSAttachmentEncryption
RouteMessageOutboundConnector RouteMessageOutboundRequireTls SetAuditSeverity SetHeaderName SetHeaderValue SetSCL
SmtpRejectMessageRejectStatusCode SmtpRejectMessageRejectText`
  .trim()
  .split(/\s+/);

/** Actions that take several values. */
const several = new Set([
  "AddToRecipients",
  "BlindCopyTo",
  "CopyTo",
  "IncidentReportContent",
  "ModerateMessageByUser",
  "RedirectMessageTo",
]);

/** A rule of Get-TransportRule: what it says of itself, its conditions, exceptions and actions. */
export function transportRule(item: Item): TransportRule {
  const { name, guid } = identityOf(item);
  const when = valuesOf(item, conditions, "", (one) => !single.has(one));
  const unless = valuesOf(
    item,
    conditions,
    "ExceptIf",
    (one) => !single.has(one),
  );
  const comments = text().decode(item["Comments"]);
  const errorAction = text().decode(item["RuleErrorAction"]);
  const size = integer(0, Infinity).decode(item["Size"]);
  const [activation, expiry] = ["ActivationDate", "ExpiryDate"].map((wire) =>
    dateOf(item[wire]),
  );
  return {
    name,
    ...(guid && { guid }),
    priority: integer(0, Infinity).decode(item["Priority"]) ?? 0,
    enabled: state.decode(item["State"]) ?? true,
    mode: text().decode(item["Mode"]) || "Enforce",
    ...(comments && { comments }),
    ...(activation && { activationDate: activation }),
    ...(expiry && { expiryDate: expiry }),
    stopRuleProcessing: flag.decode(item["StopRuleProcessing"]) ?? false,
    ...(errorAction && { ruleErrorAction: errorAction }),
    ...(typeof size === "number" && { size }),
    conditions: { ...named(when, ""), ...named(unless, "ExceptIf") },
    unread: [
      ...unread(item["Conditions"], [...when.keys()]),
      ...unread(item["Exceptions"], [...unless.keys()]),
    ],
    actions: named(
      valuesOf(item, actions, "", (one) => several.has(one)),
      "",
    ),
  };
}

/** The parameters that are set, with their values; `false` and empty lists are how the others read back (observed). */
function valuesOf(
  item: Item,
  parameters: readonly string[],
  prefix: string,
  isSeveral: (parameter: string) => boolean,
): Map<string, RuleValue> {
  const found = new Map<string, RuleValue>();
  for (const parameter of parameters) {
    const wire = item[`${prefix}${parameter}`];
    const value = isSeveral(parameter)
      ? listOf(parameter, wire)
      : valueOf(parameter, wire);
    const isSet = Array.isArray(value)
      ? value.length > 0
      : value !== false && value !== "";
    if (value !== undefined && isSet) found.set(parameter, value);
  }
  return found;
}

const listOf = (parameter: string, wire: unknown): string[] => [
  ...((parameter === "SenderIpRanges" ? ipRanges : setOf(text())).decode(
    wire,
  ) ?? []),
];

function valueOf(parameter: string, wire: unknown): RuleValue | undefined {
  const [bare, ...others] = isList(wire) ? wire : [wire];
  if (others.length > 0) return listOf(parameter, wire);
  if (/^(SetSCL|SCLOver)$/.test(parameter))
    return integer(-1, 9).decode(bare) ?? undefined;
  const said = flag.decode(bare);
  if (typeof said === "boolean") return said;
  return (typeof bare === "number" ? bare : text().decode(bare)) ?? undefined;
}

/** By the names that programs use: `SetSCL` is `setScl`, `ExceptIfSCLOver` is `exceptIfSCLOver`. */
const named = (
  values: ReadonlyMap<string, RuleValue>,
  prefix: string,
): Record<string, RuleValue> =>
  Object.fromEntries(
    [...values].map(([parameter, value]) => [
      parameter === "SetSCL" ? "setScl" : propertyOf(`${prefix}${parameter}`),
      value,
    ]),
  );

/** An ISO 8601 date; undefined where the rule has none. */
function dateOf(wire: unknown): string | undefined {
  const time = typeof wire === "string" ? Date.parse(wire) : NaN;
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

/** Predicates that are not called as their parameters are. */
const predicates: Readonly<Record<string, string>> = {
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
};

/**
 * Classes of predicates of which no parameter shows a value. Class names are documented nowhere; those seen are
 * `…Rules.Tasks.FromScopePredicate` and the like, so that one that is spelled a little otherwise (`SubjectContainsPredicate`) is
 * given a parameter that none other has taken.
 */
function unread(classes: unknown, parameters: readonly string[]): string[] {
  const names = (isList(classes) ? classes : [classes]).filter(
    (one): one is string => typeof one === "string" && one !== "",
  );
  const open = new Set(parameters);
  const left = names.filter((one) => {
    const stem = stemOf(one);
    const same = [...open].filter(
      (parameter) => folded(predicates[parameter] ?? parameter) === stem,
    );
    for (const parameter of same) open.delete(parameter);
    return same.length === 0;
  });
  return left.filter((one) => {
    const stem = stemOf(one);
    const near = [...open].find((parameter) => {
      const known = folded(parameter);
      return known.startsWith(stem) || stem.startsWith(known);
    });
    return near === undefined || !open.delete(near);
  });
}

const stemOf = (className: string): string =>
  folded(
    className.slice(className.lastIndexOf(".") + 1).replace(/Predicate$/, ""),
  );

/** Without what the names of parameters have and those of classes may not have. */
const folded = (name: string): string =>
  name
    .replace(/(Words|Patterns)$/, "")
    .replace("ADAttribute", "Attribute")
    .toLowerCase();
