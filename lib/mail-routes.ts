import { createHash } from "node:crypto";

import * as pulumi from "@pulumi/pulumi";

import { AntiSpamPolicy } from "./anti-spam-policy";
import { Area1Domain, type Area1DomainArgs } from "./area1-domain";
import { egressIpRanges } from "./egress";
import {
  antiSpamInputs,
  domainInputs,
  quarantineInputs,
  ruleInputs,
  useCase4Defaults,
  useCase4Headers,
} from "../mail-flow/use-case-4";
import { MailFlowCheck } from "./mail-flow-check";
import { QuarantineNotification } from "./quarantine-notification";
import { QuarantinePolicy } from "./quarantine-policy";
import { registration } from "./registration";
import { markOf, type AdoptArgs, type GuardArgs } from "./resource";
import { RestorePoint } from "./restore-point";
import { routesOf, type Route } from "./routes";
import { TransportRule } from "./transport-rule";
import {
  reasonAgainstValue,
  warningsOf,
  withName,
  type UseCase4Args,
  type UseCase4Domain,
} from "./use-case-4-args";

/** The two rules of a header. */
export interface RulesOfHeader {
  /** For mail that only an administrator can release: `maliciousWords`. */
  readonly admin: TransportRule;
  /** For mail that its recipient can release: `spamWords`. */
  readonly user: TransportRule;
}

/** The rules of `UseCase4` by header. */
export interface UseCase4Rules {
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
  readonly area1Domains: readonly Area1Domain[];
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
  /** The last parts of the types that its state may have, because the program had another of these components before. */
  readonly others: readonly string[];
  /** Why its inputs are not valid. */
  readonly reason: string | undefined;
  readonly additions?: Additions;
}

/** The resources that make the routes of use case 4, for the components that have them. */
export abstract class MailRoutes extends pulumi.ComponentResource {
  /** The previous values of all objects. */
  readonly restorePoint: RestorePoint;
  /** The quarantine policy whose mail the recipient can release. */
  readonly userQuarantine: QuarantinePolicy;
  /** The quarantine policy whose mail an administrator releases. */
  readonly adminQuarantine: QuarantinePolicy;
  /** Only if `endUserSpamNotificationFrequency` is set. */
  readonly quarantineNotification: QuarantineNotification | undefined;
  /** The built-in policy `Default`. */
  readonly antiSpamPolicy: AntiSpamPolicy;
  /** The administrator's and the user's rule of each header, in this order. */
  readonly transportRules: readonly TransportRule[];
  /** The same rules by header and by who can release, for example `rules.cloudflare?.admin`. A header that `header` excludes has none. */
  readonly rules: UseCase4Rules;
  /** In the order of `domains`. */
  readonly area1Domains: readonly Area1Domain[];
  /** The check of what really happens to mail; undefined with `check: false`. */
  readonly mailFlowCheck: MailFlowCheck | undefined;
  /** Where the program sends mail of each disposition; see `mailFlowCheck.routes` for where it really goes. */
  readonly routes: pulumi.Output<Route[]>;

  protected constructor(
    { component, others, reason: reasonBefore, additions = {} }: Component,
    name: string,
    args: UseCase4Args,
    opts: pulumi.ComponentResourceOptions | undefined,
  ) {
    super(
      `area1:index:${component}`,
      name,
      // Invalid inputs are not registered, because they may have a type that the engine does not support.
      reasonBefore === undefined ? { ...args } : {},
      pulumi.mergeOptions(opts, {
        aliases: others.map((type) => ({ type: `area1:index:${type}` })),
      }),
    );
    const { first, last } = additions;
    const reason = reasonBefore ?? this.reasonAgainstSecond(component, name);
    if (reason) throw new pulumi.ResourceError(reason, this, true);

    const domains = args.domains.map(withName);
    const headers = useCase4Headers.filter(
      ({ key }) => (args.header ?? "both") === "both" || args.header === key,
    );
    const adopt = args.adopt === undefined ? {} : { adopt: args.adopt };
    /** Returns the program's value or the default. Checks it as soon as it is known. */
    const valueOf = <T>(
      input: keyof UseCase4Args,
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
    const byDefault = useCase4Defaults;
    const spamWords = valueOf<readonly string[]>(
      "spamWords",
      byDefault.spamWords,
    );
    const maliciousWords = valueOf<readonly string[]>(
      "maliciousWords",
      byDefault.maliciousWords,
    );
    const spamScl = valueOf<number>("spamScl", byDefault.spamScl);
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
      },
      ...allow,
    };

