/** The properties of a policy for each verdict: the action, and the quarantine policy for that action. */
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
