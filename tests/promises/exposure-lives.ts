import fc from "fast-check";

import type { InlineDeploymentArgs } from "../../lib";
import { egressIpRanges } from "../../lib/egress";
import type { AnyUseCaseArgs } from "../../lib/use-case-args";
import * as guard from "../../mail-flow/exposure";
import { useCaseNumbers, type UseCase } from "../../mail-flow/use-cases";
import type { Simulator } from "../../simulator/index";
import { isSet } from "../../simulator/json";
import type { JsonObject } from "../../simulator/json";
import type { Platform, Properties } from "../conformance/platform";
import { dnsServer } from "../mail-flow/dns-server";
import {
  dependsOn,
  inlineProgramOf,
  programOf,
  type Choice,
  type Stack,
  type Wanted,
} from "../sweep/stack";
import { leave, startingTenant, type StartingTenant } from "./random-tenants";
import { custom, switchOn } from "./tenants";
import type { Guarded } from "./watched-mail";
import { inWords, Watchman, type Found } from "./watchman";
import type { World } from "./world";

/** Matches refusals because of an exposure or a loss. */
export const guardRefusal = /would expose|would be lost/;

/** Refusals for other reasons, which do not change where mail goes. */
const otherRefusals = new RegExp(
  [
    "belongs to another (resource of this )?stack",
    "another resource of this stack has",
    "it no longer exists",
    "exists and differs",
    "exists already",
    "the restore point does not hold it",
    "a rule without a condition applies to all mail",
    "in headerContainsWords, which this program would take out",
  ].join("|"),
);

/** Inputs of the component, except its domains, and of an inbound connector next to it. */
export type Args = Partial<AnyUseCaseArgs> & {
  /** @default 4 */
  readonly useCase?: UseCase;
  readonly connector?: Readonly<Properties>;
  /** The inputs of InlineDeployment that no use case has. Missing if the component is that of a use case. */
  readonly inline?: Partial<InlineDeploymentArgs>;
};

type Dropped = ("MALICIOUS" | "MALICIOUS-BEC")[];
const domainsWith = (dropDispositions: Dropped): Args => ({
  domains: [{ domain: "example.com", dropDispositions }, "example.org"],
});

/** A connector that restricts everybody to Cloudflare's addresses. */
const lockDown: Properties = {
  senderIpAddresses: egressIpRanges,
  restrictDomainsToIpAddresses: true,
};

