import * as pulumi from "@pulumi/pulumi";

import {
  maliciousSpamWord,
  releasesSpam,
  useCasePlans,
  type UseCase,
} from "../mail-flow/use-cases";
import { flag, hostName, type Codec } from "../providers/codecs";
import { antiSpamPolicy } from "../providers/exchange-online/anti-spam-policy";
import { quarantineNotification } from "../providers/exchange-online/quarantine-notification";
import { quarantinePolicy } from "../providers/exchange-online/quarantine-policy";
import { transportRule } from "../providers/exchange-online/transport-rule";
import type { Fields } from "../providers/field";
import { mailFlowCheckForm } from "../providers/mail-flow-check/check-inputs";
import type { Area1DomainArgs } from "./area1-domain";
import type { MailFlowCheckArgs } from "./mail-flow-check";
import type { QuarantineNotificationArgs } from "./quarantine-notification";

/** The headers that the rules look in. */
export type UseCaseHeader = "both" | "area1" | "cloudflare";

/**
 * A domain with any input of `Area1Domain`, except those that the component sets itself. Its name must be a plain value, not an output.
 */
export interface UseCaseDomain extends Omit<
  Area1DomainArgs,
  "domain" | "restorePoint" | "guardedMail"
> {
  /** The domain, for example `example.com`. */
  domain: string;
}

/** A list of texts, each of which may be an output of another resource. */
export type Texts = pulumi.Input<readonly pulumi.Input<string>[] | undefined>;

/** The inputs that the components of all use cases have. */
export interface UseCaseArgs {
  /** The domains that Cloudflare protects, each once. */
  domains: readonly (string | UseCaseDomain)[];
  /**
   * Header that the rules look in: `X-Area1Security-Disposition` (`area1`), `X-CFEmailSecurity-Disposition` (`cloudflare`), or
   * rules for each of them. A rule has one header, and it is not documented which one an account's mail has.
   * @default "both"
   */
  header?: UseCaseHeader | undefined;
  /**
   * Words for mail that no recipient may release.
   * @default ["MALICIOUS"]
   */
  maliciousWords?: Texts;
  /**
   * Addresses that Cloudflare delivers from; see `TransportRule` for the form.
   * @default the published list, `egressIpRanges`
   */
  senderIpRanges?: Texts;
  /**
   * Days that quarantined mail is kept, 1 to 30; Cloudflare recommends 15 to 30. The hosted quarantine always keeps mail for 30 days.
   * @default 15
   */
  quarantineRetentionPeriod?: pulumi.Input<number | undefined>;
  /** How often recipients of the whole tenant are notified. Not managed if unset. */
  endUserSpamNotificationFrequency?:
    QuarantineNotificationArgs["endUserSpamNotificationFrequency"] | undefined;
  /**
   * Whether to adopt quarantine policies and rules of the same names that differ, or belong to another state.
   * @default false
   */
  adopt?: pulumi.Input<boolean | undefined>;
  /**
   * Whether this program may bring mail with `maliciousWords`, and mail with a verdict of Microsoft's worse than spam, nearer to its
   * recipients than a quarantine that an administrator releases from. If false, such a write is refused; if true, it only warns.
   * @default false
   */
  allowExposure?: pulumi.Input<boolean | undefined>;
  /**
   * Whether a `MailFlowCheck` checks, after everything is written and on every refresh, what really happens to mail, and which objects
   * that the stack does not manage defeat the routes.
   * @default true
   */
  check?: boolean | undefined;
  /**
   * Names of findings of the check that you accept. These are neither warnings nor drift.
   * @default []
   */
  acceptedFindings?: Texts;
  /** The least status of a finding that is not accepted for which an `up` fails, after everything is written. If unset, it only warns. */
  failOn?: MailFlowCheckArgs["failOn"];
}

/** The input of use cases with a rule for Spam and Spoof. */
export interface SpamWordsArgs {
  /**
   * Words for Spam and Spoof. Spam has `UCE`. `SPAM` is the tutorial's word, which Cloudflare never adds. In use cases 2 and 4, recipients
   * can release such mail, so that none of `maliciousWords` may be among them.
   * @default ["UCE", "SPAM", "SPOOF"]
   */
  spamWords?: Texts;
}

/** The input of use cases with a rule for Junk. */
export interface JunkWordsArgs {
  /**
   * Words for mail that goes to the Junk Email folder. The tutorials of 2023 and 2024 have `SUSPICIOUS` as well. A rule that has other
   * words is adopted only if they are set here, because mail would go from Junk to the inbox otherwise.
   * @default ["BULK"]
   */
  junkWords?: Texts;
}

/** The input of use cases in which recipients release mail. */
export interface UserQuarantineArgs {
  /**
   * Name of the quarantine policy whose mail the recipient can release.
   * @default "UserNotifyUserRelease"
   */
  userQuarantineName?: pulumi.Input<string | undefined>;
}

/** The input of use cases in which an administrator releases mail on request. */
export interface AdminQuarantineArgs {
  /**
   * Name of the quarantine policy whose mail an administrator releases on the recipient's request.
   * @default "UserNotifyAdminRelease"
   */
  adminQuarantineName?: pulumi.Input<string | undefined>;
}

