import { textOf } from "../tenant";
import type { Call } from "./call";
import { notFound } from "./errors";
import type { JsonObject } from "../json";

/** The properties of anti-spam, anti-phishing and anti-malware policies that name a quarantine policy. */
export const tagProperties = [
  "SpamQuarantineTag",
  "HighConfidenceSpamQuarantineTag",
  "PhishQuarantineTag",
  "HighConfidencePhishQuarantineTag",
  "BulkQuarantineTag",
  "SpoofQuarantineTag",
  "TargetedUserQuarantineTag",
  "TargetedDomainQuarantineTag",
  "MailboxIntelligenceQuarantineTag",
  "QuarantineTag",
] as const;

/**
 * Returns the parameters that name quarantine policies, with each value (Name, Guid or distinguished name) resolved to a name.
 * @throws CmdletError if a policy does not exist, or is not yet replicated to this domain controller
 */
export function resolvedTags(call: Call): JsonObject {
  const resolved: JsonObject = {};
  for (const property of tagProperties) {
    const sent = textOf(call.parameters[property]);
    if (sent === "") continue;
    const known = call
      .read("QuarantinePolicy")
      .find(
        (policy) =>
          policy.Name.toLowerCase() === sent.toLowerCase() ||
          policy.ExchangeObjectId === sent.toLowerCase() ||
          sent.toLowerCase().startsWith(`cn=${policy.Name.toLowerCase()},`),
      );
    if (!known || known["QuarantinePolicyType"] === "GlobalQuarantinePolicy")
      throw notFound(sent);
    resolved[property] = known.Name;
  }
  return resolved;
}