/** Successive programs of a stack. */
const programs: Readonly<Record<string, Args>> = {
  "as it comes": {},
  "the new header alone": { header: "cloudflare" },
  "the old header alone": { header: "area1" },
  "another user's quarantine": { userQuarantineName: "For recipients" },
  "another administrator's quarantine": { adminQuarantineName: "For admins" },
  "an administrator's quarantine that recipients release from today": {
    adminQuarantineName: "Open",
  },
  "a user's quarantine that only administrators release from today": {
    userQuarantineName: "Closed",
  },
  "the quarantines swapped": {
    userQuarantineName: "UserNotifyAdminRelease",
    adminQuarantineName: "UserNotifyUserRelease",
  },
  "a user's quarantine that was the administrator's": {
    userQuarantineName: "UserNotifyAdminRelease",
    adminQuarantineName: "For admins",
  },
  "more words": {
    maliciousWords: ["MALICIOUS", "SUSPICIOUS"],
    spamWords: ["UCE", "SPOOF", "BULK"],
  },
  "another word": { maliciousWords: ["PHISH"] },
  "another word as well": { maliciousWords: ["MALICIOUS", "PHISH"] },
  "fewer words": { spamWords: ["UCE"] },
  "SCL 6 for spam": { spamScl: 6 },
  "addresses of its own": { senderIpRanges: ["52.11.209.211"] },
  "another retention": { quarantineRetentionPeriod: 30 },
  "one domain": { domains: ["example.com"] },
  "a domain that drops Malicious": domainsWith(["MALICIOUS"]),
  "a domain that drops both labels of Malicious": domainsWith([
    "MALICIOUS",
    "MALICIOUS-BEC",
  ]),
  "a domain that drops nothing": domainsWith([]),
  "three domains, of which one drops Malicious": {
    domains: [
      { domain: "example.com", dropDispositions: ["MALICIOUS"] },
      "example.org",
      "example.net",
    ],
  },
  ...Object.fromEntries(
    useCaseNumbers.flatMap((useCase) => {
      // Those of the rules for Junk in tenants that somebody has set up by the tutorials of 2023.
      const junk = useCase === 4 ? {} : { junkWords: ["SUSPICIOUS", "BULK"] };
      return [
        [`use case ${useCase}`, { useCase, ...junk }],
        [`use case ${useCase} inline`, { useCase, ...junk, inline: {} }],
      ];
    }),
  ),
  "use case 1 with a net": { useCase: 1, holdMalicious: true },
  "use case 2 for one domain": { useCase: 2, domains: ["example.com"] },
  "use case 2 with a domain that drops nothing": {
    useCase: 2,
    ...domainsWith([]),
  },
  "the inline deployment": { inline: {} },
  "the inline deployment with the new header alone": {
    header: "cloudflare",
    inline: {},
  },
  "the inline deployment, locked down": {
    // All domains that the tenant accepts mail for.
    domains: ["example.com", "example.org", "example.net"],
    inline: { lockDown: true, lockDownAfterHours: 0 },
  },
  "a connector with Enhanced Filtering": {
    connector: { senderIpAddresses: egressIpRanges, efSkipLastIp: true },
  },
  "a connector with Enhanced Filtering for some recipients and addresses": {
    connector: {
      senderIpAddresses: ["104.30.32.0/24"],
      efSkipIps: ["104.30.32.0/24"],
      efUsers: ["megan@example.com"],
    },
  },
  "a lock-down": { connector: lockDown },
  "a lock-down that also accepts another host": {
    connector: {
      ...lockDown,
      senderIpAddresses: [...egressIpRanges, "192.0.2.7"],
    },
  },
  "a lock-down for one domain": {
    connector: { ...lockDown, associatedAcceptedDomains: ["example.com"] },
  },
  "a lock-down that lacks addresses of Cloudflare": {
    connector: { ...lockDown, senderIpAddresses: ["52.11.209.211"] },
  },
  "a lock-down to a certificate": {
    connector: {
      requireTls: true,
      restrictDomainsToCertificate: true,
      tlsSenderCertificateName: "*.gateway.example",
    },
  },
  "a connector that is switched off": {
    connector: { ...lockDown, enabled: false },
  },
  "what may expose": { ...domainsWith([]), allowExposure: true },
};

const userRule = "Email Security User Quarantine Message";
const adminRule = `${userRule} Admin Release`;
const bypass = "Somebody's bypass";

