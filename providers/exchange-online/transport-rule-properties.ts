import {
  flag,
  integer,
  objectName,
  oneOf,
  setOf,
  state,
  text,
  type Codec,
  type Value,
} from "../codecs";
import { field, noneIsImplied, type Field, type Fields } from "../field";
import { ipRanges } from "./ip-ranges";
import { fieldsOf, one } from "./parameters";
import {
  actionParameters,
  conditionParameters,
  onOff,
  partnerOf,
  scl,
} from "./transport-rule-parameters";

/** What a rule does with mail that matches. */
export type TransportRuleMode = "Enforce" | "Audit" | "AuditAndNotify";

/** What happens to mail when a rule cannot be evaluated. */
export type RuleErrorAction = "Ignore" | "Defer";

/**
 * A mail flow rule of Exchange Online. Needs a role that may write transport rules: Exchange Administrator, or the management role
 * Transport Rules.
 *
 * @see https://learn.microsoft.com/powershell/module/exchange/new-transportrule
 */
export interface TransportRuleProps {
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
   * Name of the header that `headerContainsWords` looks in, compared in any case. A rule takes one. Both are given or
   * neither; left out, the rule must not have that condition.
   */
  headerContainsMessageHeader?: string;
  /** Whole words, compared in any case, of which the header must have one. A set: the order means nothing. */
  headerContainsWords?: readonly string[];
  /**
   * Addresses of the last host before Microsoft 365: IPv4, CIDR of /24 to /32, or `a-b` of at most 256 addresses. The two wider
   * ranges that Cloudflare publishes are expanded to their /24 blocks. Left out, the rule must not have that condition.
   */
  senderIpRanges?: readonly string[];
  /** Spam confidence level to request: -1 asks to skip filtering, 5 and 6 mean spam, 9 high confidence spam. -1 to 9. */
  setScl?: number;
  /** Sends matching mail to the hosted quarantine, from which only an administrator releases. No quarantine policy applies to it. */
  quarantine?: boolean;
  /**
   * Whether rules after this one are skipped for mail that matches.
   * @default false
   */
  stopRuleProcessing?: boolean;
  /** What happens to mail when the rule cannot be evaluated. Not managed when left out. */
  ruleErrorAction?: RuleErrorAction;
}

const noSpacesAtEnds = (value: string): string | undefined =>
  value !== value.trim()
    ? `"${value}" has spaces at an end, which no word of a header has; remove them`
    : undefined;

/** Returns a codec that does not ignore spaces at the ends: a rule that was created by hand with such spaces matches another word. */
const exactly = (codec: Codec<string>): Codec<string> => ({
  ...codec,
  key: (value) => codec.normalize(value).toLowerCase(),
});

const word = exactly(
  text({ required: true, anyCase: true, refuse: noSpacesAtEnds }),
);

/** The conditions that are inputs of programs; one of them is required. */
const ownConditions = ["headerContainsWords", "senderIpRanges"];

const otherConditions = Object.keys(fieldsOf(conditionParameters)).filter(
  (property) =>
    property !== "headerContainsMessageHeader" &&
    !ownConditions.includes(property),
);

/** The properties that are inputs of programs. */
const own = {
  name: field("Name", objectName(64), {
    required: true,
    requires: [
      {
        anyOf: [...ownConditions, ...otherConditions],
        why: "a rule without a condition applies to all mail",
      },
    ],
  }),
  enabled: field("State", state, { default: true }),
  mode: field("Mode", oneOf("Enforce", "Audit", "AuditAndNotify"), {
    default: "Enforce",
  }),
  priority: field("Priority", integer(0, 299)),
  comments: field("Comments", text({ max: 1024 })),
  headerContainsMessageHeader: field(
    "HeaderContainsMessageHeader",
    one(
      exactly(
        text({
          required: true,
          anyCase: true,
          max: 64,
          refuse: (value) =>
            /^[!-9;-~]+$/.test(value)
              ? undefined
              : `"${value}" is not the name of a header; give it without colon and spaces`,
        }),
      ),
    ),
    { implied: noneIsImplied, ...partnerOf("HeaderContainsMessageHeader") },
  ),
  headerContainsWords: field("HeaderContainsWords", setOf(word, { min: 1 }), {
    implied: noneIsImplied,
    ...partnerOf("HeaderContainsWords"),
  }),
  senderIpRanges: field("SenderIpRanges", ipRanges, { implied: noneIsImplied }),
  setScl: field("SetSCL", scl),
  quarantine: field("Quarantine", onOff),
  stopRuleProcessing: field("StopRuleProcessing", flag, { default: false }),
  ruleErrorAction: field("RuleErrorAction", oneOf("Ignore", "Defer")),
} satisfies Record<keyof TransportRuleProps, Field>;

/** Replaces fields by the resource's own field for the same parameter. */
const withOwn = (fields: Fields): Fields =>
  Object.fromEntries(
    Object.entries(fields).map(
      (entry) =>
        Object.entries(own).find(([, { wire }]) => wire === entry[1].wire) ??
        entry,
    ),
  );

/** Every condition of a rule. */
export const conditions = withOwn(fieldsOf(conditionParameters));

/** Every exception of a rule. */
export const exceptions = fieldsOf(conditionParameters, "ExceptIf");

/** Every action of a rule. */
export const actions = withOwn(fieldsOf(actionParameters));

/** A date in UTC, in ISO 8601 format. Anything else counts as missing. */
const date: Codec<string> = {
  ...text(),
  decode(wire) {
    const time = typeof wire === "string" ? Date.parse(wire) : NaN;
    return Number.isNaN(time) ? undefined : new Date(time).toISOString();
  },
};

/** The dates between which a rule is active. */
export const schedule = {
  activationDate: field("ActivationDate", date),
  expiryDate: field("ExpiryDate", date),
};

/**
 * A codec that does not change values. A destroy restores the foreign conditions of an adopted rule: the codec of their parameter
 * would change their order or spelling.
 */
const anything: Codec = {
  type: "as Exchange has it",
  schema: { type: "any" },
  refuse: () => "is not an input",
  normalize: (value) => value,
  encode: (value) => value,
  decode: (wire) => (wire === undefined ? undefined : (wire as Value)),
  key: (value) => value,
  none: null,
  emptyWhenMissing: true,
};

/** Properties that narrow a rule and are no inputs of programs: other conditions, all exceptions, the dates between which it is active. */
const foreign = Object.fromEntries(
  Object.entries({ ...conditions, ...exceptions, ...schedule })
    .filter(([property]) => !(property in own))
    .map(([property, { wire }]) => [
      property,
      field(wire, anything, {
        foreign: true,
        implied: noneIsImplied,
        ...partnerOf(wire),
      }),
    ]),
);

/** All properties of a rule. */
export const properties: Fields & typeof own = { ...own, ...foreign };
