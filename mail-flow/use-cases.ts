import { dispositionHeaders, headers } from "./message";

/** The number of a use case of Cloudflare's tutorials. */
export type UseCase = 1 | 2 | 3 | 4 | 5;

/** All of them. */
export const useCaseNumbers: readonly UseCase[] = [1, 2, 3, 4, 5];

/**
 * The headers, in the order of the components' rules, each with the names of its rules: those of the tutorials, and one of ours for the
 * rule `net`. `key` is part of frozen resource names.
 */
export const useCaseHeaders = headers.map((key) => {
  const product = { area1: "Area 1", cloudflare: "Email Security" }[key];
  const user = `${product} User Quarantine Message`;
  return {
    key,
    header: dispositionHeaders[key],
    user,
    admin: `${user} Admin Release`,
    junk: `${product} Deliver to Junk Email folder`,
    hosted: `${product} Admin Managed Host Quarantine`,
    net: `${product} Hold Malicious Message`,
  };
});

/** The part of a mail flow rule in a use case: the end of its resource's name. */
export type RuleRole = "net" | "hosted" | "admin" | "user" | "junk";

/** The words that rules look for, by the components' inputs. */
export type WordsInput = "maliciousWords" | "spamWords" | "junkWords";

/** The spam confidence levels that rules set, by the components' inputs. */
export type LevelInput = "maliciousScl" | "spamScl" | "junkScl";

/** A mail flow rule of a use case, which exists once for each header. */
export interface RulePlan {
  readonly role: RuleRole;
  readonly words: readonly WordsInput[];
  /** The level that it sets; `hosted` for the hosted quarantine, which comes before spam filtering. */
  readonly action: LevelInput | "hosted";
}

/** What the built-in anti-spam policy does with a verdict: the Junk Email folder, or a quarantine, by who can release. */
export type VerdictPlan = "junk" | "user" | "admin" | "adminOnly";

/** What a component writes at the same time. */
export type Stage = "antiSpam" | "domains" | RuleRole;

/** A use case as data. */
export interface UseCasePlan {
  /** Where mail goes, as the rest of a sentence that begins with the use case. */
  readonly goal: string;
  /** Dispositions that Cloudflare holds in its own quarantine, as in `dropDispositions`. */
  readonly drops: readonly ("MALICIOUS" | "MALICIOUS-BEC" | "SPAM" | "SPOOF")[];
  /** The quarantine policies, by who can release. */
  readonly quarantines: readonly ("user" | "admin")[];
  readonly spam: VerdictPlan;
  readonly highConfidenceSpam: VerdictPlan;
  /** Of phishing and high confidence phishing. */
  readonly phish: VerdictPlan;
  /** In the order in which they are listed. */
  readonly rules: readonly RulePlan[];
  /**
   * The order of the writes after the quarantine policies. It depends on this use case alone: from every other one, it holds Malicious at
   * each moment. What another use case leaves over is removed last.
   */
  readonly order: readonly Stage[];
}

const junkRule: RulePlan = {
  role: "junk",
  words: ["junkWords"],
  action: "junkScl",
};

/** The rule that holds Malicious mail that reaches Microsoft 365 although Cloudflare is to hold it. */
export const netRule: RulePlan = {
  role: "net",
  words: ["maliciousWords"],
  action: "hosted",
};

/**
 * The use cases of Cloudflare's tutorials, with the corrections that mail requires: use cases 1 and 2 let Cloudflare hold what the newest
 * pages no longer say, and use case 2 has a net, because its verdicts are for the whole tenant and what Cloudflare holds is by domain.
 *
 * @see https://developers.cloudflare.com/cloudflare-one/email-security/setup/pre-delivery-deployment/prerequisites/m365-email-security-mx/use-cases/
 */
export const useCasePlans: Readonly<Record<UseCase, UseCasePlan>> = {
  1: {
    goal: "Malicious, Spam and Spoof stay in Cloudflare's quarantine, Bulk goes to Junk",
    drops: ["MALICIOUS", "MALICIOUS-BEC", "SPAM", "SPOOF"],
    quarantines: ["admin"],
    spam: "junk",
    highConfidenceSpam: "admin",
    phish: "admin",
    rules: [junkRule],
    order: ["net", "domains", "antiSpam", "junk"],
  },
  2: {
    goal: "Malicious stays in Cloudflare's quarantine, Spam and Spoof go to a quarantine that the recipient manages, Bulk to Junk",
    drops: ["MALICIOUS", "MALICIOUS-BEC"],
    quarantines: ["user", "admin"],
    spam: "junk",
    highConfidenceSpam: "user",
    phish: "admin",
    rules: [
      netRule,
      { role: "user", words: ["spamWords"], action: "spamScl" },
      junkRule,
    ],
    order: ["net", "user", "domains", "antiSpam", "junk"],
  },
  3: {
    goal: "Malicious, Spam and Spoof go to a quarantine that only an administrator releases from, Bulk to Junk",
    drops: [],
    quarantines: ["admin"],
    spam: "junk",
    highConfidenceSpam: "admin",
    phish: "admin",
    rules: [
      {
        role: "user",
        words: ["maliciousWords", "spamWords"],
        action: "maliciousScl",
      },
      junkRule,
    ],
    order: ["user", "antiSpam", "junk", "domains"],
  },
  4: {
    goal: "Spam and Spoof go to a quarantine that the recipient manages, Malicious to one that only an administrator releases from",
    drops: [],
    quarantines: ["user", "admin"],
    spam: "user",
    highConfidenceSpam: "admin",
    phish: "admin",
    rules: [
      { role: "admin", words: ["maliciousWords"], action: "maliciousScl" },
      { role: "user", words: ["spamWords"], action: "spamScl" },
    ],
    order: ["antiSpam", "admin", "user", "domains"],
  },
  5: {
    goal: "Malicious, Spam and Spoof go to the hosted quarantine, Bulk to Junk",
    drops: [],
    quarantines: [],
    spam: "junk",
    highConfidenceSpam: "adminOnly",
    phish: "adminOnly",
    rules: [
      {
        role: "hosted",
        words: ["maliciousWords", "spamWords"],
        action: "hosted",
      },
      junkRule,
    ],
    order: ["hosted", "antiSpam", "junk", "domains"],
  },
};