/** Changes by hand, of the stack's objects and of others. */
export const edits: Readonly<Record<string, (simulator: Simulator) => void>> = {
  "the user's rule catches Malicious": (simulator) =>
    editRule(simulator, userRule, {
      HeaderContainsWords: ["UCE", "MALICIOUS"],
    }),
  // An unmanaged rule would be lost.
  "the user's rule is removed, where it is ours": ({ tenant }) => {
    const comments = tenant.find("TransportRule", userRule)?.["Comments"];
    if (JSON.stringify(comments ?? "").includes("Managed by Pulumi"))
      tenant.remove("TransportRule", userRule);
  },
  "the administrator's rule asks for spam": (simulator) =>
    editRule(simulator, adminRule, { SetSCL: 5 }),
  "the administrator's rule is off": (simulator) =>
    editRule(simulator, adminRule, { Enabled: false }),
  "the administrator's rule only watches": (simulator) =>
    editRule(simulator, adminRule, { Mode: "Audit" }),
  "the administrator's rule has an exception": (simulator) =>
    editRule(simulator, adminRule, {
      ExceptIfRecipientDomainIs: ["example.com"],
    }),
  "the administrator's rule looks in another header": (simulator) =>
    editRule(simulator, adminRule, { HeaderContainsMessageHeader: "X-Pilot" }),
  "the administrator's rule has lost its word": (simulator) =>
    editRule(simulator, adminRule, { HeaderContainsWords: ["PILOT"] }),
  "the administrator's rule ends the processing": (simulator) =>
    editRule(simulator, adminRule, { StopRuleProcessing: true }),
  "the user's rule ends the processing": (simulator) =>
    editRule(simulator, userRule, { StopRuleProcessing: true }),
  "the administrator's rule comes last": (simulator) =>
    editRule(simulator, adminRule, {
      Priority: simulator.tenant.transportRules.length - 1,
    }),
  "the user's rule comes first": (simulator) =>
    editRule(simulator, userRule, { Priority: 0 }),
  "a rule bypasses for an address of Cloudflare's": ({ tenant }) => {
    if (!tenant.find("TransportRule", bypass))
      tenant.add("TransportRule", {
        Name: bypass,
        SenderIpRanges: ["52.11.209.211"],
        SetSCL: -1,
        StopRuleProcessing: true,
        Priority: 0,
      });
  },
  "an address of Cloudflare's is on the allow list": ({ tenant }) =>
    void (tenant.connectionFilter["IPAllowList"] = ["104.30.32.0/24"]),
  "a connector takes mail from an address of Cloudflare's alone": ({
    tenant,
  }) => {
    if (!tenant.find("InboundConnector", "By hand"))
      tenant.add("InboundConnector", {
        Name: "By hand",
        Enabled: true,
        ConnectorType: "Partner",
        SenderDomains: ["smtp:*;1"],
        SenderIPAddresses: ["104.30.32.0/24"],
        RestrictDomainsToIPAddresses: true,
        RequireTls: false,
      });
  },
  "the connector is switched off": ({ tenant }) => {
    if (tenant.find("InboundConnector", "From Cloudflare"))
      tenant.edit("InboundConnector", "From Cloudflare", { Enabled: false });
  },
  "the connector restricts nobody": ({ tenant }) => {
    if (tenant.find("InboundConnector", "From Cloudflare"))
      tenant.edit("InboundConnector", "From Cloudflare", {
        RestrictDomainsToIPAddresses: false,
        RestrictDomainsToCertificate: false,
      });
  },
  "spam goes to administrators": ({ tenant }) =>
    void tenant.edit("HostedContentFilterPolicy", "Default", {
      SpamQuarantineTag: "AdminOnlyAccessPolicy",
    }),
  "spam goes to Junk": ({ tenant }) =>
    void tenant.edit("HostedContentFilterPolicy", "Default", {
      SpamAction: "MoveToJmf",
    }),
  "high confidence spam goes to recipients": ({ tenant }) => {
    if (tenant.find("QuarantinePolicy", "UserNotifyUserRelease"))
      tenant.edit("HostedContentFilterPolicy", "Default", {
        HighConfidenceSpamQuarantineTag: "UserNotifyUserRelease",
      });
  },
  "phishing goes to Junk": ({ tenant }) =>
    void tenant.edit("HostedContentFilterPolicy", "Default", {
      PhishSpamAction: "MoveToJmf",
    }),
  "the administrator's quarantine is open": (simulator) =>
    grant(simulator, "HighConfidenceSpamQuarantineTag", 7),
  "the user's quarantine is closed": (simulator) =>
    grant(simulator, "SpamQuarantineTag", 11),
  "a policy before Default has recipients release high confidence spam": (
    simulator,
  ) =>
    custom(simulator, {
      HighConfidenceSpamAction: "Quarantine",
      HighConfidenceSpamQuarantineTag: "DefaultFullAccessPolicy",
    }),
  "a policy before Default puts high confidence spam into Junk": (simulator) =>
    custom(simulator, { HighConfidenceSpamAction: "MoveToJmf" }),
  "the Standard preset is on": (simulator) =>
    void switchOn(simulator, "Standard"),
  "Cloudflare has verified all domains": ({ account }) => {
    for (const { domain } of [...account.domains])
      account.edit(domain, { status: "ACTIVE" });
  },
  "the domain drops Malicious": ({ account }) => {
    if (account.find("example.com"))
      account.edit("example.com", { drop_dispositions: ["MALICIOUS"] });
  },
};

