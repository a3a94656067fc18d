import type { Verdict } from "../message";
import { same } from "../names";
import type { Path } from "../path";
import type { QuarantinedMessage } from "../reports";
import type { Snapshot } from "../snapshot";

/** Microsoft's reasons for a quarantine, by verdict, in lower case (partly observed). */
const reasons: Readonly<Record<Verdict, readonly string[]>> = {
  malware: ["malware", "filetypeblock"],
  highConfidencePhish: ["highconfphish"],
  phish: ["phish"],
  // The list has the same word for both kinds of spam.
  highConfidenceSpam: ["spam", "highconfspam"],
  spoof: ["phish", "spoof"],
  userImpersonation: ["phish"],
  domainImpersonation: ["phish"],
  mailboxIntelligence: ["phish"],
  spam: ["spam"],
  bulk: ["bulk"],
  none: [],
};

/** Returns whether a path ends in the quarantine, by a policy or by a rule. */
export const isQuarantined = ({ outcome }: Path): boolean =>
  outcome === "quarantine" || outcome === "hostedQuarantine";

/**
 * Returns whether a quarantined message is in the place that a path predicts, for the predicted reason. Values that are not returned count
 * as agreement.
 */
export const agreesWith = (path: Path, entry: QuarantinedMessage): boolean =>
  isQuarantined(path) &&
  sameReason(path, entry) &&
  samePolicy(path, entry) &&
  (path.quarantinePolicy === null ||
    entry.quarantinePolicy === "" ||
    same(path.quarantinePolicy, entry.quarantinePolicy));

/** Returns whether Microsoft's reason is the one that a path predicts. */
export function sameReason(
  { verdict }: Path,
  { type }: QuarantinedMessage,
): boolean {
  const reason = type
    .toLowerCase()
    .replace(/[^a-z]/g, "")
    .replace("confidence", "conf");
  if (reason === "") return true;
  return verdict === null
    ? reason === "transportrule"
    : reasons[verdict].includes(reason);
}

/** Returns whether the threat policy is the one that a path predicts. Names of anti-phishing and anti-malware policies are not compared. */
export const samePolicy = (
  { policy }: Path,
  { policy: found, policyType }: QuarantinedMessage,
): boolean =>
  policy === null ||
  found === "" ||
  !/^(HostedContentFilterPolicy)?$/i.test(policyType) ||
  same(policy, found);

/** Returns whether the policy that quarantined a message still exists; true if unknown. */
export function hasPolicy(
  { antiSpamPolicies }: Snapshot,
  { policy, policyType }: QuarantinedMessage,
): boolean {
  return (
    policy === "" ||
    !same(policyType, "HostedContentFilterPolicy") ||
    "unavailable" in antiSpamPolicies ||
    antiSpamPolicies.value.some(({ name }) => same(name, policy))
  );
}