/** The quarantine policy of Microsoft's that no recipient has any right to. */
export const adminOnlyQuarantine = "AdminOnlyAccessPolicy";

/** Days that the hosted quarantine keeps mail. Microsoft lets nobody configure them. */
export const hostedQuarantineDays = 30;

/** The defaults of the components' inputs, except the addresses, which are {@link egressIpRanges}. */
export const useCaseDefaults = {
  spamWords: ["UCE", "SPAM", "SPOOF"],
  maliciousWords: ["MALICIOUS"],
  junkWords: ["BULK"],
  maliciousScl: 9,
  junkScl: 5,
  quarantineRetentionPeriod: 15,
  userQuarantineName: "UserNotifyUserRelease",
  adminQuarantineName: "UserNotifyAdminRelease",
} as const;

/** Returns the default of `spamScl`: 9 asks for the verdict high confidence spam, 5 for spam. */
export const defaultSpamScl = (useCase: UseCase): 5 | 9 =>
  useCase === 2 ? 9 : 5;

/*
 * The inputs of the component's resources. The parameters' types are those of the caller: outputs in a program, plain values in the
 * command `init`.
 */

/** Returns the inputs of a quarantine policy. */
export const quarantineInputs = <Text>(
  name: Text,
  release: "Release" | "RequestRelease",
) => ({
  name,
  endUserQuarantinePermissions: [release, "Delete", "Preview"] as const,
  esnEnabled: true,
});

/** Returns the inputs of the built-in anti-spam policy. */
export function antiSpamInputs<Text, Days>(
  { spam, highConfidenceSpam, phish }: UseCasePlan,
  userQuarantine: Text,
  adminQuarantine: Text,
  quarantineRetentionPeriod: Days,
) {
  const tag = (plan: VerdictPlan): Text | string =>
    plan === "user"
      ? userQuarantine
      : plan === "admin"
        ? adminQuarantine
        : adminOnlyQuarantine;
  return {
    name: "Default",
    ...(spam === "junk"
      ? { spamAction: "MoveToJmf" as const }
      : { spamAction: "Quarantine" as const, spamQuarantineTag: tag(spam) }),
    highConfidenceSpamAction: "Quarantine" as const,
    highConfidenceSpamQuarantineTag: tag(highConfidenceSpam),
    phishSpamAction: "Quarantine" as const,
    phishQuarantineTag: tag(phish),
    highConfidencePhishAction: "Quarantine" as const,
    highConfidencePhishQuarantineTag: tag(phish),
    quarantineRetentionPeriod,
  };
}

/**
 * Returns the inputs of a mail flow rule.
 *
 * @param setScl the level that it sets; undefined for the hosted quarantine.
 */
export const ruleInputs = <Texts, Level>(
  name: string,
  header: string,
  headerContainsWords: Texts,
  senderIpRanges: Texts,
  setScl: Level | undefined,
) => ({
  name,
  headerContainsMessageHeader: header,
  headerContainsWords,
  senderIpRanges,
  ...(setScl === undefined ? { quarantine: true } : { setScl }),
});

/** Returns the inputs of each domain, unless the program gives others. */
export const domainInputs = ({ drops }: UseCasePlan) => ({
  dropDispositions: [...drops],
});

/** Returns whether recipients can release mail with `spamWords`. */
export const releasesSpam = ({ quarantines }: UseCasePlan): boolean =>
  quarantines.includes("user");

/**
 * Returns a word of `spamWords` that is malicious, or undefined. Such mail could be released by its recipient, because the user's rule acts
 * last. Ignores outputs.
 */
export function maliciousSpamWord(
  spamWords: unknown,
  maliciousWords: unknown,
): string | undefined {
  const texts = (words: unknown): string[] =>
    Array.isArray(words)
      ? words.filter((word): word is string => typeof word === "string")
      : [];
  const malicious = ["MALICIOUS", ...texts(maliciousWords)].map((word) =>
    word.toUpperCase(),
  );
  return texts(spamWords).find((word) =>
    malicious.includes(word.toUpperCase()),
  );
}
