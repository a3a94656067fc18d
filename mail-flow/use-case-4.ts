import { dispositionHeaders, headers } from "./message";

/** The headers, in the order of the component's rules, each with the names of its two rules. `key` is part of frozen resource names. */
export const useCase4Headers = headers.map((key) => {
  const product = { area1: "Area 1", cloudflare: "Email Security" }[key];
  const user = `${product} User Quarantine Message`;
  const admin = `${user} Admin Release`;
  return { key, header: dispositionHeaders[key], user, admin };
});

/** The defaults of the component's inputs, except the addresses, which are {@link egressIpRanges}. */
export const useCase4Defaults = {
  spamWords: ["UCE", "SPAM", "SPOOF"],
  maliciousWords: ["MALICIOUS"],
  spamScl: 5,
  maliciousScl: 9,
  quarantineRetentionPeriod: 15,
  userQuarantineName: "UserNotifyUserRelease",
  adminQuarantineName: "UserNotifyAdminRelease",
} as const;

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
export const antiSpamInputs = <Text, Days>(
  userQuarantine: Text,
  adminQuarantine: Text,
  quarantineRetentionPeriod: Days,
) =>
  ({
    name: "Default",
    spamAction: "Quarantine",
    spamQuarantineTag: userQuarantine,
    highConfidenceSpamAction: "Quarantine",
    highConfidenceSpamQuarantineTag: adminQuarantine,
    phishSpamAction: "Quarantine",
    phishQuarantineTag: adminQuarantine,
    highConfidencePhishAction: "Quarantine",
    highConfidencePhishQuarantineTag: adminQuarantine,
    quarantineRetentionPeriod,
  }) as const;

/** Returns the inputs of a mail flow rule. */
export const ruleInputs = <Texts, Level>(
  name: string,
  header: string,
  headerContainsWords: Texts,
  senderIpRanges: Texts,
  setScl: Level,
) => ({
  name,
  headerContainsMessageHeader: header,
  headerContainsWords,
  senderIpRanges,
  setScl,
});

/** The inputs of each domain, unless the program gives others. Microsoft 365 never gets mail that Cloudflare drops. */
export const domainInputs = { dropDispositions: [] as [] };

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
