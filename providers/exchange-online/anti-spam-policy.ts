import { same } from "../../mail-flow/names";
import { adminOnlyAccess, fullAccess } from "../../mail-flow/policy-defaults";
import {
  flag,
  integer,
  objectName,
  oneOf,
  recipient,
  setOf,
  hostName,
  state,
  text,
  withoutTenant,
  type Codec,
} from "../codecs";
import { isFault, reasonOf, sentence, UserError } from "../errors";
import { field, noneIsImplied, type Field } from "../field";
import { encode, type Item, type Kind } from "../kind";
import type { Operation } from "../session/session";
import type { Listing } from "../session/shared-list";
import { identityOf } from "./identity";
import { quarantineTags } from "./quarantine-tags";

const spamActions = [
  "MoveToJmf",
  "AddXHeader",
  "ModifySubject",
  "Redirect",
  "Delete",
  "Quarantine",
] as const;

/** The action on mail with a given verdict. */
export type SpamAction = (typeof spamActions)[number];

/** The action on high confidence phishing. */
export type HighConfidencePhishAction = "Redirect" | "Quarantine";

/** The action on bulk mail. */
export type BulkSpamAction = SpamAction | "NoAction";

/** Whether mail above the bulk threshold counts as spam. */
export type MarkAsSpamBulkMail = "On" | "Off" | "Test";

/**
 * An anti-spam policy for incoming mail: the built-in one, `Default`, which is adopted and restored, or a custom one with its
 * rule. Only what is given is managed. Needs Exchange Administrator or Security Administrator, or the management role
 * Transport Hygiene.
 *
 * @see https://learn.microsoft.com/powershell/module/exchange/set-hostedcontentfilterpolicy
 */
export interface AntiSpamPolicyProps {
  /**
   * `Default`, or the name of a custom policy. It cannot be changed in place: a change makes a new policy first and removes
   * the old one last.
   * @default "Default"
   */
  name?: string;
  /** Custom policy: domains of the recipients it is for. One of `recipientDomainIs`, `sentTo`, `sentToMemberOf` must be given. */
  recipientDomainIs?: readonly string[];
  /** Custom policy: recipients it is for, by address. */
  sentTo?: readonly string[];
  /** Custom policy: groups it is for. */
  sentToMemberOf?: readonly string[];
  /** Custom policy: domains of recipients it is not for. */
  exceptIfRecipientDomainIs?: readonly string[];
  /** Custom policy: recipients it is not for. */
  exceptIfSentTo?: readonly string[];
  /** Custom policy: groups it is not for. */
  exceptIfSentToMemberOf?: readonly string[];
  /** Custom policy: place in the order of custom policies, 0 first. Not managed when left out; a new one then comes last. */
  priority?: number;
  /**
   * Custom policy: whether it is in force.
   * @default true
   */
  enabled?: boolean;
  /**
   * Custom policy: text for people, at most 255 characters.
   * @default "Managed by Pulumi: <project>/<stack>/<resource name>"
   */
  adminDisplayName?: string;
  /** What becomes of spam (a transport rule that sets SCL 5 or 6 asks for this verdict). */
  spamAction?: SpamAction;
  /** Quarantine policy for spam; only with `spamAction: "Quarantine"`. */
  spamQuarantineTag?: string;
  /** What becomes of high confidence spam (a transport rule that sets SCL 9 asks for this verdict). */
  highConfidenceSpamAction?: SpamAction;
  /** Quarantine policy for high confidence spam; only with `highConfidenceSpamAction: "Quarantine"`. */
  highConfidenceSpamQuarantineTag?: string;
  /** What becomes of phishing. */
  phishSpamAction?: SpamAction;
  /** Quarantine policy for phishing; only with `phishSpamAction: "Quarantine"`. */
  phishQuarantineTag?: string;
  /** What becomes of high confidence phishing. Recipients never release it themselves, whatever the quarantine policy says. */
  highConfidencePhishAction?: HighConfidencePhishAction;
  /** Quarantine policy for high confidence phishing; only with `highConfidencePhishAction: "Quarantine"`. */
  highConfidencePhishQuarantineTag?: string;
  /** What becomes of bulk mail. */
  bulkSpamAction?: BulkSpamAction;
  /** Quarantine policy for bulk mail; only with `bulkSpamAction: "Quarantine"`. */
  bulkQuarantineTag?: string;
  /** Addresses that mail goes to where an action is `Redirect`. */
  redirectToRecipients?: readonly string[];
  /** Text put before the subject where an action is `ModifySubject`. */
  modifySubjectValue?: string;
  /** Name of the header that is added where an action is `AddXHeader`, at most 255 characters, without spaces and colons. */
  addXHeaderValue?: string;
  /** Bulk complaint level from which mail counts as bulk, 1 to 9. */
  bulkThreshold?: number;
  /** Days that quarantined mail is kept before it is deleted for good, 1 to 30. Cloudflare recommends 15 to 30. */
  quarantineRetentionPeriod?: number;
  /** Whether mail above the bulk threshold counts as spam. */
  markAsSpamBulkMail?: MarkAsSpamBulkMail;
  /** Whether delivered mail that turns out to be spam is taken back. */
  spamZapEnabled?: boolean;
  /** Whether delivered mail that turns out to be phishing is taken back. */
  phishZapEnabled?: boolean;
}

