import { egressIpRanges } from "../../mail-flow/egress";
import type { Header } from "../../mail-flow/message";
import { same } from "../../mail-flow/names";
import { ruleActions } from "../../mail-flow/rule-properties";
import {
  antiSpamInputs,
  defaultSpamScl,
  domainInputs,
  maliciousSpamWord,
  quarantineInputs,
  ruleInputs,
  useCaseDefaults,
  useCaseHeaders,
  useCasePlans,
} from "../../mail-flow/use-cases";
import type { Value } from "../../providers/codecs";
import { equal, isEmpty, type Field, type Values } from "../../providers/field";
import type { Kind } from "../../providers/kind";
import { kinds, type KindName } from "../../providers/kinds";
import { judged, resourceInputs, shown } from "./resource-inputs";
import type { Tenant, TenantObject } from "./tenant";

/** A property in which a tenant differs from use case 4. */
export interface Difference {
  /** The vendor's noun and the name, such as `TransportRule "X"`. */
  readonly object: string;
  /** Empty if the whole object is missing. */
  readonly property: string;
  readonly is: Value;
  readonly wouldBe: Value;
  /** The input of `UseCase4` that gives the value; missing if the component cannot have it. */
  readonly input?: string;
}

/** A domain of the component with its inputs. */
export type ComponentDomain = { readonly domain: string } & Values;

/** The inputs of `UseCase4`, without those that have their defaults. */
export type ComponentInputs = {
  readonly domains: readonly (string | ComponentDomain)[];
} & Readonly<Record<string, Value | readonly (string | ComponentDomain)[]>>;

/** A resource of the component, with the object that it would manage. */
export interface Child {
  /** The end of its name. */
  readonly suffix: string;
  readonly object: TenantObject;
}

/** How a tenant relates to use case 4. */
export interface Comparison {
  /** Everything in which the tenant differs from the component with its defaults. */
  readonly differences: readonly Difference[];
  /** The objects that have a part in use case 4, whether or not they fit. */
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
  readonly spamScl: number;
  readonly maliciousScl: number;
  readonly senderIpRanges: readonly string[];
  readonly quarantineRetentionPeriod: number;
  readonly userQuarantineName: string;
  readonly adminQuarantineName: string;
}

const plan = useCasePlans[4];

const defaults: Settings = {
  ...useCaseDefaults,
  spamScl: defaultSpamScl(4),
  senderIpRanges: egressIpRanges,
};

/** The part of a resource in use case 4. */
interface Role {
  readonly suffix: string;
  readonly kind: KindName;
  /** The name for messages, if there is no such object. */
  readonly name: string;
  readonly object: TenantObject | undefined;
  wanted(settings: Settings): Values;
  /** The input of the component for each property that one decides. */
  readonly inputs: Readonly<Record<string, keyof Settings>>;
}

/** Compares a tenant with use case 4, with the rules of as many headers as possible. */
export function compareWithUseCase4(tenant: Tenant): Comparison {
  const paired = useCaseHeaders.filter(({ admin, user }) =>
    [admin, user].every((name) => ruleNamed(tenant, name)),
  );
  const begun = useCaseHeaders.filter(({ admin, user }) =>
    [admin, user].some((name) => ruleNamed(tenant, name)),
  );
  const choices = [
    paired,
    ...(paired.length > 1 ? paired.toReversed().map((one) => [one]) : []),
  ].filter((some) => some.length > 0);
  const compared = choices.map((some) => compareWith(tenant, some));
  return (
    compared.find(({ inputs }) => inputs) ??
    compared[0] ??
    compareWith(tenant, begun.length > 0 ? begun : useCaseHeaders)
  );
}

