import * as pulumi from "@pulumi/pulumi";

import { AntiSpamPolicy } from "./anti-spam-policy";
import { Area1Domain, type Area1DomainArgs } from "./area1-domain";
import { egressIpRanges } from "./egress";
import {
  QuarantineNotification,
  type QuarantineNotificationArgs,
} from "./quarantine-notification";
import { QuarantinePolicy } from "./quarantine-policy";
import { markOf } from "./resource";
import { RestorePoint } from "./restore-point";
import { routesOf, type Route } from "./routes";
import { TransportRule } from "./transport-rule";

/** A domain with any input of {@link Area1Domain}; its name must be known before anything runs. */
export interface UseCase4Domain extends Omit<Area1DomainArgs, "domain"> {
  /** The domain, for example `example.com`. */
  domain: string;
}

/** The inputs of {@link UseCase4}. */
export interface UseCase4Args {
  /** The domains that Cloudflare protects, each once. */
  domains: readonly (string | UseCase4Domain)[];
  /**
   * Header that the rules look in: `X-Area1Security-Disposition` (`area1`), `X-CFEmailSecurity-Disposition` (`cloudflare`), or
   * a pair of rules for each. A rule takes one header, and which one an account's mail carries is not documented.
   * @default "both"
   */
  header?: "both" | "area1" | "cloudflare";
  /**
   * Words for mail whose recipient releases it. Spam carries `UCE`; `SPAM` is what the tutorial says, and is never stamped.
   * @default ["UCE", "SPAM", "SPOOF"]
   */
  spamWords?: pulumi.Input<readonly string[]>;
  /**
   * Words for mail that only an administrator releases.
   * @default ["MALICIOUS"]
   */
  maliciousWords?: pulumi.Input<readonly string[]>;
  /**
   * Spam confidence level for `spamWords`: 5 or 6 asks for the verdict Spam.
   * @default 5
   */
  spamScl?: pulumi.Input<number>;
  /**
   * Spam confidence level for `maliciousWords`: 9 asks for the verdict High confidence spam.
   * @default 9
   */
  maliciousScl?: pulumi.Input<number>;
  /**
   * Addresses that Cloudflare delivers from; see {@link TransportRule} for the form.
   * @default the published list, `egressIpRanges`
   */
  senderIpRanges?: pulumi.Input<readonly string[]>;
  /**
   * Days that quarantined mail is kept, 1 to 30; Cloudflare recommends 15 to 30.
   * @default 15
   */
  quarantineRetentionPeriod?: pulumi.Input<number>;
  /** How often recipients of the whole tenant are notified. Not managed when left out. */
  endUserSpamNotificationFrequency?: QuarantineNotificationArgs["endUserSpamNotificationFrequency"];
  /**
   * Name of the quarantine policy whose mail the recipient releases.
   * @default "UserNotifyUserRelease"
   */
  userQuarantineName?: pulumi.Input<string>;
  /**
   * Name of the quarantine policy whose mail an administrator releases when the recipient asks.
   * @default "UserNotifyAdminRelease"
   */
  adminQuarantineName?: pulumi.Input<string>;
  /**
   * Whether quarantine policies and rules of the same names that differ, or belong to another stack, are taken over.
   * @default false
   */
  adopt?: pulumi.Input<boolean>;
}

/** Every header generation, the frozen parts of its children's names, and the names of its rules. */
const generations = [
  {
    key: "area1",
    header: "X-Area1Security-Disposition",
    rule: "Area 1 User Quarantine Message",
  },
  {
    key: "cloudflare",
    header: "X-CFEmailSecurity-Disposition",
    rule: "Email Security User Quarantine Message",
  },
] as const;

/**
 * Use case 4: Spam and Spoof go to a quarantine that the recipient manages, Malicious to one that only an administrator
 * releases. One per tenant. It writes in the order in which nothing is ever exposed: a point to return to, the quarantine policies, the
 * anti-spam policy, the administrator's rule, the user's rule, the domains; and takes away in the reverse.
 */
export class UseCase4 extends pulumi.ComponentResource {
  /** What everything was before. */
  readonly restorePoint: RestorePoint;
  /** Its recipient releases mail from it. */
  readonly userQuarantine: QuarantinePolicy;
  /** An administrator releases mail from it. */
  readonly adminQuarantine: QuarantinePolicy;
  /** Only if `endUserSpamNotificationFrequency` is given. */
  readonly quarantineNotification: QuarantineNotification | undefined;
  /** The built-in policy `Default`. */
  readonly antiSpamPolicy: AntiSpamPolicy;
  /** The administrator's and the user's rule of each header, in this order. */
  readonly transportRules: readonly TransportRule[];
  /** In the order of `domains`. */
  readonly area1Domains: readonly Area1Domain[];
  /** Where mail of each disposition goes. */
  readonly routes: pulumi.Output<Route[]>;

