import type { Verdict } from "../message";
import { same } from "../names";
import type { Path } from "../path";
import type { QuarantinedMessage } from "../reports";
import type { Snapshot } from "../snapshot";

/** Microsoft's reasons for a quarantine by the verdict that they stand for, in lower case (partly observed). */
const reasons: Readonly<Record<Verdict, readonly string[]>> = {
  malware: ["malware", "filetypeblock"],
  highConfidencePhish: ["highconfphish"],
  phish: ["phish"],
  // The list has one word for both kinds of spam.
  highConfidenceSpam: ["spam", "highconfspam"],
  spoof: ["phish", "spoof"],
  userImpersonation: ["phish"],
  domainImpersonation: ["phish"],
  mailboxIntelligence: ["phish"],
  spam: ["spam"],
  bulk: ["bulk"],
  none: [],
};

/** Whether a path ends in the quarantine, by a policy or by a rule. */
export const isQuarantined = ({ outcome }: Path): boolean =>
  outcome === "quarantine" || outcome === "hostedQuarantine";

/** Whether a quarantined message is where a path says, and for the path's reason; what is not returned agrees. */
export const agreesWith = (path: Path, entry: QuarantinedMessage): boolean =>
  isQuarantined(path) &&
  sameReason(path, entry) &&
  samePolicy(path, entry) &&
  (path.quarantinePolicy === null ||
    entry.quarantinePolicy === "" ||
    same(path.quarantinePolicy, entry.quarantinePolicy));

/** Whether Microsoft's reason is the one of a path. */
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

/** Whether the threat policy is the one of a path; names of anti-phishing and anti-malware policies are not ours to judge. */
export const samePolicy = (
  { policy }: Path,
  { policy: found, policyType }: QuarantinedMessage,
): boolean =>
  policy === null ||
  found === "" ||
  !/^(HostedContentFilterPolicy)?$/i.test(policyType) ||
  same(policy, found);

/** Whether the policy that put a message into the quarantine is still there; true where it cannot be told. */
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
