import { flag, integer, objectName, oneOf, state, text } from "../codecs";
import {
  field,
  isEmpty,
  noneIsImplied,
  type Field,
  type Values,
} from "../field";
import { actions, type TransportRuleActions } from "./transport-rule-actions";
import {
  conditions,
  exceptions,
  type TransportRuleConditions,
} from "./transport-rule-conditions";
import type { TransportRuleExceptions } from "./transport-rule-exceptions";
import { date, nameOfObject, one, onOff } from "./transport-rule-values";

export { actions, conditions, exceptions };

/** What a rule does with mail that matches. */
export type TransportRuleMode = "Enforce" | "Audit" | "AuditAndNotify";

/** What happens to mail when a rule cannot be evaluated. */
export type RuleErrorAction = "Ignore" | "Defer";

/** Where a rule looks for the sender's address. */
export type SenderAddressLocation = "Header" | "Envelope" | "HeaderOrEnvelope";

/** Which address of a recipient a rule checks. */
export type RecipientAddressType = "Original" | "Resolved";

/** What a rule belongs to. */
export type RuleSubType = "None" | "Dlp";

/**
 * A mail flow rule of Exchange Online, with every condition, exception and action. Needs a role that may write transport rules: Exchange
 * Administrator, or the management role Transport Rules.
 *
 * @see https://learn.microsoft.com/powershell/module/exchangepowershell/new-transportrule
 */
export interface TransportRuleProps
  extends
    TransportRuleConditions,
    TransportRuleExceptions,
    TransportRuleActions {
  /** Name of the rule, unique in the tenant, at most 64 characters. A change renames the rule in place. */
  name: string;
  /**
   * Whether the rule acts on mail. A rule that is switched off by hand is drift.
   * @default true
   */
  enabled?: boolean;
  /**
   * `Enforce` acts; `Audit` and `AuditAndNotify` only report, so that mail passes the rule unchanged.
   * @default "Enforce"
   */
  mode?: TransportRuleMode;
  /**
   * Place in the order of all rules of the tenant, 0 first. Setting it moves other rules by one, so it is not managed when
   * left out; a new rule then comes last.
   */
  priority?: number;
  /**
   * Text for people, at most 1,024 characters. One that starts with `Managed by Pulumi: ` counts as the default.
   * @default "Managed by Pulumi: <project>/<stack>/<resource name>"
   */
  comments?: string;
  /**
   * Whether rules after this one are skipped for mail that matches.
   * @default false
   */
  stopRuleProcessing?: boolean;
  /** What happens to mail when the rule cannot be evaluated. Not managed when left out. */
  ruleErrorAction?: RuleErrorAction;
  /**
   * Whether the rule has no condition on purpose, and so applies to all mail that its exceptions do not name. Without it, a rule that
   * has no condition is refused.
   * @default false
   */
  appliesToAllMail?: boolean;
  /**
   * Date and time from which the rule acts, in ISO 8601 with the time zone: `2027-01-31T18:00:00Z`. A date alone is midnight in UTC. Left
   * out, the rule must not have one.
   */
  activationDate?: string;
  /** Date and time until which the rule acts, in the same form. Left out, the rule must not have one. */
  expiryDate?: string;
  /**
   * Where conditions and exceptions on the sender's address look for it: in the field From (`Header`, Exchange's default), in the SMTP
   * envelope, or in both. Not managed when left out.
   */
  senderAddressLocation?: SenderAddressLocation;
  /**
   * Which addresses conditions and exceptions on recipients check: `Resolved` (Exchange's default) the primary address only, `Original`
   * the address in the field To. Not managed when left out.
   */
  recipientAddressType?: RecipientAddressType;
  /** `Dlp` has a meaning in Exchange Server only; `None` is a regular rule, Exchange's default. Not managed when left out. */
  ruleSubType?: RuleSubType;
  /** DLP policy that the rule belongs to. Has an effect in Exchange Server only. Not managed when left out. */
  dlpPolicy?: string;
  /**
   * Whether regular expressions have the syntax of Exchange Server 2010. Exchange takes it for a new rule only: a later change has no
   * effect.
   */
  useLegacyRegex?: boolean;
}

/** The dates between which a rule is active. */
export const schedule = {
  activationDate: field("ActivationDate", one(date), {
    implied: noneIsImplied,
    sparse: true,
  }),
  expiryDate: field("ExpiryDate", one(date), {
    implied: noneIsImplied,
    sparse: true,
  }),
};

// The name of a header is no condition without its words.
const {
  headerContainsMessageHeader: _,
  headerContainsWords,
  senderIpRanges,
  ...otherConditions
} = conditions;

const conditionNames = Object.keys({
  headerContainsWords,
  senderIpRanges,
  ...otherConditions,
});

/** Returns the names of the conditions that are among the values. */
export const conditionsAmong = (values: Values): string[] =>
  conditionNames.filter((name) => !isEmpty(values[name] ?? null));

/** All properties of a rule. */
export const properties = {
  name: field("Name", objectName(64), {
    required: true,
    requires: [
      {
        // Errors name the first ones.
        anyOf: [...conditionNames, "appliesToAllMail"],
        why: "a rule without a condition applies to all mail. If it is to, set appliesToAllMail to true",
      },
    ],
  }),
  enabled: field("State", state, { default: true }),
  mode: field("Mode", oneOf("Enforce", "Audit", "AuditAndNotify"), {
    default: "Enforce",
  }),
  priority: field("Priority", integer(0, 299)),
  comments: field("Comments", text({ max: 1024 })),
  appliesToAllMail: field("AppliesToAllMail", flag, {
    sparse: true,
    derived: (values, { Conditions: classes }) =>
      conditionsAmong(values).length === 0 &&
      !(Array.isArray(classes) && classes.length > 0),
  }),
  ...schedule,
  ...conditions,
  ...exceptions,
  ...actions,
  stopRuleProcessing: field("StopRuleProcessing", flag, { default: false }),
  ruleErrorAction: field("RuleErrorAction", oneOf("Ignore", "Defer")),
  senderAddressLocation: field(
    "SenderAddressLocation",
    oneOf("Header", "Envelope", "HeaderOrEnvelope"),
  ),
  recipientAddressType: field(
    "RecipientAddressType",
    oneOf("Original", "Resolved"),
  ),
  ruleSubType: field("RuleSubType", oneOf("None", "Dlp")),
  dlpPolicy: field("DlpPolicy", nameOfObject, { sparse: true }),
  useLegacyRegex: field("UseLegacyRegex", onOff, {
    onlyOnCreate: true,
    sparse: true,
  }),
} satisfies Record<keyof TransportRuleProps, Field>;