/** Changes a rule if it exists, unless it would then have half of a condition, which Exchange rejects. */
function editRule(
  { tenant }: Simulator,
  name: string,
  changes: JsonObject,
): void {
  const found = tenant.find("TransportRule", name);
  const after = { ...found, ...changes };
  const halves = [
    after["HeaderContainsMessageHeader"],
    after["HeaderContainsWords"],
  ].filter(isSet);
  if (found && halves.length !== 1) tenant.edit("TransportRule", name, changes);
}

/** Changes recipients' permissions in a quarantine policy that a tag of Default names, unless it is built in. */
function grant(
  { tenant }: Simulator,
  tag: string,
  EndUserQuarantinePermissionsValue: number,
): void {
  const name = tenant.find("HostedContentFilterPolicy", "Default")?.[tag];
  const found = tenant.find("QuarantinePolicy", name as string);
  if (found && found["BuiltIn"] !== true)
    tenant.edit("QuarantinePolicy", found.Name, {
      EndUserQuarantinePermissionsValue,
    });
}

const known = new Map<string, Promise<Wanted[]>>();

/** DNS in which all domains point at Cloudflare. */
const dns = dnsServer(
  Object.fromEntries(
    ["example.com", "example.org", "example.net"].map((domain) => [
      domain,
      ["mxa.global.inbound.cf-emailsecurity.net"],
    ]),
  ),
);

/** Returns the resources of a program. Creates them only once. */
export function resourcesOf(args: Args): Promise<Wanted[]> {
  const key = JSON.stringify(args);
  const found = known.get(key) ?? registered(args);
  known.set(key, found);
  return found;
}

async function registered({
  connector,
  inline,
  useCase = 4,
  ...args
}: Args): Promise<Wanted[]> {
  const all = {
    domains: ["example.com", "example.org"],
    adopt: true,
    ...args,
  };
  const component = inline
    ? await inlineProgramOf({
        ...all,
        useCase,
        dnsServer: (await dns).address,
        ...inline,
      })
    : await programOf(all, useCase);
  if (!connector) return component;
  const guarded = component.find(({ inputs }) => inputs["guardedMail"]);
  const { guardedMail, allowExposure } = guarded?.inputs ?? {};
  const last = component.findLastIndex(({ kind }) => kind === "AntiSpamPolicy");
  return component.toSpliced(last + 1, 0, {
    name: "connector",
    kind: "InboundConnector",
    inputs: {
      name: "From Cloudflare",
      senderDomains: ["*"],
      comment: "Managed by Pulumi: ops/dev/connector",
      adopt: args.adopt ?? true,
      guardedMail,
      ...(allowExposure !== undefined && { allowExposure }),
      ...connector,
    },
    needs: component.slice(0, last + 1).map(({ name }) => name),
  });
}

/** Returns one of the orders that the engine may use. @param picks a number for each resource, which selects the order. */
function ordered(
  program: readonly Wanted[],
  picks: readonly number[],
): Wanted[] {
  const left = [...program];
  const order: Wanted[] = [];
  for (let at = 0; left.length > 0; at++) {
    const free = left.filter(
      (one) => !left.some((other) => dependsOn(one, other)),
    );
    const next = free[(picks[at % picks.length] ?? 0) % free.length];
    if (!next) throw new Error("the dependencies go round");
    order.push(next);
    left.splice(left.indexOf(next), 1);
  }
  return order;
}