/**
 * Returns the field of a verdict's action. Which action requires which value is documented for the portal, where that value is
 * mandatory: https://learn.microsoft.com/defender-office-365/anti-spam-policies-configure
 */
const action = (wire: string, codec: Codec = oneOf(...spamActions)) =>
  field(wire, codec, {
    requires: [
      { when: "Redirect", anyOf: ["redirectToRecipients"] },
      { when: "ModifySubject", anyOf: ["modifySubjectValue"] },
      { when: "AddXHeader", anyOf: ["addXHeaderValue"] },
    ],
  });

/** Returns the field of a verdict's quarantine policy; `property` is the property of the verdict's action. */
const tag = (wire: string, property: keyof AntiSpamPolicyProps) =>
  field(wire, objectName(64), {
    onlyWith: { property, is: "Quarantine" },
  });

/** Returns the quarantine policy that Microsoft sets in a policy that is created without one. */
const microsoftsTag = (property: string): string =>
  property === "highConfidencePhishQuarantineTag"
    ? adminOnlyAccess
    : fullAccess();

/** The prefix of the rule's parameters in the wire names of the fields: policy and rule are two objects in Exchange. */
const ofRule = "Rule:";

const listOfRules = "Get-HostedContentFilterRule";

/** Properties that the built-in policy does not have, because a rule cannot be bound to it (documented). */
const onlyCustom: Pick<Field, "conflictsWith"> = {
  conflictsWith: {
    property: "name",
    is: "Default",
    why: "is only for a custom policy: Default is for everybody, always on and last; give the policy another name",
  },
};

const condition = (parameter: string, item: Codec<string>): Field =>
  field(`${ofRule}${parameter}`, setOf(item), {
    implied: noneIsImplied,
    ...onlyCustom,
  });

