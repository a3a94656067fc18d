import type { End } from "../../../lib/mail-flow/end";
import type { Disposition, Header } from "../../../lib/mail-flow/message";
import {
  Account,
  newDomain,
  type EmailDomain,
} from "../../../simulator/account";
import {
  defaultAccount,
  defaultTenant,
  graphDomain,
} from "../../../simulator/contoso";
import {
  newRecord,
  type ExchangeRecord,
} from "../../../simulator/exchange-record";
import type { JsonObject } from "../../../simulator/json";
import { Mail } from "../../../simulator/mail/mail";
import type { Message } from "../../../simulator/mail/message";
import type { Delivery } from "../../../simulator/mail/trace";
import { defaultQuirks, type Quirks } from "../../../simulator/quirks";
import { Tenant } from "../../../simulator/tenant";
import { domains, hostOf } from "./names";
import type { RandomMessage, RandomTenant } from "./tenant";

/** What the two are compared in. */
export type Told = Pick<
  End,
  | "outcome"
  | "scl"
  | "verdict"
  | "policy"
  | "action"
  | "quarantinePolicy"
  | "release"
  | "notified"
  | "retentionDays"
>;

const base = defaultTenant();
const record = (object: JsonObject) => {
  const Name = object["Name"] ?? object["DomainName"];
  return newRecord({ ...object, Name: typeof Name === "string" ? Name : "" });
};

/** Puts a random tenant's objects in the place of a simulated tenant's and account's. */
export function configure(
  { tenant, account }: { tenant: Tenant; account: Account },
  random: RandomTenant,
): void {
  tenant.transportRules = random.transportRules.map(record);
  tenant.quarantinePolicies = [
    ...base.quarantinePolicies,
    ...random.quarantinePolicies.map(record),
  ];
  tenant.hostedContentFilterPolicies = random.antiSpamPolicies.map(record);
  tenant.hostedContentFilterRules = random.antiSpamRules.map(record);
  tenant.eopProtectionPolicyRules = random.presetRules.map(record);
  tenant.antiPhishPolicies = random.antiPhishPolicies.map(record);
  tenant.malwareFilterPolicies = random.malwarePolicies.map(record);
  tenant.acceptedDomains = random.acceptedDomains.map(record);
  tenant.inboundConnectors = random.inboundConnectors.map(record);
  tenant.connectionFilter = record(random.connectionFilter);
  tenant.domains = domains.map((id) => graphDomain(id, hostOf(id)));
  account.domains = random.protectedDomains.map((domain) =>
    newDomain({ txt_record_value: "", ...domain } as EmailDomain),
  );
}