function compareWith(
  tenant: Tenant,
  chosen: readonly (typeof useCaseHeaders)[number][],
): Comparison {
  const roles = rolesIn(tenant, chosen);
  const settings = settingsOf(roles);
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
  for (const { object, inputs } of roles)
    if (object)
      remarks.push(
        ...object.obstacles.map((one) => `${objectName(object)} ${one}.`),
        // The component's rules leave other actions to others.
        ...ruleActions
          .filter(
            (action) =>
              !(action in inputs) && !isEmpty(object.live[action] ?? null),
          )
          .map((action) => `${objectName(object)} has the action ${action}.`),
      );
  const word = maliciousSpamWord(settings.spamWords, settings.maliciousWords);
  if (word !== undefined)
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
    ...entries.flatMap((entry) => domainDifferences(entry, tenant)),
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
        ...given(settings),
        ...(frequency !== undefined && {
          endUserSpamNotificationFrequency: frequency,
        }),
      },
    }),
    remarks,
  };
}

function rolesIn(
  tenant: Tenant,
  chosen: readonly (typeof useCaseHeaders)[number][],
): Role[] {
  const byDefault = tenant.objects.find(
    ({ kind, name }) => kind === "AntiSpamPolicy" && same(name, "Default"),
  );
  const quarantine = (
    suffix: string,
    tag: string,
    input: "userQuarantineName" | "adminQuarantineName",
    release: "Release" | "RequestRelease",
  ): Role => {
    const named = (name: Value | undefined) =>
      tenant.objects.find(
        (one) => one.kind === "QuarantinePolicy" && same(one.name, name),
      );
    const object = named(byDefault?.live[tag]) ?? named(defaults[input]);
    return {
      suffix,
      kind: "QuarantinePolicy",
      name: defaults[input],
      object,
      wanted: (settings) => quarantineInputs(settings[input], release),
      inputs: { name: input },
    };
  };
  return [
    quarantine(
      "user-quarantine",
      "spamQuarantineTag",
      "userQuarantineName",
      "Release",
    ),
    quarantine(
      "admin-quarantine",
      "highConfidenceSpamQuarantineTag",
      "adminQuarantineName",
      "RequestRelease",
    ),
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
        spamQuarantineTag: "userQuarantineName",
        highConfidenceSpamQuarantineTag: "adminQuarantineName",
        phishQuarantineTag: "adminQuarantineName",
        highConfidencePhishQuarantineTag: "adminQuarantineName",
        quarantineRetentionPeriod: "quarantineRetentionPeriod",
      },
    },
    ...chosen.flatMap(({ key, header, admin, user }): Role[] => [
      {
        suffix: `${key}-admin`,
        kind: "TransportRule",
        name: admin,
        object: ruleNamed(tenant, admin),
        wanted: ({ maliciousWords, senderIpRanges, maliciousScl }) =>
          ruleInputs(
            admin,
            header,
            maliciousWords,
            senderIpRanges,
            maliciousScl,
          ),
        inputs: {
          headerContainsWords: "maliciousWords",
          senderIpRanges: "senderIpRanges",
          setScl: "maliciousScl",
        },
      },
      {
        suffix: `${key}-user`,
        kind: "TransportRule",
        name: user,
        object: ruleNamed(tenant, user),
        wanted: ({ spamWords, senderIpRanges, spamScl }) =>
          ruleInputs(user, header, spamWords, senderIpRanges, spamScl),
        inputs: {
          headerContainsWords: "spamWords",
          senderIpRanges: "senderIpRanges",
          setScl: "spamScl",
        },
      },
    ]),
  ];
}

const ruleNamed = (
  { objects }: Tenant,
  name: string,
): TenantObject | undefined =>
  objects.find((one) => one.kind === "TransportRule" && same(one.name, name));

/** Returns the settings that the objects have: for each, the value of the first object that has one. */
function settingsOf(roles: readonly Role[]): Settings {
  const found: Record<string, Value> = {};
  for (const { object, inputs } of roles)
    for (const [property, input] of Object.entries(inputs)) {
      const value = object?.live[property];
      if (value !== undefined && value !== null && !(input in found))
        found[input] = value;
    }
  return { ...defaults, ...found };
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
function given(settings: Settings): Values {
  const rule: Kind = kinds.TransportRule;
  const fields: Record<keyof Settings, Field | undefined> = {
    spamWords: rule.fields["headerContainsWords"],
    maliciousWords: rule.fields["headerContainsWords"],
    spamScl: rule.fields["setScl"],
    maliciousScl: rule.fields["setScl"],
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
