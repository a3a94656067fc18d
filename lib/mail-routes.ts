import { createHash } from "node:crypto";

import * as pulumi from "@pulumi/pulumi";

import { AntiSpamPolicy } from "./anti-spam-policy";
import { Area1Domain, type Area1DomainArgs } from "./area1-domain";
import { egressIpRanges } from "./egress";
import {
  antiSpamInputs,
  defaultSpamScl,
  domainInputs,
  netRule,
  quarantineInputs,
  ruleInputs,
  useCaseDefaults,
  useCaseHeaders,
  useCaseNumbers,
  useCasePlans,
  type LevelInput,
  type RulePlan,
  type Stage,
  type UseCase,
  type WordsInput,
} from "../mail-flow/use-cases";
import { MailFlowCheck } from "./mail-flow-check";
import { QuarantineNotification } from "./quarantine-notification";
import { QuarantinePolicy } from "./quarantine-policy";
import type { GuardedVerdict } from "../providers/exposure-guard/guarded-mail";
import { registration } from "./registration";
import { markOf, type AdoptArgs, type GuardArgs } from "./resource";
import { RestorePoint } from "./restore-point";
import { routesOf, type Route } from "./routes";
import { TransportRule } from "./transport-rule";
import {
  reasonAgainstValue,
  warningsOf,
  withName,
  type AnyUseCaseArgs,
  type UseCaseDomain,
} from "./use-case-args";

/** The rules of a header, by their part in the use case. A rule that the use case does not have is missing. */
export interface RulesOfHeader {
  /** For mail that only an administrator can release: `maliciousWords`. Use case 4. */
  readonly admin?: TransportRule;
  /** For `spamWords`; in use case 3 for `maliciousWords`, too. Use cases 2, 3 and 4. */
  readonly user?: TransportRule;
  /** For mail that goes to the Junk Email folder: `junkWords`. Use cases 1, 2, 3 and 5. */
  readonly junk?: TransportRule;
  /** For the hosted quarantine: `maliciousWords` and `spamWords`. Use case 5. */
  readonly hosted?: TransportRule;
  /** For mail with `maliciousWords` that arrives although Cloudflare is to hold it. Use case 2, and 1 with `holdMalicious`. */
  readonly net?: TransportRule;
}

/** The rules of a use case by header. */
export interface UseCaseRules {
  /** The rules that look in `X-Area1Security-Disposition`. */
  readonly area1: RulesOfHeader | undefined;
  /** The rules that look in `X-CFEmailSecurity-Disposition`. */
  readonly cloudflare: RulesOfHeader | undefined;
}

/** Resources that a component adds to those of the use case. */
export interface Addition {
  /** The objects of the resources, for the restore point, in the order in which they are written. */
  readonly objects: readonly AddedObject[];
  /** Creates the resources. The last ones are returned: what comes next waits for them. */
  create(site: Site): readonly pulumi.Resource[];
}

/** An object of an added resource. */
export interface AddedObject {
  readonly kind: string;
  /** The end of the resource's name. */
  readonly suffix: string;
  /** The inputs, with the object's name; empty if a tenant has only one. */
  readonly inputs: {
    readonly name: pulumi.Input<string>;
    readonly [input: string]: unknown;
  };
}

/** What an addition needs to create its resources. */
export interface Site {
  readonly restorePoint: RestorePoint;
  /** What was written last. */
  readonly written: readonly pulumi.Resource[];
  /** Returns a resource's name. */
  readonly child: (suffix: string) => string;
  /** Returns a resource's options, so that it waits for what was created before. */
  readonly under: (
    ...dependsOn: readonly pulumi.Resource[]
  ) => pulumi.CustomResourceOptions;
  /** The guarded mail, and whether it may be exposed. */
  readonly guard: GuardArgs;
  /** Whether existing objects that differ are adopted. */
  readonly adopt: Pick<AdoptArgs, "adopt">;
  /** The domains' account, if the program sets one. */
  readonly account: Pick<Area1DomainArgs, "accountId">;
}

/** What a component adds to the use case. */
export interface Additions {
  /** Before all other objects are written. */
  readonly first?: Addition;
  /** After all other objects are written. A destroy removes it first. */
  readonly last?: Addition;
}

