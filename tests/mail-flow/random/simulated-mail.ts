import type { Result } from "../../../mail-flow/result";
import type { Disposition, Header } from "../../../mail-flow/message";
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
import { newRecord } from "../../../simulator/exchange-record";
import type { JsonObject } from "../../../simulator/json";
import { Mail } from "../../../simulator/mail/mail";
import type { Message } from "../../../simulator/mail/message";
import type { Delivery } from "../../../simulator/mail/trace";
import { defaultQuirks, type Quirks } from "../../../simulator/quirks";
import { Tenant } from "../../../simulator/tenant";
import { everyDelivery } from "./every-delivery";
import { domains, hostOf } from "./names";
import type { RandomMessage, RandomTenant } from "./tenant";

/** What the two are compared in. */
export type Told = Pick<
  Result,
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
  tenant.organizationConfig = record(random.organizationConfig);
  tenant.domains = domains.map((id) => graphDomain(id, hostOf(id)));
  account.domains = random.protectedDomains.map((domain) =>
    newDomain({ txt_record_value: "", ...domain } as EmailDomain),
  );
}

/** Follows mail through the simulator, with all values of its switches where the behaviour is not documented. */
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

  /** Where a message ends, for each answer to the open questions. */
  ends(
    message: RandomMessage,
    disposition: Disposition,
    header: Header,
  ): Told[] {
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
    return everyDelivery({
      tenant: this.tenant,
      quirks: this.#quirks,
      hasVerdict: message.microsoftVerdict !== "none",
      follow: (unknown) => this.#mail.where({ ...sent, ...unknown }),
    }).map(told);
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

/** Merges several ends: not documented if they differ in something relevant. */
export function inCommon(all: readonly Told[]): Told {
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
