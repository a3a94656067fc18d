import { egressIpRanges } from "../../mail-flow/egress";
import type { Header } from "../../mail-flow/message";
import { same } from "../../mail-flow/names";
import { requestedVerdict } from "../../mail-flow/scl";
import { ruleActions } from "../../mail-flow/rule-properties";
import {
  antiSpamInputs,
  defaultSpamScl,
  domainInputs,
  maliciousSpamWord,
  netRule,
  quarantineInputs,
  releasesSpam,
  ruleInputs,
  useCaseDefaults,
  useCaseHeaders,
  useCasePlans,
  type RulePlan,
  type UseCase,
  type UseCasePlan,
} from "../../mail-flow/use-cases";
import type { Value } from "../../providers/codecs";
import { equal, isEmpty, type Field, type Values } from "../../providers/field";
import type { Kind } from "../../providers/kind";
import { textsOf } from "../../providers/json";
import { kinds, type KindName } from "../../providers/kinds";
import { judged, resourceInputs, shown } from "./resource-inputs";
import type { Tenant, TenantObject } from "./tenant";

/** A property in which a tenant differs from a use case. */
export interface Difference {
  /** The vendor's noun and the name, such as `TransportRule "X"`. */
  readonly object: string;
  /** Empty if the whole object is missing. */
  readonly property: string;
  readonly is: Value;
  readonly wouldBe: Value;
  /** The input of the component that gives the value; missing if the component cannot have it. */
  readonly input?: string;
}

/** A domain of the component with its inputs. */
export type ComponentDomain = { readonly domain: string } & Values;

/** The inputs of the component, without those that have their defaults. */
export type ComponentInputs = {
  readonly domains: readonly (string | ComponentDomain)[];
} & Readonly<Record<string, Value | readonly (string | ComponentDomain)[]>>;

/** A resource of the component, with the object that it would manage. */
export interface Child {
  /** The end of its name. */
  readonly suffix: string;
  readonly object: TenantObject;
}

/** How a tenant relates to a use case. */
export interface Comparison {
  /** Everything in which the tenant differs from the component with its defaults. */
  readonly differences: readonly Difference[];
  /** The objects that have a part in the use case, whether or not they fit. */
  readonly children: readonly Child[];
  /** The inputs with which the component has exactly the tenant's values; missing if there are none. */
  readonly inputs?: ComponentInputs;
  /** What else is in the way, in sentences. */
  readonly remarks: readonly string[];
}

/** The inputs that the component's resources depend on, apart from the domains. */
interface Settings {
  readonly spamWords: readonly string[];
  readonly maliciousWords: readonly string[];
  readonly junkWords: readonly string[];
  readonly spamScl: number;
  readonly maliciousScl: number;
  /** No component has an input for it. */
  readonly junkScl: number;
  readonly senderIpRanges: readonly string[];
  readonly quarantineRetentionPeriod: number;
  readonly userQuarantineName: string;
  readonly adminQuarantineName: string;
}

const defaultsOf = (useCase: UseCase): Settings => ({
  ...useCaseDefaults,
  spamScl: defaultSpamScl(useCase),
  senderIpRanges: egressIpRanges,
});

/** The part of a resource in the use case. */
interface Role {
  readonly suffix: string;
  readonly kind: KindName;
  /** The name for messages, if there is no such object. */
  readonly name: string;
  readonly object: TenantObject | undefined;
  wanted(settings: Settings): Values;
  /** The input of the component for each property that one decides. */
  readonly inputs: Readonly<Record<string, keyof Settings>>;
  /** Words of the rule that come from another input. */
  readonly withoutWords?: readonly string[];
}

/** Compares a tenant with a use case, with the rules of as many headers as possible. */
export function compareWithUseCase(
  tenant: Tenant,
  useCase: UseCase,
): Comparison {
  const { rules } = useCasePlans[useCase];
  const paired = useCaseHeaders.filter((names) =>
    rules.every((rule) => ruleFor(tenant, names, rule)),
  );
  const begun = useCaseHeaders.filter((names) =>
    rules.some((rule) => ruleFor(tenant, names, rule)),
  );
  const choices = [
    paired,
    ...(paired.length > 1 ? paired.toReversed().map((one) => [one]) : []),
  ].filter((some) => some.length > 0);
  const compared = choices.map((some) => compareWith(tenant, useCase, some));
  return (
    compared.find(({ inputs }) => inputs) ??
    compared[0] ??
    compareWith(tenant, useCase, begun.length > 0 ? begun : useCaseHeaders)
  );
}

