/** What a policy says of mail of each verdict: the properties for the action, and for the quarantine policy that goes with it. */
export const verdicts = [
  { action: "spamAction", tag: "spamQuarantineTag" },
  {
    action: "highConfidenceSpamAction",
    tag: "highConfidenceSpamQuarantineTag",
  },
  { action: "phishSpamAction", tag: "phishQuarantineTag" },
  {
    action: "highConfidencePhishAction",
    tag: "highConfidencePhishQuarantineTag",
  },
  { action: "bulkSpamAction", tag: "bulkQuarantineTag" },
] as const;