/** What distinguishes a component with these routes. */
export interface Component {
  /** The last part of its type. */
  readonly component: string;
  readonly useCase: UseCase;
  /** Why its inputs are not valid. */
  readonly reason: string | undefined;
  readonly additions?: Additions;
}

/** The last parts of the types of all these components. A state may have any of them, because the program had another one before. */
const components = [
  "InlineDeployment",
  ...useCaseNumbers.map((useCase) => `UseCase${useCase}`),
];

/** The resources that make the routes of a use case, for the components that have them. */
export abstract class MailRoutes extends pulumi.ComponentResource {
  /** The previous values of all objects. */
  readonly restorePoint: RestorePoint;
  /** The quarantine policy whose mail the recipient can release; only in use cases 2 and 4. */
  readonly userQuarantine: QuarantinePolicy | undefined;
  /** The quarantine policy whose mail an administrator releases; not in use case 5. */
  readonly adminQuarantine: QuarantinePolicy | undefined;
  /** Only if `endUserSpamNotificationFrequency` is set. */
  readonly quarantineNotification: QuarantineNotification | undefined;
  /** The built-in policy `Default`. */
  readonly antiSpamPolicy!: AntiSpamPolicy;
  /** The rules of each header: in use case 4 the administrator's and the user's. */
  readonly transportRules: readonly TransportRule[];
  /** The same rules by header and part, for example `rules.cloudflare?.admin`. A header that `header` excludes has none. */
  readonly rules: UseCaseRules;
  /** In the order of `domains`. */
  readonly area1Domains!: readonly Area1Domain[];
  /** The check of what really happens to mail; undefined with `check: false`. */
  readonly mailFlowCheck: MailFlowCheck | undefined;
  /** Where the program sends mail of each disposition; see `mailFlowCheck.routes` for where it really goes. */
  readonly routes: pulumi.Output<Route[]>;