/** The inputs of `UseCase1`. */
export interface UseCase1Args
  extends UseCaseArgs, JunkWordsArgs, AdminQuarantineArgs {
  /**
   * Whether a rule sends Malicious mail to the hosted quarantine that reaches Microsoft 365 all the same: mail of domains that are not in
   * the program, and mail that Cloudflare had queued before. It also catches what an administrator releases at Cloudflare.
   * @default false
   */
  holdMalicious?: boolean | undefined;
}

/** The inputs of `UseCase2`. */
export interface UseCase2Args
  extends
    UseCaseArgs,
    SpamWordsArgs,
    JunkWordsArgs,
    UserQuarantineArgs,
    AdminQuarantineArgs {}

/** The inputs of `UseCase3`. */
export interface UseCase3Args
  extends UseCaseArgs, SpamWordsArgs, JunkWordsArgs, AdminQuarantineArgs {}

/** The inputs of `UseCase4`. */
export interface UseCase4Args
  extends UseCaseArgs, SpamWordsArgs, UserQuarantineArgs, AdminQuarantineArgs {
  /**
   * Spam confidence level for `spamWords`: 5 or 6 requests the verdict Spam.
   * @default 5
   */
  spamScl?: pulumi.Input<number | undefined>;
  /**
   * Spam confidence level for `maliciousWords`: 9 requests the verdict High confidence spam.
   * @default 9
   */
  maliciousScl?: pulumi.Input<number | undefined>;
}

/** The inputs of `UseCase5`. */
export interface UseCase5Args
  extends UseCaseArgs, SpamWordsArgs, JunkWordsArgs {}

/** The inputs of all use cases. */
export interface AnyUseCaseArgs
  extends
    UseCase1Args,
    UseCase2Args,
    UseCase3Args,
    UseCase4Args,
    UseCase5Args {}

/** Returns the domain with its name in lower case and without a dot at the end, so that another spelling is the same domain. */
export function withName(entry: string | UseCaseDomain): UseCaseDomain {
  const { domain, ...inputs } =
    typeof entry === "string" ? { domain: entry } : entry;
  return { ...inputs, domain: hostName.normalize(domain) };
}

const codecOf = (
  { fields }: { readonly fields: Fields },
  property: string,
): Codec | undefined => fields[property]?.codec;

/** The codec of each input whose value is passed to a resource unchanged. */
const codecs: Partial<Record<keyof AnyUseCaseArgs, Codec | undefined>> = {
  spamWords: codecOf(transportRule, "headerContainsWords"),
  junkWords: codecOf(transportRule, "headerContainsWords"),
  maliciousWords: codecOf(transportRule, "headerContainsWords"),
  spamScl: codecOf(transportRule, "setScl"),
  maliciousScl: codecOf(transportRule, "setScl"),
  senderIpRanges: codecOf(transportRule, "senderIpRanges"),
  quarantineRetentionPeriod: codecOf(
    antiSpamPolicy,
    "quarantineRetentionPeriod",
  ),
  endUserSpamNotificationFrequency: codecOf(
    quarantineNotification,
    "endUserSpamNotificationFrequency",
  ),
  userQuarantineName: codecOf(quarantinePolicy, "name"),
  adminQuarantineName: codecOf(quarantinePolicy, "name"),
  adopt: flag,
  allowExposure: flag,
  acceptedFindings: codecOf(mailFlowCheckForm, "findings"),
  failOn: codecOf(mailFlowCheckForm, "failOn"),
};

/**
 * Returns why a value is not valid, with the name of this input. The resources would name their own property, such as `setScl`.
 *
 * @param value null and undefined count as unset
 */
export function reasonAgainstValue(
  input: keyof AnyUseCaseArgs,
  value: unknown,
): string | undefined {
  return refusal(input, codecs[input], value);
}

/** Returns why a codec refuses a value, with the name of the input. Null and undefined count as unset. */
function refusal(
  input: string,
  codec: Codec | undefined,
  value: unknown,
): string | undefined {
  if (value === null || value === undefined) return undefined;
  const reason = codec?.refuse(value);
  return reason === undefined ? undefined : `${input}: ${reason}.`;
}

/** Whether the value and, in a list, all entries are plain values and not outputs. */
const isKnown = (value: unknown): boolean =>
  Array.isArray(value)
    ? value.every(isKnown)
    : !(pulumi.Output.isInstance(value) || value instanceof Promise);

/** The names of the inputs that all use cases have. */
const common = [
  "domains",
  "header",
  "maliciousWords",
  "senderIpRanges",
  "quarantineRetentionPeriod",
  "endUserSpamNotificationFrequency",
  "adopt",
  "allowExposure",
  "check",
  "acceptedFindings",
  "failOn",
] as const satisfies readonly (keyof UseCaseArgs)[];

