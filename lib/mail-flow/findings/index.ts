import type { Finding } from "../finding";
import type { Snapshot } from "../snapshot";
import type { Check, PartName, Parts } from "./check";
import type { Context } from "./context";
import { connectionChecks } from "./connection";
import { domainChecks } from "./domains";
import { egressRangeChecks } from "./egress-ranges";
import { ownRuleChecks } from "./own-rules";
import { foreignRuleChecks } from "./foreign-rules";
import { policyChecks } from "./policies";
import { quarantineChecks } from "./quarantine";

export type { Check, Detail } from "./check";
export { contextOf, type Context } from "./context";

/** Every check over a snapshot, in the order in which a message meets what they look at. */
export const checks: readonly Check[] = [
  ...domainChecks,
  ...connectionChecks,
  ...ownRuleChecks,
  ...egressRangeChecks,
  ...foreignRuleChecks,
  ...policyChecks,
  ...quarantineChecks,
];

/**
 * What is wrong with a snapshot, and what could not be looked at: the findings of the checks that are for `context.purpose`,
 * failures and warnings first as the checks come, one for each object; `skipped` for a check whose part of the snapshot was not read.
 */
export const examine = (snapshot: Snapshot, context: Context): Finding[] =>
  report(snapshot, context).filter(({ status }) => status !== "ok");

/** The same with a finding `ok` for each check that found nothing. */
export function report(snapshot: Snapshot, context: Context): Finding[] {
  const resolved = {
    ...context,
    domains: domainsOf(snapshot, context).map((name) => name.toLowerCase()),
  };
  return checks
    .filter(
      ({ appliesTo }) => appliesTo === "stack" || context.purpose === "doctor",
    )
    .flatMap((check) => findingsOf(check, snapshot, resolved));
}

function findingsOf(
  check: Check,
  snapshot: Snapshot,
  context: Context,
): Finding[] {
  const { name, url, needs, severity } = check;
  const unavailable = needs.flatMap((part) =>
    "unavailable" in snapshot[part] ? [snapshot[part].unavailable] : [],
  );
  if (unavailable.length > 0)
    return [
      {
        check: name,
        status: "skipped",
        object: needs.map(nounOf).join(", "),
        property: "",
        reason: [...new Set(unavailable)].join(" "),
        fix: "Mend what the reason says, and look again.",
        url,
      },
    ];
  const details = [...check.look(partsOf(snapshot, needs), context)];
  if (details.length === 0)
    return [
      {
        check: name,
        status: "ok",
        object: needs.map(nounOf).join(", "),
        property: "",
        reason: check.fine,
        fix: "",
        url,
      },
    ];
  return details.map(
    ({ object, property = "", value, reason, fix, status }) => ({
      check: name,
      status: status ?? severity,
      object,
      property,
      ...(value !== undefined && { value }),
      reason,
      fix,
      url,
    }),
  );
}

/** The parts that a check needs, all of them read. */
function partsOf(snapshot: Snapshot, needs: readonly PartName[]): Parts {
  return Object.fromEntries(
    needs.map((part) => [
      part,
      "value" in snapshot[part] ? snapshot[part].value : undefined,
    ]),
  ) as Parts;
}

/** The domains that are meant: those that are named, else those that Cloudflare protects, else those that the tenant takes mail for. */
function domainsOf(
  snapshot: Snapshot,
  { domains }: Context,
): readonly string[] {
  if (domains.length > 0) return domains;
  if ("value" in snapshot.domains && snapshot.domains.value.length > 0)
    return snapshot.domains.value.map(({ domain }) => domain);
  return "value" in snapshot.acceptedDomains
    ? snapshot.acceptedDomains.value
        .filter(({ initialDomain }) => !initialDomain)
        .map(({ domainName }) => domainName)
    : [];
}

const nouns: Readonly<Record<PartName, string>> = {
  domains: "Domain",
  acceptedDomains: "AcceptedDomain",
  inboundConnectors: "InboundConnector",
  connectionFilters: "HostedConnectionFilterPolicy",
  transportRules: "TransportRule",
  antiSpamPolicies: "HostedContentFilterPolicy",
  antiSpamRules: "HostedContentFilterRule",
  presetRules: "EOPProtectionPolicyRule",
  antiPhishPolicies: "AntiPhishPolicy",
  malwarePolicies: "MalwareFilterPolicy",
  quarantinePolicies: "QuarantinePolicy",
  quarantineNotification: "GlobalQuarantinePolicy",
  organization: "OrganizationConfig",
  mailExchanges: "domainDnsMxRecord",
};

const nounOf = (part: PartName): string => nouns[part];