  protected constructor(
    { component, useCase, reason: reasonBefore, additions = {} }: Component,
    name: string,
    args: AnyUseCaseArgs,
    opts: pulumi.ComponentResourceOptions | undefined,
  ) {
    super(
      `area1:index:${component}`,
      name,
      // Invalid inputs are not registered, because they may have a type that the engine does not support.
      reasonBefore === undefined ? { ...args } : {},
      pulumi.mergeOptions(opts, {
        aliases: components
          .filter((other) => other !== component)
          .map((other) => ({ type: `area1:index:${other}` })),
      }),
    );
    const { first, last } = additions;
    const reason = reasonBefore ?? this.reasonAgainstSecond(component, name);
    if (reason) throw new pulumi.ResourceError(reason, this, true);

    const plan = useCasePlans[useCase];
    const domains = args.domains.map(withName);
    const headers = useCaseHeaders.filter(
      ({ key }) => (args.header ?? "both") === "both" || args.header === key,
    );
    const adopt = args.adopt === undefined ? {} : { adopt: args.adopt };
    /** Returns the program's value or the default. Checks it as soon as it is known. */
    const valueOf = <T>(
      input: keyof AnyUseCaseArgs,
      byDefault: T,
    ): pulumi.Output<T> =>
      (
        pulumi.output(args[input]) as unknown as pulumi.OutputInstance<
          T | null | undefined
        >
      ).apply((known): T => {
        const reason = reasonAgainstValue(input, known);
        if (reason) throw new pulumi.ResourceError(reason, this, true);
        return known ?? byDefault;
      });
    const byDefault = useCaseDefaults;
    const spamWords = valueOf<readonly string[]>(
      "spamWords",
      byDefault.spamWords,
    );
    const maliciousWords = valueOf<readonly string[]>(
      "maliciousWords",
      byDefault.maliciousWords,
    );
    const junkWords = valueOf<readonly string[]>(
      "junkWords",
      byDefault.junkWords,
    );
    const spamScl = valueOf<number>("spamScl", defaultSpamScl(useCase));
    const maliciousScl = valueOf<number>(
      "maliciousScl",
      byDefault.maliciousScl,
    );
    const senderIpRanges = valueOf("senderIpRanges", egressIpRanges);
    const retention = valueOf<number>(
      "quarantineRetentionPeriod",
      byDefault.quarantineRetentionPeriod,
    );
    const userName = valueOf<string>(
      "userQuarantineName",
      byDefault.userQuarantineName,
    );
    const adminName = valueOf<string>(
      "adminQuarantineName",
      byDefault.adminQuarantineName,
    );
    const child = (suffix: string): string => `${name}-${suffix}`;
    const under = (
      ...dependsOn: readonly pulumi.Resource[]
    ): pulumi.CustomResourceOptions => ({
      parent: this,
      dependsOn: [...dependsOn],
    });

    const allow =
      args.allowExposure === undefined
        ? {}
        : { allowExposure: args.allowExposure };
    const guard = {
      guardedMail: {
        words: maliciousWords,
        headers: headers.map(({ key }) => key),
        ...(args.senderIpRanges !== undefined && { senderIpRanges }),
        // Recipients release what Microsoft finds to be high confidence spam: that is the use case.
        ...(plan.highConfidenceSpam === "user" && {
          verdicts: ["phish", "highConfidencePhish"] as GuardedVerdict[],
        }),
      },
      ...allow,
    };

    const quarantines = plan.quarantines.map((key) => ({
      key,
      suffix: `${key}-quarantine`,
      inputs: quarantineInputs(
        key === "user" ? userName : adminName,
        key === "user" ? "Release" : "RequestRelease",
      ),
    }));
    const antiSpam = antiSpamInputs(plan, userName, adminName, retention);
    const words: Record<WordsInput, pulumi.Output<readonly string[]>> = {
      spamWords,
      maliciousWords,
      junkWords,
    };
    const levels: Record<LevelInput, pulumi.Output<number>> = {
      spamScl,
      maliciousScl,
      junkScl: pulumi.output<number>(byDefault.junkScl),
    };
    const planned: readonly RulePlan[] = [
      ...(useCase === 1 && args.holdMalicious ? [netRule] : []),
      ...plan.rules,
    ];
    const rules = headers.flatMap((header) =>
      planned.map(({ role, words: inputs, action }) => ({
        key: header.key,
        role,
        suffix: `${header.key}-${role}`,
        inputs: ruleInputs(
          header[role],
          header.header,
          joined(inputs.map((input) => words[input])),
          senderIpRanges,
          action === "hosted" ? undefined : levels[action],
        ),
        // Other words of a rule for Junk may be there on purpose: without them, mail would go to the inbox.
        ...(role === "junk" &&
          args.junkWords === undefined && {
            keeps: { property: "headerContainsWords", input: "junkWords" },
          }),
      })),
    );
    const area1Domains = domains.map((inputs) => ({
      ...domainInputs(plan),
      ...inputs,
    }));

    const account = accountOf(domains);
    const held = (
      kind: string,
      suffix: string,
      { name, ...wanted }: { readonly name: pulumi.Input<string> },
    ) => ({ kind, name, mark: markOf(child(suffix)), ...adopt, wanted });
    const added = (addition: Addition | undefined) =>
      (addition?.objects ?? []).map(({ kind, suffix, inputs }) =>
        held(kind, suffix, inputs),
      );
    const heldIn = (stage: Stage) => {
      if (stage === "antiSpam")
        return [held("AntiSpamPolicy", "anti-spam", antiSpam)];
      if (stage === "domains")
        return area1Domains.map(({ domain: name, ...inputs }) =>
          held("Area1Domain", `domain-${name}`, { name, ...inputs }),
        );
      return rules
        .filter(({ role }) => role === stage)
        .map(({ suffix, inputs, keeps }) => ({
          ...held("TransportRule", suffix, inputs),
          ...(keeps && { keeps }),
        }));
    };
    this.restorePoint = new RestorePoint(
      child("restore-point"),
      {
        // In the order in which they are written.
        objects: pulumi.output([
          ...added(first),
          ...quarantines.map(({ suffix, inputs }) =>
            held("QuarantinePolicy", suffix, inputs),
          ),
          ...(args.endUserSpamNotificationFrequency === undefined
            ? []
            : [held("QuarantineNotification", "notification", { name: "" })]),
          ...plan.order.flatMap(heldIn),
          ...added(last),
        ]),
        ...account,
        ...guard,
      },
      under(),
    );
    const point = this.restorePoint;
    const site = {
      restorePoint: point,
      written: [] as readonly pulumi.Resource[],
      child,
      under,
      guard,
      adopt,
      account,
    };
    const begun = first?.create(site) ?? [];

    const policies = quarantines.map(({ key, suffix, inputs }) => ({
      key,
      policy: new QuarantinePolicy(
        child(suffix),
        {
          ...inputs,
          ...adopt,
          ...guard,
          restorePoint: point.of("QuarantinePolicy", inputs.name),
          adminDisplayName: point.mark(child(suffix)),
        },
        under(...begun),
      ),
    }));
    const policyOf = (who: "user" | "admin"): QuarantinePolicy | undefined =>
      policies.find(({ key }) => key === who)?.policy;
    this.userQuarantine = policyOf("user");
    this.adminQuarantine = policyOf("admin");

    this.quarantineNotification =
      args.endUserSpamNotificationFrequency === undefined
        ? undefined
        : new QuarantineNotification(
            child("notification"),
            {
              endUserSpamNotificationFrequency:
                args.endUserSpamNotificationFrequency,
              restorePoint: point.of("QuarantineNotification", ""),
            },
            under(...begun),
          );

    const ruleOf = (
      { suffix, inputs }: (typeof rules)[number],
      after: readonly pulumi.Resource[],
    ): TransportRule =>
      new TransportRule(
        child(suffix),
        {
          ...inputs,
          ...adopt,
          ...guard,
          restorePoint: point.of("TransportRule", inputs.name),
          comments: point.mark(child(suffix)),
        },
        under(...after),
      );
    const domainOf = (
      inputs: (typeof area1Domains)[number],
      after: readonly pulumi.Resource[],
    ): Area1Domain =>
      new Area1Domain(
        child(`domain-${inputs.domain}`),
        {
          ...inputs,
          ...guard,
          restorePoint: point.of("Area1Domain", inputs.domain),
        },
        under(...after),
      );
    const made = new Map<(typeof rules)[number], TransportRule>();
    // Each resource waits for the previous ones, so that a dependency on the last ones of a chain is enough.
    let written: readonly pulumi.Resource[] =
      policies.length > 0 ? policies.map(({ policy }) => policy) : begun;
    for (const stage of plan.order) {
      const after = written;
      if (stage === "antiSpam") {
        this.antiSpamPolicy = new AntiSpamPolicy(
          child("anti-spam"),
          {
            ...antiSpam,
            ...guard,
            restorePoint: point.of("AntiSpamPolicy", antiSpam.name),
          },
          under(...after),
        );
        written = [this.antiSpamPolicy];
      } else if (stage === "domains") {
        this.area1Domains = area1Domains.map((one) => domainOf(one, after));
        written = this.area1Domains;
      } else {
        const some = rules.filter(({ role }) => role === stage);
        for (const rule of some) made.set(rule, ruleOf(rule, after));
        if (some.length > 0)
          written = some.flatMap((rule) => made.get(rule) ?? []);
      }
    }
    this.transportRules = rules.flatMap((rule) => made.get(rule) ?? []);
    const rulesOf = (header: string): RulesOfHeader | undefined =>
      headers.some(({ key }) => key === header)
        ? Object.fromEntries(
            rules
              .filter(({ key }) => key === header)
              .map((rule) => [rule.role, made.get(rule)]),
          )
        : undefined;
    this.rules = { area1: rulesOf("area1"), cloudflare: rulesOf("cloudflare") };

    const ended = last?.create({ ...site, written }) ?? written;

    const { check = true, failOn } = args;
    // Does not contain values that are separate inputs.
    const digest = digestOf([
      domains,
      asSet(spamWords),
      spamScl,
      asSet(maliciousWords),
      maliciousScl,
      retention,
      args.endUserSpamNotificationFrequency,
      ...(useCase === 4 ? [] : [asSet(junkWords)]),
      ...[first, last].flatMap((one) => one?.objects ?? []),
    ]);
    this.mailFlowCheck = check
      ? new MailFlowCheck(
          child("mail-flow-check"),
          {
            findings: valueOf<readonly string[]>("acceptedFindings", []),
            ...(failOn !== undefined && { failOn }),
            domains: domains.map(({ domain }) => domain),
            domainsWithTransport: withTransport(domains),
            headers: headers.map(({ key }) => key),
            senderIpRanges,
            ruleNames: rules.map(({ inputs }) => inputs.name),
            ...(useCase !== 4 && { useCase }),
            userQuarantineName: userName,
            adminQuarantineName: adminName,
            digest,
            ...account,
          },
          // Last: it checks the result of all writes.
          under(
            ...ended,
            ...(this.quarantineNotification
              ? [this.quarantineNotification]
              : []),
          ),
        )
      : undefined;

    this.routes = pulumi
      .output({
        headers: headers.map(({ header }) => header),
        drops: plan.drops,
        rules: planned.map(({ words: inputs, action }) => ({
          words: joined(inputs.map((input) => words[input])),
          scl: action === "hosted" ? null : levels[action],
        })),
        verdicts: {
          spam: plan.spam,
          highConfidenceSpam: plan.highConfidenceSpam,
        },
        userQuarantine: userName,
        adminQuarantine: adminName,
        retentionDays: retention,
      })
      .apply(routesOf);

    pulumi
      .output({ spamWords, maliciousWords, maliciousScl, spamScl, retention })
      .apply((known) =>
        warningsOf(useCase, known).forEach((warning) => {
          void pulumi.log.warn(warning, this);
        }),
      );
  }