    const userQuarantine = quarantineInputs(userName, "Release");
    const adminQuarantine = quarantineInputs(adminName, "RequestRelease");
    const antiSpam = antiSpamInputs(userName, adminName, retention);
    const rules = headers.map(({ key, header, admin, user }) => ({
      key,
      admin: ruleInputs(
        admin,
        header,
        maliciousWords,
        senderIpRanges,
        maliciousScl,
      ),
      user: ruleInputs(user, header, spamWords, senderIpRanges, spamScl),
    }));
    const area1Domains = domains.map((inputs) => ({
      ...domainInputs,
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
    this.restorePoint = new RestorePoint(
      child("restore-point"),
      {
        // In the order in which they are written.
        objects: pulumi.output([
          ...added(first),
          held("QuarantinePolicy", "user-quarantine", userQuarantine),
          held("QuarantinePolicy", "admin-quarantine", adminQuarantine),
          ...(args.endUserSpamNotificationFrequency === undefined
            ? []
            : [held("QuarantineNotification", "notification", { name: "" })]),
          held("AntiSpamPolicy", "anti-spam", antiSpam),
          ...rules.flatMap(({ key, admin, user }) => [
            held("TransportRule", `${key}-admin`, admin),
            held("TransportRule", `${key}-user`, user),
          ]),
          ...area1Domains.map(({ domain: name, ...inputs }) =>
            held("Area1Domain", `domain-${name}`, { name, ...inputs }),
          ),
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
      area1Domains: [] as readonly Area1Domain[],
      child,
      under,
      guard,
      adopt,
      account,
    };
    const begun = first?.create(site) ?? [];

    const quarantinePolicy = (
      suffix: string,
      inputs: typeof userQuarantine,
    ): QuarantinePolicy =>
      new QuarantinePolicy(
        child(suffix),
        {
          ...inputs,
          ...adopt,
          ...guard,
          restorePoint: point.of("QuarantinePolicy", inputs.name),
          adminDisplayName: point.mark(child(suffix)),
        },
        under(...begun),
      );
    this.userQuarantine = quarantinePolicy("user-quarantine", userQuarantine);
    this.adminQuarantine = quarantinePolicy(
      "admin-quarantine",
      adminQuarantine,
    );

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

    this.antiSpamPolicy = new AntiSpamPolicy(
      child("anti-spam"),
      {
        ...antiSpam,
        ...guard,
        restorePoint: point.of("AntiSpamPolicy", antiSpam.name),
      },
      under(this.userQuarantine, this.adminQuarantine),
    );

    const transportRule = (
      suffix: string,
      inputs: (typeof rules)[number]["user"],
      after: pulumi.Resource,
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
        under(after),
      );
    const pairs = rules.map(({ key, admin: adminInputs, user }) => {
      const admin = transportRule(
        `${key}-admin`,
        adminInputs,
        this.antiSpamPolicy,
      );
      return { key, admin, user: transportRule(`${key}-user`, user, admin) };
    });
    this.transportRules = pairs.flatMap(({ admin, user }) => [admin, user]);
    const pairOf = (header: string): RulesOfHeader | undefined => {
      const pair = pairs.find(({ key }) => key === header);
      return pair && { admin: pair.admin, user: pair.user };
    };
    this.rules = { area1: pairOf("area1"), cloudflare: pairOf("cloudflare") };

    // Each resource waits for the previous one, so that a dependency on the last of a chain is enough.
    const userRules = pairs.map(({ user }) => user);
    // Last: a domain that drops Malicious today must not start to deliver it before the rules exist.
    this.area1Domains = area1Domains.map(
      (inputs) =>
        new Area1Domain(
          child(`domain-${inputs.domain}`),
          {
            ...inputs,
            ...guard,
            restorePoint: point.of("Area1Domain", inputs.domain),
          },
          under(...userRules),
        ),
    );

    const ended =
      last?.create({ ...site, area1Domains: this.area1Domains }) ??
      this.area1Domains;

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
            ruleNames: headers.flatMap(({ user, admin }) => [user, admin]),
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
        tiers: [
          { words: maliciousWords, scl: maliciousScl },
          { words: spamWords, scl: spamScl },
        ],
        userQuarantine: userName,
        adminQuarantine: adminName,
        retentionDays: retention,
      })
      .apply(routesOf);

    pulumi
      .all([spamWords, retention, maliciousScl, spamScl, maliciousWords])
      .apply((known) =>
        warningsOf(...known).forEach((warning) => {
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
      return `This program has the ${other} already, and there is one ${component} for a tenant: give its domains to that one, or a provider of its own to each tenant.`;
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
  domains: readonly UseCase4Domain[],
): pulumi.Output<string[]> =>
  pulumi
    .all(domains.map(({ transport }) => transport))
    .apply((hosts) =>
      domains.flatMap(({ domain }, index) =>
        hosts[index] === undefined ? [] : [domain],
      ),
    );

/** Normalises words: their order and case have no meaning. */
const asSet = (words: pulumi.Output<readonly string[]>) =>
  words.apply((known) => known.map((word) => word.toLowerCase()).sort());

/** Returns the domains' account, if the program sets one: it must be the same for all. */
const accountOf = (domains: readonly UseCase4Domain[]) => {
  const given = domains.find(({ accountId }) => accountId !== undefined);
  return given?.accountId === undefined ? {} : { accountId: given.accountId };
};
