import type { Header } from "../message";
import { egressIpRanges } from "../egress";
import { useCaseDefaults, useCaseHeaders } from "../use-cases";

/** What a snapshot is compared with: use case 4 as in a program, or as in the tutorial. */
export interface Context {
  /**
   * The caller. A `stack` gets only findings that defeat or weaken its routes, and none right after an `up` in a tenant that nothing else
   * has configured. The `doctor` also gets advice.
   */
  readonly purpose: "stack" | "doctor";
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

/** The names of the tutorial's rules, by header. For each header, the rule of the administrator's quarantine is last. */
const tutorialRuleNames = useCaseHeaders.flatMap(({ user, admin }) => [
  user,
  admin,
]);

/** Returns a context with the given values, and the defaults of use case 4 for all others. */
export function contextOf(
  given: Partial<Context> & Pick<Context, "purpose">,
): Context {
  return {
    now: new Date(),
    domains: [],
    transports: {},
    headers: [],
    egressIpRanges,
    ruleNames: tutorialRuleNames,
    userQuarantine: useCaseDefaults.userQuarantineName,
    adminQuarantine: useCaseDefaults.adminQuarantineName,
    ...given,
  };
}