function compareWith(
  tenant: Tenant,
  useCase: UseCase,
  chosen: readonly HeaderNames[],
): Comparison {
  const plan = useCasePlans[useCase];
  const defaults = defaultsOf(useCase);
  const holdsMalicious =
    useCase === 1 && chosen.some(({ net }) => ruleNamed(tenant, net));
  const roles = rolesIn(
    tenant,
    useCase,
    holdsMalicious ? [netRule, ...plan.rules] : plan.rules,
    chosen,
  );
  const settings = settingsOf(roles, defaults);
  const usual = differencesFrom(roles, tenant, defaults);
  const left = differencesFrom(roles, tenant, settings);
  const domains = tenant.objects.filter(({ kind }) => kind === "Area1Domain");
  const entries = domains.map((object) => ({
    object,
    ...resourceInputs(object, tenant, domainInputs(plan)),
  }));
  const remarks = entries.flatMap((entry) =>
    "reasons" in entry
      ? [`${objectName(entry.object)} ${entry.reasons.join("; ")}.`]
      : entry.unmanaged.map(
          (reason) => `${objectName(entry.object)}: ${reason}.`,
        ),
  );
  if (domains.length === 0) remarks.push("Cloudflare protects no domain.");
  for (const role of roles) {
    const { object } = role;
    if (object)
      remarks.push(
        ...object.obstacles.map((one) => `${objectName(object)} ${one}.`),
        // The component's rules leave other actions to others.
        ...ruleActions
          .filter(
            (action) =>
              !(action in role.wanted(settings)) &&
              !isEmpty(object.live[action] ?? null),
          )
          .map((action) => `${objectName(object)} has the action ${action}.`),
      );
  }
  const word = maliciousSpamWord(settings.spamWords, settings.maliciousWords);
  if (word !== undefined && releasesSpam(plan))
    remarks.push(
      `The user's rule has the word ${word}, so recipients would release such mail. Take it out of the rule.`,
    );
  const differences = [
    ...usual.map((one): Difference => {
      const { role, ...difference } = one;
      const isLeft = left.some(
        (other) => other.role === role && other.property === one.property,
      );
      const input = role.inputs[one.property];
      return isLeft || input === undefined
        ? difference
        : { ...difference, input };
    }),
    // A value that the component would have by default only, because another object's value decides the input.
    ...left
      .filter(
        ({ role, property }) =>
          !usual.some((one) => one.role === role && one.property === property),
      )
      .map(({ role: _, ...difference }) => difference),
    ...entries.flatMap((entry) => domainDifferences(entry, tenant, plan)),
  ];
  const fits =
    remarks.length === 0 &&
    left.length === 0 &&
    roles.every(({ object }) => object) &&
    entries.every((entry) => "inputs" in entry);
  const { frequency, object: notification } = notificationIn(tenant);
  const children = roles.flatMap(({ suffix, object }) =>
    object ? [{ suffix, object }] : [],
  );
  // In the order in which the component creates them.
  children.splice(
    children.findIndex(({ suffix }) => suffix === "anti-spam"),
    0,
    ...(notification ? [{ suffix: "notification", object: notification }] : []),
  );
  return {
    differences,
    children: [
      ...children,
      ...domains.map((object) => ({
        suffix: `domain-${object.name}`,
        object,
      })),
    ],
    ...(fits && {
      inputs: {
        domains: entries.map((entry) =>
          domainEntry(entry.object.name, "inputs" in entry ? entry.inputs : {}),
        ),
        ...headerOf(chosen),
        ...(holdsMalicious && { holdMalicious: true }),
        ...given(settings, defaults),
        ...(frequency !== undefined && {
          endUserSpamNotificationFrequency: frequency,
        }),
      },
    }),
    remarks,
  };
}

/** The names of the rules for a header. */
type HeaderNames = (typeof useCaseHeaders)[number];

/** The properties of `Default` that name a quarantine policy, each with its verdict's plan. */
const tagsOf = ({ spam, highConfidenceSpam, phish }: UseCasePlan) =>
  [
    ["spamQuarantineTag", spam],
    ["highConfidenceSpamQuarantineTag", highConfidenceSpam],
    ["phishQuarantineTag", phish],
    ["highConfidencePhishQuarantineTag", phish],
  ] as const;

const quarantineNames = {
  user: "userQuarantineName",
  admin: "adminQuarantineName",
} as const;