const fields = {
  name: field("Name", objectName(64, /[\\%&*+/=?{}|<>();:[\],"]/), {
    default: "Default",
    replaces: true,
    requires: [
      {
        unless: "Default",
        anyOf: ["recipientDomainIs", "sentTo", "sentToMemberOf"],
        why: "a custom policy is for somebody",
      },
    ],
  }),
  recipientDomainIs: condition("RecipientDomainIs", hostName),
  sentTo: condition("SentTo", recipient),
  sentToMemberOf: condition("SentToMemberOf", recipient),
  exceptIfRecipientDomainIs: condition("ExceptIfRecipientDomainIs", hostName),
  exceptIfSentTo: condition("ExceptIfSentTo", recipient),
  exceptIfSentToMemberOf: condition("ExceptIfSentToMemberOf", recipient),
  priority: field(`${ofRule}Priority`, integer(0, 999), onlyCustom),
  enabled: field(`${ofRule}State`, state, onlyCustom),
  adminDisplayName: field("AdminDisplayName", text({ max: 255 }), onlyCustom),
  spamAction: action("SpamAction"),
  spamQuarantineTag: tag("SpamQuarantineTag", "spamAction"),
  highConfidenceSpamAction: action("HighConfidenceSpamAction"),
  highConfidenceSpamQuarantineTag: tag(
    "HighConfidenceSpamQuarantineTag",
    "highConfidenceSpamAction",
  ),
  phishSpamAction: action("PhishSpamAction"),
  phishQuarantineTag: tag("PhishQuarantineTag", "phishSpamAction"),
  highConfidencePhishAction: action(
    "HighConfidencePhishAction",
    oneOf("Redirect", "Quarantine"),
  ),
  highConfidencePhishQuarantineTag: tag(
    "HighConfidencePhishQuarantineTag",
    "highConfidencePhishAction",
  ),
  bulkSpamAction: action("BulkSpamAction", oneOf(...spamActions, "NoAction")),
  bulkQuarantineTag: tag("BulkQuarantineTag", "bulkSpamAction"),
  redirectToRecipients: field(
    "RedirectToRecipients",
    setOf(recipient, { min: 1 }),
  ),
  modifySubjectValue: field("ModifySubjectValue", text({ max: 255 })),
  addXHeaderValue: field(
    "AddXHeaderValue",
    text({
      max: 255,
      refuse: (value) =>
        /[\s:]/.test(value)
          ? "has a space or a colon, so that Microsoft 365 ignores it and adds X-This-Is-Spam; remove that"
          : undefined,
    }),
  ),
  bulkThreshold: field("BulkThreshold", integer(1, 9)),
  quarantineRetentionPeriod: field("QuarantineRetentionPeriod", integer(1, 30)),
  markAsSpamBulkMail: field("MarkAsSpamBulkMail", oneOf("On", "Off", "Test")),
  spamZapEnabled: field("SpamZapEnabled", flag),
  phishZapEnabled: field("PhishZapEnabled", flag),
} satisfies Record<keyof AntiSpamPolicyProps, Field>;

/** Properties that do not influence where a message goes. */
const harmless = [
  "name",
  "adminDisplayName",
  "quarantineRetentionPeriod",
  "redirectToRecipients",
  "modifySubjectValue",
  "addXHeaderValue",
  "spamZapEnabled",
  "phishZapEnabled",
];

const isDefault = (name: unknown): boolean =>
  String(name).toLowerCase() === "default";

export const antiSpamPolicy: Kind = {
  name: "AntiSpamPolicy",
  noun: "anti-spam policy",
  scopeId: "tenantId",
  computed: ["guid"],
  fields,
  settings: ["adopt", "allowExposure"],
  nameField: "name",
  idIs: "name",
  markField: "adminDisplayName",

  complete: (_olds, inputs) =>
    inputs["enabled"] === undefined && !isDefault(inputs["name"])
      ? { ...inputs, enabled: true }
      : inputs,

  alwaysExists: isDefault,
  decides: (property) => property === undefined || !harmless.includes(property),
  identify: identityOf,

  async list({ exchange }, name, newerThan) {
    const policies = exchange.list(
      "Get-HostedContentFilterPolicy",
      {},
      newerThan,
    );
    // The built-in policy has no rule.
    if (isDefault(name)) return policies;
    const rules = exchange.list(listOfRules, {}, newerThan);
    const [{ items, begun }, other] = await Promise.all([policies, rules]);
    return {
      items: items.map((item) => withRule(item, other.items)),
      begun: Math.max(begun, other.begun),
    };
  },

  async create(operation, wanted) {
    const { policy, rule } = splitByCmdlet(encode(this, wanted));
    await writePolicy(operation, "New-HostedContentFilterPolicy", policy);
    await newRule(operation, String(wanted["name"]), rule);
  },

  async update(operation, item, changes) {
    const { name } = identityOf(item);
    const { enabled, ...others } = changes;
    const { policy, rule } = splitByCmdlet(encode(this, others));
    const ruleName = nameOfRule(item);
    if (enabled === false && ruleName !== undefined)
      await writeRule(operation, "Disable", ruleName);
    if (Object.keys(policy).length > 0)
      await writePolicy(operation, "Set-HostedContentFilterPolicy", {
        Identity: name,
        ...policy,
      });
    if (Object.keys(rule).length > 0 && ruleName !== undefined)
      await writeRule(operation, "Set", ruleName, rule);
    if (enabled === true && ruleName !== undefined)
      await writeRule(operation, "Enable", ruleName);
    if (
      ruleName === undefined &&
      (enabled !== undefined || Object.keys(rule).length > 0)
    )
      await missingRule(
        operation,
        name,
        rule,
        (enabled ?? state.decode(item[`${ofRule}State`])) === true,
      );
  },

  async remove({ exchange, patience }, item) {
    // The rule is removed first: a policy that a rule refers to is in use.
    const ruleName = nameOfRule(item);
    if (ruleName !== undefined) {
      await exchange.removeIfThere(
        "Remove-HostedContentFilterRule",
        { Identity: ruleName },
        patience,
      );
      // The reported success is verified: a rule that remained without its policy would not be found again.
      const isListed = ({ items }: Listing<Item>): boolean =>
        items.some((rule) => identityOf(rule).name === ruleName);
      const rules = await patience.untilListed(
        (newerThan) => exchange.list(listOfRules, {}, newerThan),
        (listing) => !isListed(listing),
        patience.left / 3,
      );
      if (isListed(rules))
        throw new UserError(
          `the removal of its rule "${ruleName}" was answered as done, but the rule still stands. Run it again`,
        );
    }
    await exchange.removeIfThere(
      "Remove-HostedContentFilterPolicy",
      { Identity: identityOf(item).name },
      patience,
    );
    return undefined;
  },

  async restoredValue({ exchange }, property, value) {
    if (!/QuarantineTag$/.test(property) || value === null) return undefined;
    const { items } = await exchange.list("Get-QuarantinePolicy");
    if (items.some((item) => same(identityOf(item).name, value)))
      return undefined;
    const instead = microsoftsTag(property);
    return {
      value: instead,
      warning: `${property} was ${String(value)}, which no longer exists; it is set to Microsoft's default, ${instead}`,
    };
  },
};

/** Adds the members of the policy's rule to the policy. */
function withRule(item: Item, rules: readonly Item[]): Item {
  const { name } = identityOf(item);
  const rule = ruleOf(rules, name);
  // A policy without a rule applies to nobody, like a policy with a disabled rule.
  if (!rule) return { ...item, [`${ofRule}State`]: "Disabled" };
  return {
    ...item,
    ...Object.fromEntries(
      Object.entries(rule).map(([key, value]) => [`${ofRule}${key}`, value]),
    ),
  };
}

const ruleOf = (rules: readonly Item[], policy: string): Item | undefined =>
  rules.find((rule) =>
    same(withoutTenant(String(rule["HostedContentFilterPolicy"])), policy),
  );

/** Separates the parameters of the policy from those of its rule. */
function splitByCmdlet(parameters: Record<string, unknown>) {
  const policy: Record<string, unknown> = {};
  const rule: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(parameters))
    if (key.startsWith(ofRule)) rule[key.slice(ofRule.length)] = value;
    else policy[key] = value;
  return { policy, rule };
}

