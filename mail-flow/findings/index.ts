import type { Finding, Status } from "../finding";
import type { Snapshot } from "../snapshot";
import { nouns, valueOf, type PartName, type Parts } from "../part";
import type { Check, Detail } from "./check";
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

/** All checks of a snapshot, in the order in which the checked objects process a message. */
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
 * Returns what is wrong with a snapshot, and what could not be checked: the findings of the checks for `context.purpose`, one for each
 * object. Failures and warnings come first, in the order of the checks. A check whose part of the snapshot was not read has a finding
 * `skipped`.
 */
export const examine = (snapshot: Snapshot, context: Context): Finding[] =>
  report(snapshot, context).filter(({ status }) => status !== "ok");

/** Returns the findings of {@link examine}, and a finding `ok` for each check that found nothing. */
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
  const { name, needs, uses = [], severity, fine } = check;
  const finding = (
    status: Status,
    { object, property = "", value, reason, fix, url = check.url }: Detail,
  ): Finding => ({
    check: name,
    status,
    object,
    property,
    ...(value !== undefined && { value }),
    reason,
    fix,
    url,
  });
  const object = needs.map((part) => nouns[part]).join(", ");
  const unavailable = new Set(
    needs.flatMap((part) =>
      "unavailable" in snapshot[part] ? [snapshot[part].unavailable] : [],
    ),
  );
  if (unavailable.size > 0) {
    const reason = [...unavailable].join(" ");
    const fix = "Mend what the reason says, and look again.";
    return [finding("skipped", { object, reason, fix })];
  }
  const details = [
    ...check.look(partsOf(snapshot, [...needs, ...uses]), context),
  ];
  return details.length === 0
    ? [
        finding("ok", {
          object,
          reason: typeof fine === "string" ? fine : fine(context),
          fix: "",
        }),
      ]
    : details.map((detail) => finding(detail.status ?? severity, detail));
}

/** Returns the parts that a check looks at. Those that were not read are undefined. */
function partsOf(snapshot: Snapshot, needs: readonly PartName[]): Parts {
  return Object.fromEntries(
    needs.map((part) => [
      part,
      "value" in snapshot[part] ? snapshot[part].value : undefined,
    ]),
  ) as Parts;
}

/** Returns the domains to check: those of the context, else those that Cloudflare protects, else the tenant's accepted domains. */
function domainsOf(
  snapshot: Snapshot,
  { domains }: Context,
): readonly string[] {
  if (domains.length > 0) return domains;
  const atCloudflare = valueOf(snapshot.domains);
  return atCloudflare.length > 0
    ? atCloudflare.map(({ domain }) => domain)
    : valueOf(snapshot.acceptedDomains)
        .filter(({ initialDomain }) => !initialDomain)
        .map(({ domainName }) => domainName);
}