/** A step in the life of a stack. */
export interface Step {
  /** Changes by hand before it. */
  readonly edited: readonly string[];
  readonly refresh: boolean;
  /** The new program; undefined: unchanged. */
  readonly program: string | undefined;
  /** The resources that the `up` is limited to, by their positions among all of the program and the state. */
  readonly how: {
    readonly option: "all" | "target" | "exclude" | "replace";
    readonly picks: readonly number[];
  };
}

/** A tenant, and the steps of a stack there. */
export interface Life {
  readonly tenant: StartingTenant;
  readonly adopt: boolean;
  readonly steps: readonly Step[];
  /** Whether the component is removed from the program at the end, instead of a destroy. */
  readonly leaves: boolean;
  /** The order of resources that may be created in parallel. */
  readonly order: readonly number[];
}

const everything: Step["how"] = { option: "all", picks: [] };
const how: fc.Arbitrary<Step["how"]> = fc.oneof(
  { withCrossShrink: true },
  { weight: 4, arbitrary: fc.constant(everything) },
  {
    weight: 3,
    arbitrary: fc.record({
      option: fc.constantFrom(
        ...(["target", "target", "exclude", "replace"] as const),
      ),
      picks: fc.uniqueArray(fc.nat(15), { minLength: 1, maxLength: 4 }),
    }),
  },
);
const program = fc.constantFrom(...Object.keys(programs));
const step: fc.Arbitrary<Step> = fc.record({
  edited: fc.oneof(
    fc.constant<string[]>([]),
    fc.subarray(Object.keys(edits), { minLength: 1, maxLength: 3 }),
  ),
  refresh: fc.boolean(),
  program: fc.option(program, { nil: undefined, freq: 3 }),
  how,
});

/** Generates random lives. */
export const anyLife: fc.Arbitrary<Life> = fc.record({
  tenant: startingTenant,
  adopt: fc.oneof(
    { withCrossShrink: true },
    { weight: 3, arbitrary: fc.constant(true) },
    { weight: 1, arbitrary: fc.constant(false) },
  ),
  steps: fc
    .tuple(program, fc.array(step, { maxLength: 3 }))
    .map(([first, more]) => [
      { edited: [], refresh: false, program: first, how: everything },
      ...more,
    ]),
  leaves: fc.oneof(
    { weight: 4, arbitrary: fc.constant(false) },
    fc.constant(true),
  ),
  order: fc.array(fc.nat(9), { minLength: 1, maxLength: 6 }),
});

/** The result of a life. */
export interface Lived {
  /** Violations, a line each. */
  readonly wrong: string[];
  /** Number of checked writes. */
  readonly looks: number;
  readonly refused: number;
  /** Refusals that a second run could not check, by its error. */
  readonly unjudged: readonly string[];
}

/** The violations of an operation, and its error, if it failed. */
interface Watched {
  readonly violations: Found[];
  readonly failure: string | undefined;
}

/** The stack of a life with its checks. */
class Living {
  readonly wrong: string[] = [];
  refused = 0;
  readonly unjudged: string[] = [];
  readonly watchman: Watchman;
  readonly stack: Stack;
  now: Args = {};
  /** Whether a program of this life had `allowExposure`: then its destroy may expose mail as well. */
  #mightExpose = false;
  /** The use case of the last `up` of all resources that succeeded. */
  #settled: UseCase | undefined;
  readonly #judged = new Set<string>();

  constructor(
    readonly world: World,
    readonly life: Life,
    readonly platform: Platform,
    patience: string,
  ) {
    this.watchman = new Watchman(world.simulator);
    // The guard checks a refusal again after a tenth of this limit.
    const environment = { ...world.environment, AREA1_PATIENCE_MS: patience };
    this.stack = world.stack(environment, platform);
  }