  constructor(
    name: string,
    args: UseCase4Args,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("area1:index:UseCase4", name, {}, opts);
    const reason = reasonAgainst(args);
    if (reason) throw new pulumi.ResourceError(reason, this, true);

    const domains = args.domains.map(withName);
    const headers = generations.filter(
      ({ key }) => (args.header ?? "both") === "both" || args.header === key,
    );
    const adopt = args.adopt === undefined ? {} : { adopt: args.adopt };
    const spamWords = pulumi.output(args.spamWords ?? ["UCE", "SPAM", "SPOOF"]);
    const maliciousWords = pulumi.output(args.maliciousWords ?? ["MALICIOUS"]);
    const spamScl = pulumi.output(args.spamScl ?? 5);
    const maliciousScl = pulumi.output(args.maliciousScl ?? 9);
    const senderIpRanges = pulumi.output(args.senderIpRanges ?? egressIpRanges);
    const retention = pulumi.output(args.quarantineRetentionPeriod ?? 15);
    const userName = pulumi.output(
      args.userQuarantineName ?? "UserNotifyUserRelease",
    );
    const adminName = pulumi.output(
      args.adminQuarantineName ?? "UserNotifyAdminRelease",
    );
    const child = (suffix: string): string => `${name}-${suffix}`;
    const under = (
      ...dependsOn: readonly pulumi.Resource[]
    ): pulumi.CustomResourceOptions => ({
      parent: this,
      dependsOn: [...dependsOn],
    });

    const held = (
      kind: string,
      objectName: pulumi.Input<string>,
      suffix: string,
      more: object = {},
    ) => ({
      kind,
      name: objectName,
      mark: markOf(child(suffix)),
      ...adopt,
      ...more,
    });
    this.restorePoint = new RestorePoint(
      child("restore-point"),
      {
        objects: pulumi.output([
          held("QuarantinePolicy", userName, "user-quarantine", {
            recipientsRelease: true,
          }),
          held("QuarantinePolicy", adminName, "admin-quarantine"),
          ...(args.endUserSpamNotificationFrequency === undefined
            ? []
            : [held("QuarantineNotification", "", "notification")]),
          held("AntiSpamPolicy", "Default", "anti-spam"),
          ...headers.flatMap(({ key, rule }) => [
            held("TransportRule", adminRule(rule), `${key}-admin`),
            held("TransportRule", rule, `${key}-user`),
          ]),
          ...domains.map(({ domain }) =>
            held("Area1Domain", domain, `domain-${domain}`),
          ),
        ]),
        ...accountOf(domains),
      },
      under(),
    );
    const first = this.restorePoint;

    const quarantine = (
      suffix: string,
      policy: pulumi.Output<string>,
      release: "Release" | "RequestRelease",
    ): QuarantinePolicy =>
      new QuarantinePolicy(
        child(suffix),
        {
          name: policy,
          endUserQuarantinePermissions: [release, "Delete", "Preview"],
          esnEnabled: true,
          ...adopt,
          restorePoint: first.of("QuarantinePolicy", policy),
        },
        under(),
      );
    this.userQuarantine = quarantine("user-quarantine", userName, "Release");
    this.adminQuarantine = quarantine(
      "admin-quarantine",
      adminName,
      "RequestRelease",
    );

    this.quarantineNotification =
      args.endUserSpamNotificationFrequency === undefined
        ? undefined
        : new QuarantineNotification(
            child("notification"),
            {
              endUserSpamNotificationFrequency:
                args.endUserSpamNotificationFrequency,
              restorePoint: first.of("QuarantineNotification", ""),
            },
            under(),
          );

    const grave = this.adminQuarantine.name;
    this.antiSpamPolicy = new AntiSpamPolicy(
      child("anti-spam"),
      {
        name: "Default",
        spamAction: "Quarantine",
        spamQuarantineTag: this.userQuarantine.name,
        highConfidenceSpamAction: "Quarantine",
        highConfidenceSpamQuarantineTag: grave,
        phishSpamAction: "Quarantine",
        phishQuarantineTag: grave,
        highConfidencePhishAction: "Quarantine",
        highConfidencePhishQuarantineTag: grave,
        quarantineRetentionPeriod: retention,
        restorePoint: first.of("AntiSpamPolicy", "Default"),
      },
      under(this.userQuarantine, this.adminQuarantine),
    );

    const rule = (
      suffix: string,
      ruleName: string,
      header: string,
      words: pulumi.Input<readonly string[]>,
      scl: pulumi.Input<number>,
      ...after: pulumi.Resource[]
    ): TransportRule =>
      new TransportRule(
        child(suffix),
        {
          name: ruleName,
          headerContainsMessageHeader: header,
          headerContainsWords: words,
          senderIpRanges: senderIpRanges,
          setScl: scl,
          ...adopt,
          restorePoint: first.of("TransportRule", ruleName),
        },
        under(...after),
      );
    this.transportRules = headers.flatMap(({ key, header, rule: ruleName }) => {
      const admin = rule(
        `${key}-admin`,
        adminRule(ruleName),
        header,
        maliciousWords,
        maliciousScl,
        this.antiSpamPolicy,
      );
      return [
        admin,
        rule(`${key}-user`, ruleName, header, spamWords, spamScl, admin),
      ];
    });

    // Each waits for what is written before it, so that naming the last of a chain is enough.
    const userRules = this.transportRules.filter((_, index) => index % 2 === 1);
    // Last: a domain that drops Malicious today must not start to deliver it before the rules stand.
    this.area1Domains = domains.map(
      ({ domain, ...inputs }) =>
        new Area1Domain(
          child(`domain-${domain}`),
          {
            domain,
            ...inputs,
            restorePoint: first.of("Area1Domain", domain),
          },
          under(...userRules),
        ),
    );

    this.routes = pulumi
      .all([
        maliciousWords,
        maliciousScl,
        spamWords,
        spamScl,
        userName,
        adminName,
        retention,
      ])
      .apply(([grave, high, spam, low, user, admin, days]) =>
        routesOf({
          headers: headers.map(({ header }) => header),
          tiers: [
            { words: grave, scl: high },
            { words: spam, scl: low },
          ],
          userQuarantine: user,
          adminQuarantine: admin,
          retentionDays: days,
        }),
      );

    this.warnOf(spamWords, retention, maliciousScl, spamScl);
    this.registerOutputs();
  }