function rolesIn(
  tenant: Tenant,
  useCase: UseCase,
  rules: readonly RulePlan[],
  chosen: readonly HeaderNames[],
): Role[] {
  const plan = useCasePlans[useCase];
  const defaults = defaultsOf(useCase);
  const byDefault = tenant.objects.find(
    ({ kind, name }) => kind === "AntiSpamPolicy" && same(name, "Default"),
  );
  const quarantine = (who: "user" | "admin"): Role => {
    const input = quarantineNames[who];
    const named = (name: Value | undefined) =>
      tenant.objects.find(
        (one) => one.kind === "QuarantinePolicy" && same(one.name, name),
      );
    const [tag] = tagsOf(plan).find(([, verdict]) => verdict === who) ?? [];
    const object =
      (tag && named(byDefault?.live[tag])) ?? named(defaults[input]);
    return {
      suffix: `${who}-quarantine`,
      kind: "QuarantinePolicy",
      name: defaults[input],
      object,
      wanted: (settings) =>
        quarantineInputs(
          settings[input],
          who === "user" ? "Release" : "RequestRelease",
        ),
      inputs: { name: input },
    };
  };
  return [
    ...plan.quarantines.map(quarantine),
    {
      suffix: "anti-spam",
      kind: "AntiSpamPolicy",
      name: "Default",
      object: byDefault,
      wanted: (settings) =>
        antiSpamInputs(
          plan,
          settings.userQuarantineName,
          settings.adminQuarantineName,
          settings.quarantineRetentionPeriod,
        ),
      inputs: {
        ...Object.fromEntries(
          tagsOf(plan).flatMap(([tag, verdict]) =>
            verdict === "user" || verdict === "admin"
              ? [[tag, quarantineNames[verdict]]]
              : [],
          ),
        ),
        quarantineRetentionPeriod: "quarantineRetentionPeriod",
      },
    },
    ...chosen.flatMap((names) =>
      rules.map((rule): Role => {
        const { role, words, action } = rule;
        // A rule with the words of several inputs decides about the last one.
        const input = words.at(-1);
        const fixed = words.slice(0, -1).flatMap((one) => defaults[one]);
        return {
          suffix: `${names.key}-${role}`,
          kind: "TransportRule",
          name: names[role],
          object: ruleFor(tenant, names, rule),
          wanted: (settings) =>
            ruleInputs(
              names[role],
              names.header,
              words.flatMap((one) => settings[one]),
              settings.senderIpRanges,
              action === "hosted" ? undefined : settings[action],
            ),
          inputs: {
            ...(input && { headerContainsWords: input }),
            senderIpRanges: "senderIpRanges",
            // The other use cases have no inputs for levels.
            ...(useCase === 4 &&
              action !== "hosted" &&
              action !== "junkScl" && { setScl: action }),
          },
          withoutWords: fixed,
        };
      }),
    ),
  ];
}

/** Returns the rule of a header and a role: by its name, or, for Junk and the hosted quarantine, by what it does. */
function ruleFor(
  tenant: Tenant,
  names: HeaderNames,
  { role, words, action }: RulePlan,
): TenantObject | undefined {
  const named = ruleNamed(tenant, names[role]);
  if (named || (role !== "junk" && role !== "hosted")) return named;
  const known = words.flatMap((input) => useCaseDefaults[input]);
  return tenant.objects.find(
    ({ kind, live }) =>
      kind === "TransportRule" &&
      same(live["headerContainsMessageHeader"], names.header) &&
      (action === "hosted"
        ? live["quarantine"] === true
        : requestedVerdict(Number(live["setScl"] ?? 0)) === "spam") &&
      textsOf(live["headerContainsWords"]).some((word) =>
        known.some((one) => same(one, word)),
      ),
  );
}

const ruleNamed = (
  { objects }: Tenant,
  name: string,
): TenantObject | undefined =>
  objects.find((one) => one.kind === "TransportRule" && same(one.name, name));

/** Returns the settings that the objects have: for each, the value of the first object that has one. */
function settingsOf(roles: readonly Role[], defaults: Settings): Settings {
  const found: Record<string, Value> = {};
  for (const role of roles)
    for (const [property, input] of Object.entries(role.inputs)) {
      const value = valueFor(role, property);
      if (value !== undefined && value !== null && !(input in found))
        found[input] = value;
    }
  return { ...defaults, ...found };
}

