import { createHash } from "node:crypto";

import * as pulumi from "@pulumi/pulumi";

import { dropsMalicious } from "../providers/restored-object";
import { AntiSpamPolicy } from "./anti-spam-policy";
import { Area1Domain } from "./area1-domain";
import { egressIpRanges } from "./egress";
import { dispositionHeaders } from "./mail-flow/message";
import { MailFlowCheck } from "./mail-flow-check";
import { QuarantineNotification } from "./quarantine-notification";
import { QuarantinePolicy } from "./quarantine-policy";
import { markOf } from "./resource";
import { RestorePoint } from "./restore-point";
import { routesOf, type Route } from "./routes";
import { TransportRule } from "./transport-rule";
import {
  reasonAgainst,
  warningsOf,
  withName,
  type UseCase4Args,
  type UseCase4Domain,
} from "./use-case-4-args";

/** Every header generation, the frozen parts of its children's names, and the names of its rules. */
const generations = [
  {
    key: "area1",
    header: dispositionHeaders.area1,
    rule: "Area 1 User Quarantine Message",
  },
  {
    key: "cloudflare",
    header: dispositionHeaders.cloudflare,
    rule: "Email Security User Quarantine Message",
  },
] as const;

/**
 * Use case 4: Spam and Spoof go to a quarantine that the recipient manages, Malicious to one that only an administrator
 * releases. One per tenant. It writes in the order in which nothing is ever exposed: a point to return to, the quarantine policies, the
 * anti-spam policy, the administrator's rule, the user's rule, the domains; and takes away in the reverse. Last it looks at what really
 * happens to mail.
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
  /** What really happens to mail; not with `check: false`. */
  readonly mailFlowCheck: MailFlowCheck | undefined;
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
          ...domains.map(({ domain, dropDispositions }) =>
            held("Area1Domain", domain, `domain-${domain}`, {
              ...(dropDispositions !== undefined && {
                dropsMalicious: pulumi
                  .output(dropDispositions)
                  .apply(dropsMalicious),
              }),
            }),
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
          ...(release === "Release" && { onlyForSpam: true }),
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

    const { check = true, acceptedFindings, failOn } = args;
    // What is an input of its own already is not in it.
    const digest = digestOf([
      domains,
      asSet(spamWords),
      spamScl,
      asSet(maliciousWords),
      maliciousScl,
      retention,
      args.endUserSpamNotificationFrequency,
    ]);
    this.mailFlowCheck = check
      ? new MailFlowCheck(
          child("mail-flow-check"),
          {
            findings: acceptedFindings ?? [],
            ...(failOn !== undefined && { failOn }),
            domains: domains.map(({ domain }) => domain),
            domainsWithTransport: domains
              .filter(({ transport }) => transport !== undefined)
              .map(({ domain }) => domain),
            headers: headers.map(({ key }) => key),
            senderIpRanges,
            ruleNames: headers.flatMap(({ rule }) => [rule, adminRule(rule)]),
            userQuarantineName: userName,
            adminQuarantineName: adminName,
            digest,
            ...accountOf(domains),
          },
          // Last of all: it looks at what has become of everything.
          under(
            ...this.area1Domains,
            ...(this.quarantineNotification
              ? [this.quarantineNotification]
              : []),
          ),
        )
      : undefined;

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

    pulumi
      .all([spamWords, retention, maliciousScl, spamScl, maliciousWords])
      .apply(([words, days, high, low, grave]) =>
        warningsOf(words, days, high, low, grave).forEach((warning) => {
          void pulumi.log.warn(warning, this);
        }),
      );
    this.registerOutputs();
  }
}

/** Sums up what resources are given, so that whoever is given the sum sees that something has changed. */
const digestOf = (given: readonly unknown[]): pulumi.Output<string> =>
  pulumi
    .output(given)
    .apply((known) =>
      createHash("sha256")
        .update(JSON.stringify(known))
        .digest("hex")
        .slice(0, 16),
    );

/** Neither order nor case means anything. */
const asSet = (words: pulumi.Output<readonly string[]>) =>
  words.apply((known) => known.map((word) => word.toLowerCase()).sort());

const adminRule = (rule: string): string => `${rule} Admin Release`;

/** The account of the domains where the program gives one: then it is one for all. */
const accountOf = (domains: readonly UseCase4Domain[]) => {
  const given = domains.find(({ accountId }) => accountId !== undefined);
  return given?.accountId === undefined ? {} : { accountId: given.accountId };
};