  /** Values that work but defeat the purpose: said on the component's row, in previews too. */
  private warnOf(
    spamWords: pulumi.Output<readonly string[]>,
    retention: pulumi.Output<number>,
    maliciousScl: pulumi.Output<number>,
    spamScl: pulumi.Output<number>,
  ): void {
    const warn = (message: string): void => {
      void pulumi.log.warn(message, this);
    };
    spamWords.apply((words) => {
      if (!words.some((word) => word.toUpperCase() === "UCE"))
        warn(
          "spamWords has no UCE: that is the word that spam carries, so no spam will match. Add it.",
        );
    });
    retention.apply((days) => {
      if (days < 15)
        warn(
          `quarantineRetentionPeriod is ${days}: mail is deleted for good after that many days. Cloudflare recommends 15 to 30.`,
        );
    });
    maliciousScl.apply((scl) => {
      if (scl < 9)
        warn(
          `maliciousScl is ${scl}: only 9 asks for the verdict High confidence spam, so Malicious may reach the quarantine that its recipient releases from, or the inbox. Use 9.`,
        );
    });
    spamScl.apply((scl) => {
      if (scl !== 5 && scl !== 6)
        warn(
          `spamScl is ${scl}: only 5 and 6 ask for the verdict Spam. Use 5.`,
        );
    });
  }
}

const adminRule = (rule: string): string => `${rule} Admin Release`;

/** In lower case and without a dot at the end, so that another spelling is not another domain. */
function withName(entry: string | UseCase4Domain): UseCase4Domain {
  const { domain, ...inputs } =
    typeof entry === "string" ? { domain: entry } : entry;
  return { ...inputs, domain: domain.toLowerCase().replace(/\.$/, "") };
}

/** The account of the domains where the program gives one: then it is one for all. */
const accountOf = (domains: readonly UseCase4Domain[]) => {
  const given = domains.find(({ accountId }) => accountId !== undefined);
  return given?.accountId === undefined ? {} : { accountId: given.accountId };
};

const inputs = [
  "domains",
  "header",
  "spamWords",
  "maliciousWords",
  "spamScl",
  "maliciousScl",
  "senderIpRanges",
  "quarantineRetentionPeriod",
  "endUserSpamNotificationFrequency",
  "userQuarantineName",
  "adminQuarantineName",
  "adopt",
] as const satisfies readonly (keyof UseCase4Args)[];

/** What is wrong with inputs that decide which resources there are; the rest is refused by the resources themselves. */
function reasonAgainst(args: UseCase4Args): string | undefined {
  const unknown = Object.keys(args).find(
    (key) => !inputs.some((input) => input === key),
  );
  if (unknown !== undefined)
    return `${unknown}: is not a property of UseCase4, which has ${inputs.join(", ")}.`;
  if (!Array.isArray(args.domains) || args.domains.length === 0)
    return 'domains: must not be empty; name at least one, like ["example.com"].';
  const names: string[] = [];
  for (const entry of args.domains as readonly unknown[]) {
    const domain =
      typeof entry === "object" && entry !== null
        ? (entry as Partial<UseCase4Domain>).domain
        : entry;
    if (typeof domain !== "string" || domain === "")
      return "domains: each must be a domain name, or an object with domain; the names must be known before anything runs.";
    const { domain: known } = withName(domain);
    if (names.includes(known))
      return `domains: ${known} is there twice; name each domain once.`;
    names.push(known);
  }
  const { header } = args;
  if (header !== undefined && !["both", "area1", "cloudflare"].includes(header))
    return `header: must be both, area1 or cloudflare, not "${String(header)}".`;
  return undefined;
}