  async take({ edited, refresh, program, how }: Step): Promise<void> {
    const { simulator } = this.world;
    for (const edit of edited) edits[edit]?.(simulator);
    if (program !== undefined)
      this.now = { ...programs[program], adopt: this.life.adopt };
    this.#mightExpose ||= this.#mayExpose;
    if (refresh) await this.stack.refresh();
    // The engine does not support targets for a component whose type changes.
    const { useCase = 4 } = this.now;
    const switches = this.#settled !== undefined && this.#settled !== useCase;
    const limited = how.option === "target" || how.option === "exclude";
    await this.up(switches && limited ? everything : how);
  }

  /** Runs `up` with checks. */
  async up(how: Step["how"] = everything): Promise<void> {
    const program = await this.#program(this.now);
    const options = this.#options(program, how);
    const found = await this.#watched(this.stack, program, options);
    this.#note(found.violations);
    if (found.failure === undefined) {
      if (how.option === "all" || how.option === "replace")
        this.#settled = this.now.useCase ?? 4;
      return;
    }
    this.refused += 1;
    if (otherRefusals.test(found.failure)) return;
    if (guardRefusal.test(found.failure))
      await this.#judge(found.failure, options);
    else this.wrong.push(found.failure);
  }

  /** Runs `destroy`, or an `up` without the component. */
  async end(changed: boolean): Promise<void> {
    const { stack } = this;
    const { violations, failure } = await this.#watchedAtTheEnd(() =>
      this.life.leaves ? stack.up([]) : stack.destroy(),
    );
    if (failure !== undefined && !otherRefusals.test(failure))
      this.wrong.push(failure);
    if (!changed) return this.#note(violations);
    // Where mail is after a destroy, it would be without us. A domain goes before rules that somebody has changed by hand, and that no
    // `up` repaired: what they do not hold until they are restored is warned of.
    const warnings = await stack.warnings();
    this.#note(
      this.watchman
        .beyondNow(violations)
        .filter(
          ({ domain }) =>
            domain === undefined ||
            !warnings.some((one) =>
              one.startsWith(`domain "${domain}": from now on mail`),
            ),
        ),
    );
  }

  get guarded(): Guarded {
    return guardedBy(this.now);
  }

  #note(found: readonly Found[]): void {
    this.wrong.push(...new Set(found.map(inWords)));
  }

  async #program(args: Args): Promise<Wanted[]> {
    return ordered(await resourcesOf(args), this.life.order);
  }

  /** An `up` of this stack or of a copy, what it did that it must not do, and why it failed, if it did. */
  async #watched(
    stack: Stack,
    program: readonly Wanted[],
    options: Choice,
  ): Promise<Watched> {
    const up = () => stack.up(program, options);
    // A resource that is removed alone is treated as in a destroy.
    if (stack.asked(program, options).length === 0)
      return this.#watchedAtTheEnd(up);
    this.watchman.watchUp(this.guarded, this.#mayExpose);
    const failure = await failureOf(up());
    return { violations: this.watchman.stop(), failure };
  }

  /** Runs a destroy with the same checks. */
  async #watchedAtTheEnd(
    destroy: () => Promise<unknown>,
    mayExpose = this.#mightExpose,
  ): Promise<Watched> {
    if (!mayExpose) this.watchman.watchDestroy(this.guarded);
    const failure = await failureOf(destroy());
    return { violations: this.watchman.stop(), failure };
  }

  get #mayExpose(): boolean {
    return this.now.allowExposure === true;
  }

  #options(
    program: readonly Wanted[],
    { option, picks }: Step["how"],
  ): Choice & { replace?: readonly string[] } {
    if (option === "all") return {};
    const names = [
      ...new Set([
        ...program.map(({ name }) => name),
        ...this.stack.resources.keys(),
      ]),
    ].sort();
    return {
      [option]: picks.flatMap((pick) => names[pick % names.length] ?? []),
    };
  }

  /** Checks whether a refusal is unnecessary, unless the same one was checked and nothing has changed since. */
  async #judge(refusal: string, options: Choice): Promise<void> {
    const { simulator } = this.world;
    const key = JSON.stringify([
      refusal,
      this.now,
      options,
      this.watchman.now.key,
    ]);
    if (this.#judged.has(key)) return;
    this.#judged.add(key);
    // Only the model of the mail flow follows this mail to every domain and from every host, and from senders inside.
    if (
      / mail that does not come from Cloudflare|rejectDirectSend true: | from [\w.-]+\.[a-z]+(,| to recipients)/.test(
        refusal,
      )
    ) {
      this.unjudged.push(refusal);
      return;
    }
    const before = simulator.snapshot();
    const unguarded = jest.spyOn(guard, "harmsOf").mockReturnValue([]);
    const { violations, failure } = await this.#withoutGuard(refusal, options);
    unguarded.mockRestore();
    simulator.restore(before);
    if (violations.length > 0) return;
    // The restore point judges the lock-down as it is in the end; the first `up` leaves it off.
    if (this.now.inline?.lockDown === true) this.unjudged.push(refusal);
    else if (failure === undefined) this.wrong.push(`needless: ${refusal}`);
    else this.unjudged.push(failure);
  }

  /**
   * What would have happened without a refusal, in a copy of the stack. The restore point refuses a program for what all of it does, and
   * its destroy, to what there is; which of its resources an `up` is for, nobody tells it.
   */
  async #withoutGuard(refusal: string, options: Choice): Promise<Watched> {
    const { environment, platform } = this.world;
    // In this process, because the guard cannot be removed in another one.
    const stack = this.world.stack(environment, platform);
    stack.state = this.stack.state;
    // Ignores that it may be refused for other reasons as well.
    const args = { ...this.now, adopt: true };
    if (!/Cannot begin/.test(refusal))
      return this.#watched(stack, await this.#program(args), options);
    await stack.refresh();
    // In the order of the restore point, which is a valid order for the engine. It knows only the component's resources.
    const { connector: _, ...component } = args;
    const up = await this.#watched(stack, await resourcesOf(component), {});
    if (up.violations.length > 0 || up.failure !== undefined) return up;
    return this.#watchedAtTheEnd(() => stack.destroy(), this.#mayExpose);
  }
}