/** The names of the inputs that a use case has besides. */
const inputsOf = {
  1: ["junkWords", "adminQuarantineName", "holdMalicious"],
  2: ["spamWords", "junkWords", "userQuarantineName", "adminQuarantineName"],
  3: ["spamWords", "junkWords", "adminQuarantineName"],
  4: [
    "spamWords",
    "spamScl",
    "maliciousScl",
    "userQuarantineName",
    "adminQuarantineName",
  ],
  5: ["spamWords", "junkWords"],
} as const satisfies {
  1: readonly (keyof UseCase1Args)[];
  2: readonly (keyof UseCase2Args)[];
  3: readonly (keyof UseCase3Args)[];
  4: readonly (keyof UseCase4Args)[];
  5: readonly (keyof UseCase5Args)[];
};

/**
 * Returns what is wrong with the inputs, as far as they are plain values.
 *
 * @param component the component that has them.
 * @param more the codecs of the inputs that the use cases do not have, by name.
 */
export function reasonAgainst(
  args: AnyUseCaseArgs,
  useCase: UseCase,
  component = `UseCase${useCase}`,
  more: Readonly<Record<string, Codec>> = {},
): string | undefined {
  const given = args as unknown as Readonly<Record<string, unknown>>;
  const all: Readonly<Record<string, Codec | undefined>> = {
    ...codecs,
    ...more,
  };
  const inputs = [...common, ...inputsOf[useCase], ...Object.keys(more)];
  const unknown = Object.keys(args).find((key) => !inputs.includes(key));
  if (unknown !== undefined)
    return `${unknown}: is not a property of ${component}, which has ${inputs.join(", ")}.`;
  if (!Array.isArray(args.domains) || args.domains.length === 0)
    return 'domains: must not be empty; name at least one, like ["example.com"].';
  const names: string[] = [];
  for (const entry of args.domains as readonly unknown[]) {
    const domain =
      typeof entry === "object" && entry !== null
        ? (entry as Partial<UseCaseDomain>).domain
        : entry;
    if (typeof domain !== "string" || domain === "")
      return "domains: each must be a domain name, or an object with domain; the names must be known before anything runs.";
    const { domain: known } = withName(domain);
    if (names.includes(known))
      return `domains: ${known} is there twice; name each domain once.`;
    names.push(known);
  }
  for (const input of inputs) {
    const reason = isKnown(given[input])
      ? refusal(input, all[input], given[input])
      : undefined;
    if (reason !== undefined) return reason;
  }
  const { header } = args;
  if (header !== undefined && !["both", "area1", "cloudflare"].includes(header))
    return `header: must be both, area1 or cloudflare, not "${String(header)}".`;
  const released = maliciousSpamWord(
    args.spamWords ?? [],
    args.maliciousWords ?? ["MALICIOUS"],
  );
  if (
    released !== undefined &&
    releasesSpam(useCasePlans[useCase]) &&
    args.allowExposure !== true
  )
    return `spamWords: has ${released}, which its recipient would release then: the user's rule acts last. Take it out of spamWords, or set allowExposure: true if it is meant to be so.`;
  for (const input of ["check", "lockDown", "holdMalicious"])
    if (given[input] !== undefined && typeof given[input] !== "boolean")
      return `${input}: must be true or false, known before anything runs: it decides which resources there are.`;
  return undefined;
}

/** The values that warnings are about. */
export interface JudgedValues {
  readonly spamWords: readonly string[];
  readonly maliciousWords: readonly string[];
  readonly maliciousScl: number;
  readonly spamScl: number;
  readonly retention: number;
}

/** Returns warnings about values that are accepted but defeat the purpose. They are shown on the component's row, in previews too. */
export function warningsOf(
  useCase: UseCase,
  { spamWords, maliciousWords, maliciousScl, spamScl, retention }: JudgedValues,
): string[] {
  const plan = useCasePlans[useCase];
  const released = maliciousSpamWord(spamWords, maliciousWords);
  const looksForSpam = plan.rules.some(({ words }) =>
    words.includes("spamWords"),
  );
  const warnings: [boolean, string][] = [
    [
      releasesSpam(plan) && released !== undefined,
      `spamWords has ${released}, so recipients release such mail: the user's rule acts last. Take it out of spamWords.`,
    ],
    [
      looksForSpam && !spamWords.some((word) => word.toUpperCase() === "UCE"),
      "spamWords has no UCE: that is the word that spam carries, so no spam will match. Add it.",
    ],
    [
      !maliciousWords.some((word) => word.toUpperCase() === "MALICIOUS"),
      "maliciousWords has no MALICIOUS: that is the word that malicious mail carries, so no rule holds it, and no write is refused that exposes it. Add it.",
    ],
    [
      retention < 15,
      `quarantineRetentionPeriod is ${retention}: mail is deleted for good after that many days. Cloudflare recommends 15 to 30.`,
    ],
    [
      maliciousScl < 9,
      `maliciousScl is ${maliciousScl}: only 9 asks for the verdict High confidence spam, so Malicious may reach the quarantine that its recipient releases from, or the inbox. Use 9.`,
    ],
    [
      useCase === 4 && spamScl !== 5 && spamScl !== 6,
      `spamScl is ${spamScl}: only 5 and 6 ask for the verdict Spam. Use 5.`,
    ],
  ];
  return warnings.flatMap(([defeats, warning]) => (defeats ? [warning] : []));
}
