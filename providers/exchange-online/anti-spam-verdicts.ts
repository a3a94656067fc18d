/** The verdicts of anti-spam filtering, with the parameters that say what becomes of such mail; grave is what is worse than spam. */
export const verdicts = [
  {
    verdict: "Spam",
    action: "spamAction",
    tag: "spamQuarantineTag",
    grave: false,
    wire: ["SpamAction", "SpamQuarantineTag"],
  },
  {
    verdict: "High confidence spam",
    action: "highConfidenceSpamAction",
    tag: "highConfidenceSpamQuarantineTag",
    grave: true,
    wire: ["HighConfidenceSpamAction", "HighConfidenceSpamQuarantineTag"],
  },
  {
    verdict: "Phishing",
    action: "phishSpamAction",
    tag: "phishQuarantineTag",
    grave: true,
    wire: ["PhishSpamAction", "PhishQuarantineTag"],
  },
  {
    verdict: "High confidence phishing",
    action: "highConfidencePhishAction",
    tag: "highConfidencePhishQuarantineTag",
    grave: true,
    wire: ["HighConfidencePhishAction", "HighConfidencePhishQuarantineTag"],
  },
  {
    verdict: "Bulk",
    action: "bulkSpamAction",
    tag: "bulkQuarantineTag",
    grave: false,
    wire: ["BulkSpamAction", "BulkQuarantineTag"],
  },
] as const;