/** Returns the error of a promise, or undefined. */
const failureOf = (work: Promise<unknown>): Promise<string | undefined> =>
  work.then(
    () => undefined,
    ({ message }: Error) => message,
  );

/** Returns the mail that a program guards. */
const guardedBy = ({
  useCase,
  header = "both",
  maliciousWords = ["MALICIOUS"],
  senderIpRanges = egressIpRanges,
}: Args): Guarded => ({
  header,
  words: maliciousWords as readonly string[],
  ranges: senderIpRanges as readonly string[],
  releasesHighConfidenceSpam: useCase === 2,
});

/** Matches errors because an operation's time limit was exceeded. */
const impatient = /did not answer within|the patience of this operation/;

/** Runs a life to its end, and returns the violations. Repeats it with a longer time limit if a busy machine exceeded it. */
export async function lived(
  world: World,
  life: Life,
  platform: Platform = world.platform,
): Promise<Lived> {
  const found = await livedWith("2000", world, life, platform);
  return found.wrong.some((one) => impatient.test(one))
    ? livedWith("60000", world, life, platform)
    : found;
}

async function livedWith(
  patience: string,
  world: World,
  life: Life,
  platform: Platform,
): Promise<Lived> {
  leave(world.simulator, life.tenant);
  const living = new Living(world, life, platform, patience);
  let changed = false;
  for (const step of life.steps) {
    changed ||= step.edited.length > 0;
    await living.take(step);
  }
  if (changed) {
    await living.stack.refresh();
    await living.up();
  }
  await living.end(changed);
  const { wrong, refused, unjudged, watchman } = living;
  return { wrong, refused, unjudged, looks: watchman.looks };
}
