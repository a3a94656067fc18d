import type { Header } from "../message";
import { egressIpRanges } from "../egress";
import {
  adminOnlyQuarantine,
  useCaseDefaults,
  useCaseHeaders,
  useCasePlans,
  type UseCase,
  type VerdictPlan,
} from "../use-cases";

/** What a snapshot is compared with: a use case as in a program, or as in the tutorial. */
export interface Context {
  /**
   * The caller. A `stack` gets only findings that defeat or weaken its routes, and none right after an `up` in a tenant that nothing else
   * has configured. The `doctor` also gets advice.
   */
  readonly purpose: "stack" | "doctor";
  /** The use case by which the tenant is judged. @default 4 */
  readonly useCase: UseCase;
  /** The time with which the dates of rules are compared. @default now */
  readonly now: Date;
  /** The domains to check. @default [], all of the Cloudflare account's */
  readonly domains: readonly string[];
  /** By domain: the host to which mail is deliberately forwarded, even if Microsoft Graph returns another one. @default {} */
  readonly transports: Readonly<Record<string, string>>;
  /** The generations of headers for which rules must exist. @default [], those that have any rules */
  readonly headers: readonly Header[];
  /** The addresses that Cloudflare delivers from, as IPv4 addresses, CIDR blocks or `a-b`. @default the published list */
  readonly egressIpRanges: readonly string[];
  /** The names of the rules that implement the routes. @default those of the tutorial, old and new */
  readonly ruleNames: readonly string[];
  /** The name of the quarantine policy from which recipients can release mail. @default "UserNotifyUserRelease" */
  readonly userQuarantine: string;
  /** The name of the quarantine policy from which only an administrator can release mail. @default "UserNotifyAdminRelease" */
  readonly adminQuarantine: string;
}

/** Returns the names of a use case's rules, for both headers. */
const ruleNamesOf = (useCase: UseCase): string[] =>
  useCaseHeaders.flatMap((names) =>
    useCasePlans[useCase].rules.map(({ role }) => names[role]),
  );

/** Returns the name of the quarantine policy for a verdict's plan. */
export const quarantineOf = (
  plan: VerdictPlan,
  { userQuarantine, adminQuarantine }: Context,
): string =>
  plan === "user"
    ? userQuarantine
    : plan === "adminOnly"
      ? adminOnlyQuarantine
      : adminQuarantine;

/** Returns a context with the given values, and the defaults of the use case for all others. */
export function contextOf(
  given: Partial<Context> & Pick<Context, "purpose">,
): Context {
  const { useCase = 4 } = given;
  return {
    useCase,
    now: new Date(),
    domains: [],
    transports: {},
    headers: [],
    egressIpRanges,
    ruleNames: ruleNamesOf(useCase),
    userQuarantine: useCaseDefaults.userQuarantineName,
    adminQuarantine: useCaseDefaults.adminQuarantineName,
    ...given,
  };
}
