import type { Header } from "../message";
import { egressIpRanges } from "../egress";

/** What a snapshot is held against: use case 4 as a program wants it, or as the tutorial has it. */
export interface Context {
  /**
   * Who asks: a stack gets only what defeats or weakens its routes, and none of it is there right after an `up` in a tenant
   * that nobody else has configured; the doctor gives advice as well.
   */
  readonly purpose: "stack" | "doctor";
  /** The moment that rules' dates are held against. @default now */
  readonly now: Date;
  /** The domains that are meant. @default [], all of the Cloudflare account's */
  readonly domains: readonly string[];
  /** By domain: the host that its mail is forwarded to on purpose, whatever Microsoft Graph says. @default {} */
  readonly transports: Readonly<Record<string, string>>;
  /** The generations of headers that there must be rules for. @default [], those that there are any for */
  readonly headers: readonly Header[];
  /** The addresses that Cloudflare delivers from, as IPv4 addresses, CIDR blocks or `a-b`. @default the published list */
  readonly egressIpRanges: readonly string[];
  /** Names of the rules that make the routes. @default those of the tutorial, old and new */
  readonly ruleNames: readonly string[];
  /** Name of the quarantine policy that recipients release from. @default "UserNotifyUserRelease" */
  readonly userQuarantine: string;
  /** Name of the quarantine policy that an administrator releases from. @default "UserNotifyAdminRelease" */
  readonly adminQuarantine: string;
}

/** The names of the rules, by header, with the rule of the administrator's quarantine last. */
const tutorialRuleNames = ["Area 1", "Email Security"].flatMap((product) => [
  `${product} User Quarantine Message`,
  `${product} User Quarantine Message Admin Release`,
]);

/** A context with the defaults of use case 4 for what is not given. */
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
    userQuarantine: "UserNotifyUserRelease",
    adminQuarantine: "UserNotifyAdminRelease",
    ...given,
  };
}