  /** Refuses a second component with the same provider before anything is created, because a provider is for one tenant. */
  private reasonAgainstSecond(
    component: string,
    name: string,
  ): string | undefined {
    const stack = pulumi.runtime.getStackResource();
    if (!stack) return undefined;
    const byProvider =
      made.get(stack) ?? new Map<pulumi.ProviderResource | undefined, string>();
    made.set(stack, byProvider);
    const provider = this.getProvider(registration().typeOf("Resource"));
    const other = byProvider.get(provider);
    if (other !== undefined)
      return `This program has the ${other} already, and a tenant has one use case: give its domains to that one, or a provider of its own to each tenant.`;
    byProvider.set(provider, `${component} "${name}"`);
    return undefined;
  }
}

/** Returns a component's outputs. Without `rules`: they are the same resources as `transportRules`, and a state needs them only once. */
export const outputsOf = (mail: MailRoutes) => ({
  restorePoint: mail.restorePoint,
  userQuarantine: mail.userQuarantine,
  adminQuarantine: mail.adminQuarantine,
  quarantineNotification: mail.quarantineNotification,
  antiSpamPolicy: mail.antiSpamPolicy,
  transportRules: mail.transportRules,
  area1Domains: mail.area1Domains,
  mailFlowCheck: mail.mailFlowCheck,
  routes: mail.routes,
});