/** Mail as the simulator sees it, wherever nobody has documented what happens in every way that its switches know. */
export class SimulatedMail {
  readonly tenant = new Tenant(base);
  readonly account = new Account(defaultAccount());
  readonly #quirks: Quirks = { ...defaultQuirks };
  #now = 0;
  readonly #mail = new Mail({
    tenants: new Map([[this.tenant.id, this.tenant]]),
    accounts: new Map([[this.account.id, this.account]]),
    quirks: this.#quirks,
    now: () => this.#now,
    written: () => undefined,
  });

  /** Makes it another tenant. */
  configure(random: RandomTenant): void {
    configure(this, random);
  }

  /** Where a message ends, if that is the same however the open questions are answered. */
  where(
    message: RandomMessage,
    disposition: Disposition,
    header: Header,
  ): Told {
    this.#now = message.at.getTime();
    const sent: Message = {
      recipient: message.recipient,
      recipientGroups: message.recipientGroups,
      disposition: disposition.toUpperCase() as "SPAM",
      headers: header,
      microsoftVerdict: message.microsoftVerdict,
      ...(message.sourceIp !== undefined && { senderIp: message.sourceIp }),
      ...(message.sender !== undefined && { sender: message.sender }),
      ...(message.bcl !== undefined && { bcl: message.bcl }),
    };
    return inCommon(
      this.#answers()
        .flatMap((answer) => {
          Object.assign(this.#quirks, answer);
          return this.#deliveries(sent);
        })
        .map(told),
    );
  }

  /** The answers to questions that nobody has answered, as far as this tenant raises them. */
  #answers(): Partial<Quirks>[] {
    const { transportRules, connectionFilter } = this.tenant;
    const sets7or8 = transportRules.some(
      ({ SetSCL }) => SetSCL === 7 || SetSCL === 8,
    );
    const scl = sets7or8
      ? (["highConfidenceSpam", "spam", "nothing"] as const)
      : (["nothing"] as const);
    const allows = connectionFilter["IPAllowList"];
    const lists =
      Array.isArray(allows) && allows.length > 0
        ? (["bypasses", "ruleWins"] as const)
        : (["bypasses"] as const);
    return scl.flatMap((scl7and8) =>
      lists.map((ipAllowList) => ({ scl7and8, ipAllowList })),
    );
  }

  /** Where a message ends, both if a rule of which it cannot be told matches and if it does not. */
  #deliveries(message: Message): Delivery[] {
    const delivery = this.#mail.where(message);
    const last = delivery.steps[delivery.steps.length - 1];
    const unknown = /^Whether it holds cannot be told here: (.*)$/.exec(
      last?.why ?? "",
    )?.[1];
    if (!last || unknown === undefined) return [delivery];
    const { transportRules } = this.tenant;
    const at = transportRules.findIndex(
      ({ Name }) => last.object === `TransportRule "${Name}"`,
    );
    const rule = transportRules[at] as ExchangeRecord;
    const without = Object.fromEntries(
      Object.entries(rule).filter(
        ([name]) => !unknown.split(", ").includes(name),
      ),
    ) as ExchangeRecord;
    const under = (changed: ExchangeRecord) => {
      this.tenant.transportRules = transportRules.with(at, changed);
      return this.#deliveries(message);
    };
    const both = [...under(without), ...under({ ...rule, State: "Disabled" })];
    this.tenant.transportRules = transportRules;
    return both;
  }
}

/** A delivery by the names of the model. */
function told(delivery: Delivery): Told {
  const { outcome, scl, verdict, notified, retentionDays } = delivery;
  const last = delivery.steps[delivery.steps.length - 1];
  // A rule is no policy, and its action goes by the parameter's name in a program.
  const byRule = verdict === null;
  const release = {
    recipient: "self",
    request: "request",
    administrator: "none",
  } as const;
  return {
    // The simulator knows all tenants, the model one: to it the domain is another's or nobody's.
    outcome:
      outcome === "rejected" && last?.property === "recipient"
        ? "notDocumented"
        : outcome,
    scl,
    verdict,
    policy: byRule || verdict === "none" ? null : delivery.policy,
    action:
      byRule && delivery.action !== null
        ? delivery.action.slice(0, 1).toLowerCase() + delivery.action.slice(1)
        : delivery.action,
    quarantinePolicy: delivery.quarantinePolicy,
    release: delivery.release === null ? null : release[delivery.release],
    notified,
    retentionDays,
  };
}

const ends = [
  "outcome",
  "quarantinePolicy",
  "release",
  "notified",
  "retentionDays",
] as const;

/** What several ends have in common; not documented where they differ in what anybody notices. */
function inCommon(all: readonly Told[]): Told {
  const [first, ...others] = all as [Told, ...Told[]];
  const common = Object.fromEntries(
    Object.entries(first).map(([key, value]) => [
      key,
      others.every((other) => other[key as keyof Told] === value)
        ? value
        : null,
    ]),
  ) as unknown as Told;
  const alike = others.every((other) =>
    ends.every((key) => other[key] === first[key]),
  );
  return alike ? common : { ...common, outcome: "notDocumented" };
}
