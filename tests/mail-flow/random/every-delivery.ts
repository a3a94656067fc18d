import type { ExchangeRecord } from "../../../simulator/exchange-record";
import { sendersIn } from "../../../simulator/exchange/sender-lists";
import type { Message } from "../../../simulator/mail/message";
import type { Delivery } from "../../../simulator/mail/trace";
import type { Quirks } from "../../../simulator/quirks";
import type { Tenant } from "../../../simulator/tenant";

/** Follows a message through a tenant. Called repeatedly. */
export interface Ways {
  /** The tenant; its rules are others while a message is under way. */
  readonly tenant: Tenant;
  /** The switches; they are others while a message is under way. */
  readonly quirks: Quirks;
  /** Whether Microsoft finds the message to be something by itself. */
  readonly hasVerdict: boolean;
  /** Takes the way as tenant and switches are now. */
  readonly follow: (unknown: Unknown) => Delivery;
}

/** Unknown properties of a message: whether it passes email authentication, and the certificate of the last hop. */
export type Unknown = Required<
  Pick<Message, "passesAuthentication" | "senderCertificate">
>;

/** Returns where a message ends for all variants of undocumented behaviour, and for both results of rules that cannot be evaluated. */
export function everyDelivery({
  tenant,
  quirks,
  hasVerdict,
  follow,
}: Ways): Delivery[] {
  // Mail from an allowed sender of an own domain must pass authentication, which is unknown for a message.
  const authentications = listsSenders(tenant, "Allowed")
    ? [true, false]
    : [true];
  const unknown = authentications.flatMap((passesAuthentication) =>
    certificates(tenant).map((senderCertificate) => ({
      passesAuthentication,
      senderCertificate,
    })),
  );
  return answers(tenant, hasVerdict).flatMap((answer) => {
    Object.assign(quirks, answer);
    return unknown.flatMap((one) => deliveries(tenant, () => follow(one)));
  });
}

/** No certificate, and each that a connector names. */
function certificates({ inboundConnectors }: Tenant): string[] {
  const named = inboundConnectors.flatMap(({ TlsSenderCertificateName }) =>
    typeof TlsSenderCertificateName === "string"
      ? [TlsSenderCertificateName.replace("*", "mx")]
      : [],
  );
  return [...new Set(["", ...named])];
}

/** Whether any policy has senders on its lists of that kind. */
function listsSenders(
  { hostedContentFilterPolicies }: Tenant,
  kind: "Allowed" | "Blocked",
): boolean {
  return hostedContentFilterPolicies.some((policy) =>
    ["Senders", "SenderDomains"].some(
      (list) => sendersIn(policy[`${kind}${list}`]).length > 0,
    ),
  );
}

/** Returns the variants of undocumented behaviour that matter in this tenant. */
function answers(tenant: Tenant, hasVerdict: boolean): Partial<Quirks>[] {
  const {
    transportRules,
    connectionFilter,
    inboundConnectors,
    organizationConfig,
  } = tenant;
  const sets7or8 = transportRules.some(
    ({ SetSCL }) => SetSCL === 7 || SetSCL === 8,
  );
  const scl = sets7or8
    ? (["highConfidenceSpam", "spam", "nothing"] as const)
    : (["nothing"] as const);
  const skips = inboundConnectors.some(
    (connector) =>
      connector["EFSkipLastIP"] === true || isFilled(connector["EFSkipIPs"]),
  );
  const isListed = ["IPAllowList", "IPBlockList"].some((list) =>
    isFilled(connectionFilter[list]),
  );
  const seen =
    skips && isListed ? (["seen", "unseen"] as const) : (["seen"] as const);
  const allows = connectionFilter["IPAllowList"];
  const lists = isFilled(allows)
    ? (["bypasses", "ruleWins"] as const)
    : (["bypasses"] as const);
  const blocks = listsSenders(tenant, "Blocked");
  const blocked = blocks
    ? (["highConfidenceSpam", "spam"] as const)
    : (["spam"] as const);
  const both =
    blocks && listsSenders(tenant, "Allowed")
      ? (["allowed", "blocked"] as const)
      : (["allowed"] as const);
  const sides = inboundConnectors.some((connector) =>
    isFilled(connector["AssociatedAcceptedDomains"]),
  )
    ? (["recipient", "sender"] as const)
    : (["recipient"] as const);
  const choices: { [Name in keyof Quirks]?: readonly Quirks[Name][] } = {
    associatedDomains: sides,
    directSendUnrestricted:
      organizationConfig["RejectDirectSend"] === true &&
      inboundConnectors.length > 0
        ? ["ignored", "matches"]
        : ["ignored"],
    scl7and8: scl,
    skippedHop: seen,
    ipAllowList: lists,
    blockedSender: blocked,
    allowedAndBlocked: both,
    // Without a verdict of Microsoft's own there is nothing to order.
    highConfidenceSpamOrder: hasVerdict
      ? ["beforeSpoof", "afterImpersonation"]
      : ["beforeSpoof"],
  };
  return Object.entries(choices).reduce<Partial<Quirks>[]>(
    (answers, [name, values]) =>
      answers.flatMap((answer) =>
        values.map((value) => ({ ...answer, [name]: value })),
      ),
    [{}],
  );
}

/** Returns where a message ends for both results of rules that cannot be evaluated. */
function deliveries(tenant: Tenant, follow: () => Delivery): Delivery[] {
  const delivery = follow();
  const last = delivery.steps[delivery.steps.length - 1];
  const unknown = /^The simulator cannot evaluate (.*)$/.exec(
    last?.why ?? "",
  )?.[1];
  if (!last || unknown === undefined) return [delivery];
  const { transportRules } = tenant;
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
    tenant.transportRules = transportRules.with(at, changed);
    return deliveries(tenant, follow);
  };
  const both = [...under(without), ...under({ ...rule, State: "Disabled" })];
  tenant.transportRules = transportRules;
  return both;
}

function isFilled(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}