/** The components of each program that runs in this process, by their provider. */
const made = new WeakMap<
  pulumi.Resource,
  Map<pulumi.ProviderResource | undefined, string>
>();

/** Returns a digest of resources' inputs. A resource with this digest as input changes whenever one of them does. */
const digestOf = (given: readonly unknown[]): pulumi.Output<string> =>
  pulumi
    .output(given)
    .apply((known) =>
      createHash("sha256")
        .update(JSON.stringify(known))
        .digest("hex")
        .slice(0, 16),
    );

/** Returns the domains for which the program sets a host. An output may have no value. */
const withTransport = (
  domains: readonly UseCaseDomain[],
): pulumi.Output<string[]> =>
  pulumi
    .all(domains.map(({ transport }) => transport))
    .apply((hosts) =>
      domains.flatMap(({ domain }, index) =>
        hosts[index] === undefined ? [] : [domain],
      ),
    );

/** Returns the words of several inputs. */
const joined = (
  lists: readonly pulumi.Output<readonly string[]>[],
): pulumi.Output<readonly string[]> =>
  lists.length === 1 && lists[0]
    ? lists[0]
    : pulumi.output([...lists]).apply((known) => known.flat());

/** Normalises words: their order and case have no meaning. */
const asSet = (words: pulumi.Output<readonly string[]>) =>
  words.apply((known) => known.map((word) => word.toLowerCase()).sort());

/** Returns the domains' account, if the program sets one: it must be the same for all. */
const accountOf = (domains: readonly UseCaseDomain[]) => {
  const given = domains.find(({ accountId }) => accountId !== undefined);
  return given?.accountId === undefined ? {} : { accountId: given.accountId };
};
