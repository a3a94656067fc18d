/** The verdicts of anti-spam filtering, with the parameters that say what becomes of such mail. */
export const verdicts = [
  {
    verdict: "Spam",
    action: "spamAction",
    tag: "spamQuarantineTag",
    wire: ["SpamAction", "SpamQuarantineTag"],
  },
  {
    verdict: "High confidence spam",
    action: "highConfidenceSpamAction",
    tag: "highConfidenceSpamQuarantineTag",
    wire: ["HighConfidenceSpamAction", "HighConfidenceSpamQuarantineTag"],
  },
  {
    verdict: "Phishing",
    action: "phishSpamAction",
    tag: "phishQuarantineTag",
    wire: ["PhishSpamAction", "PhishQuarantineTag"],
  },
  {
    verdict: "High confidence phishing",
    action: "highConfidencePhishAction",
    tag: "highConfidencePhishQuarantineTag",
    wire: ["HighConfidencePhishAction", "HighConfidencePhishQuarantineTag"],
  },
  {
    verdict: "Bulk",
    action: "bulkSpamAction",
    tag: "bulkQuarantineTag",
    wire: ["BulkSpamAction", "BulkQuarantineTag"],
  },
] as const;