/** Returns the value of the input that decides a property. */
function valueFor(
  { object, withoutWords = [] }: Role,
  property: string,
): Value | undefined {
  const value = object?.live[property];
  if (property !== "headerContainsWords" || withoutWords.length === 0)
    return value;
  const words = textsOf(value);
  const isFixed = (word: string): boolean =>
    withoutWords.some((one) => same(one, word));
  return withoutWords.every((one) => words.some((word) => same(one, word)))
    ? words.filter((word) => !isFixed(word))
    : undefined;
}

function differencesFrom(
  roles: readonly Role[],
  tenant: Tenant,
  settings: Settings,
): (Difference & { readonly role: Role })[] {
  return roles.flatMap((role) => {
    const { kind, name, object } = role;
    if (!object)
      return [
        {
          role,
          object: labelled(kind, name),
          property: "",
          is: "missing",
          wouldBe: "present",
        },
      ];
    const { wrong, differing, complete } = judged(
      object,
      tenant,
      role.wanted(settings),
    );
    return [...wrong.map(({ property }) => property), ...differing].map(
      (property) => ({
        role,
        object: objectName(object),
        property,
        is: object.live[property] ?? null,
        wouldBe: complete[property] ?? null,
      }),
    );
  });
}

/** Returns the properties of a domain that the component does not set by default. */
function domainDifferences(
  entry: { readonly object: TenantObject } & ReturnType<typeof resourceInputs>,
  tenant: Tenant,
  plan: UseCasePlan,
): Difference[] {
  const { object } = entry;
  const { differing, complete } = judged(object, tenant, {
    domain: object.name,
    ...domainInputs(plan),
  });
  return differing.map((property) => ({
    object: objectName(object),
    property,
    is: object.live[property] ?? null,
    wouldBe: complete[property] ?? object.expected[property] ?? null,
    ...("inputs" in entry && property in entry.inputs && { input: "domains" }),
  }));
}

/** Returns the settings that are not the defaults. */
function given(settings: Settings, defaults: Settings): Values {
  const rule: Kind = kinds.TransportRule;
  const fields: Record<keyof Settings, Field | undefined> = {
    spamWords: rule.fields["headerContainsWords"],
    maliciousWords: rule.fields["headerContainsWords"],
    junkWords: rule.fields["headerContainsWords"],
    spamScl: rule.fields["setScl"],
    maliciousScl: rule.fields["setScl"],
    junkScl: rule.fields["setScl"],
    senderIpRanges: rule.fields["senderIpRanges"],
    quarantineRetentionPeriod:
      kinds.AntiSpamPolicy.fields["quarantineRetentionPeriod"],
    userQuarantineName: kinds.QuarantinePolicy.fields["name"],
    adminQuarantineName: kinds.QuarantinePolicy.fields["name"],
  };
  return Object.fromEntries(
    (Object.keys(fields) as (keyof Settings)[]).flatMap((input) => {
      const field = fields[input];
      return !field || equal(field, settings[input], defaults[input])
        ? []
        : [[input, settings[input]]];
    }),
  );
}

const headerOf = (
  chosen: readonly { readonly key: Header }[],
): Readonly<Record<string, Value>> => {
  const [first] = chosen;
  return chosen.length === 1 && first ? { header: first.key } : {};
};

function domainEntry(name: string, inputs: Values): string | ComponentDomain {
  const { domain: _, ...others } = inputs;
  return Object.keys(others).length === 0 ? name : { domain: name, ...others };
}

/** Returns the tenant's notification settings, if the component can have them: it leaves them out otherwise. */
function notificationIn(tenant: Tenant): {
  readonly object?: TenantObject;
  readonly frequency?: Value;
} {
  const object = tenant.objects.find(
    ({ kind }) => kind === "QuarantineNotification",
  );
  if (!object) return {};
  const found = resourceInputs(object, tenant);
  const frequency =
    "inputs" in found
      ? found.inputs["endUserSpamNotificationFrequency"]
      : undefined;
  return frequency === undefined ? {} : { object, frequency };
}

/** Returns an object's kind and name for people. */
export const objectName = ({ kind, name }: TenantObject): string =>
  labelled(kind, name);

const labelled = (kind: KindName, name: string): string =>
  name === "" ? kind : `${kind} "${name}"`;

/** Returns a difference as a line: what it is, and what it would be. */
export const differenceText = ({
  object,
  property,
  is,
  wouldBe,
}: Difference): string =>
  property === ""
    ? `${object}: is ${shown(is)}, would be ${shown(wouldBe)}`
    : `${object}, ${property}: is ${shown(is)}, would be ${shown(wouldBe)}`;
