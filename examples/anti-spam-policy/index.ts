import { AntiSpamPolicy, QuarantinePolicy } from "pulumi-area1-m365";

const strict = new QuarantinePolicy("strict", {
  name: "Strict",
  endUserQuarantinePermissions: ["RequestRelease", "Preview"],
});

// A custom policy comes before Default. What is not given is not managed.
const policy = new AntiSpamPolicy("example.org", {
  name: "Mail of example.org",
  recipientDomainIs: ["example.org"],
  spamAction: "MoveToJmf",
  highConfidenceSpamAction: "Quarantine",
  highConfidenceSpamQuarantineTag: strict.name,
  phishSpamAction: "Quarantine",
  phishQuarantineTag: strict.name,
  quarantineRetentionPeriod: 30,
});

export const { name, guid } = policy;