/**
 * Writes the policy. A quarantine policy that was created seconds ago may not have reached all servers: as long as it is listed,
 * a write that fails with "not found" is retried.
 */
async function writePolicy(
  { exchange, patience }: Operation,
  cmdlet: "New-HostedContentFilterPolicy" | "Set-HostedContentFilterPolicy",
  parameters: Record<string, unknown>,
): Promise<void> {
  const tags = quarantineTags.flatMap((name) =>
    typeof parameters[name] === "string" ? [parameters[name]] : [],
  );
  const write = async (): Promise<void> => {
    try {
      await exchange.write(cmdlet, parameters, patience);
    } catch (error) {
      if (!isFault(error, "notFound") || tags.length === 0) throw error;
      const { items } = await exchange.list("Get-QuarantinePolicy");
      const missing = tags.find(
        (tag) => !items.some((item) => same(identityOf(item).name, tag)),
      );
      if (missing === undefined) throw error;
      throw new UserError(
        `there is no quarantine policy "${missing}". ${sentence(reasonOf(error))} Make it first, or correct the name`,
      );
    }
  };
  await patience.persist(write, (error, tries) =>
    // About a minute in total.
    isFault(error, "notFound") && tags.length > 0 && tries < 15
      ? Math.min(patience.firstPause * 2 ** tries, 5000)
      : undefined,
  );
}

/** Returns the name of a policy's rule. It is the policy's name, unless the rule was created by hand. */
const nameOfRule = (item: Item): string | undefined => {
  const name = item[`${ofRule}Name`];
  return typeof name === "string" ? name : undefined;
};

async function newRule(
  { exchange, patience }: Operation,
  name: string,
  { State: enabled, ...parameters }: Record<string, unknown>,
): Promise<void> {
  await exchange.write(
    "New-HostedContentFilterRule",
    {
      Name: name,
      HostedContentFilterPolicy: name,
      ...parameters,
      Enabled: enabled !== "Disabled",
    },
    patience,
  );
}

/** Changes a rule. Does not send HostedContentFilterPolicy (the policy's name) again, which fails (observed). */
const writeRule = (
  { exchange, patience }: Operation,
  verb: "Set" | "Enable" | "Disable",
  ruleName: string,
  parameters: Record<string, unknown> = {},
) =>
  exchange.write(
    `${verb}-HostedContentFilterRule`,
    { Identity: ruleName, ...parameters },
    patience,
  );

/** Creates the rule of a policy that is listed without one. If the rule exists but was not listed yet, updates it instead. */
async function missingRule(
  operation: Operation,
  policy: string,
  parameters: Record<string, unknown>,
  enabled: boolean,
): Promise<void> {
  const { exchange, patience } = operation;
  try {
    await newRule(operation, policy, {
      ...parameters,
      State: state.encode(enabled),
    });
  } catch (error) {
    if (!isFault(error, "alreadyExists")) throw error;
    const rules = await patience.untilListed(
      (newerThan) => exchange.list(listOfRules, {}, newerThan),
      ({ items }) => ruleOf(items, policy) !== undefined,
      Math.min(patience.left, 60_000),
    );
    const listed = ruleOf(rules.items, policy);
    if (!listed) throw error;
    const { name } = identityOf(listed);
    if (!enabled) await writeRule(operation, "Disable", name);
    if (Object.keys(parameters).length > 0)
      await writeRule(operation, "Set", name, parameters);
    if (enabled && state.decode(listed["State"]) === false)
      await writeRule(operation, "Enable", name);
  }
}
