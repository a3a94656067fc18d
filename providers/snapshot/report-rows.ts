import type {
  QuarantinedMessage,
  RuleHits,
  RuleMatch,
} from "../../mail-flow/reports";
import { flag, integer } from "../codecs";
import type { Item } from "../kind";

/**
 * Reads a row of Get-MailTrafficPolicyReport. Returns undefined for a row that does not count rule hits.
 *
 * @see https://learn.microsoft.com/powershell/module/exchange/get-mailtrafficpolicyreport
 */
export function ruleHits(item: Item): RuleHits | undefined {
  const event = text(item, "EventType");
  const messages = integer(0, Infinity).decode(item["MessageCount"]);
  const at = date(item, "Date");
  if (event !== "" && !/^TransportRuleHits$/i.test(event)) return undefined;
  if (at === "" || typeof messages !== "number") return undefined;
  return { rule: text(item, "TransportRule"), date: at.slice(0, 10), messages };
}

/**
 * Reads a row of Get-MailDetailTransportRuleReport. Returns undefined for a row without a date.
 *
 * @see https://learn.microsoft.com/powershell/module/exchange/get-maildetailtransportrulereport
 */
export function ruleMatch(item: Item): RuleMatch | undefined {
  const at = date(item, "Date");
  if (at === "") return undefined;
  return {
    rule: text(item, "TransportRule"),
    at,
    messageId: text(item, "MessageId"),
    traceId: text(item, "MessageTraceId"),
    recipient: text(item, "RecipientAddress"),
    sender: text(item, "SenderAddress"),
    subject: text(item, "Subject"),
  };
}

/**
 * Reads a row of Get-QuarantineMessage, whose columns were observed. Returns undefined for a file or a chat message.
 *
 * @see https://learn.microsoft.com/powershell/module/exchange/get-quarantinemessage
 */
export function quarantinedMessage(item: Item): QuarantinedMessage | undefined {
  const entity = text(item, "EntityType");
  if (entity !== "" && !/^Email$/i.test(entity)) return undefined;
  const releasedBy = item["ReleasedBy"];
  return {
    identity: text(item, "Identity"),
    messageId: text(item, "MessageId"),
    receivedAt: date(item, "ReceivedTime"),
    recipients: texts(item["RecipientAddress"]),
    type: text(item, "QuarantineTypes") || text(item, "Type"),
    policyType: text(item, "PolicyType"),
    policy: text(item, "PolicyName"),
    quarantinePolicy: text(item, "TagName"),
    releaseStatus: text(item, "ReleaseStatus").toUpperCase(),
    systemReleased: flag.decode(item["SystemReleased"]) === true,
    ...(releasedBy !== undefined && { releasedBy: texts(releasedBy) }),
  };
}

/** Returns a column as text; the entries of a list are joined. */
function text(item: Item, name: string): string {
  return texts(item[name]).join(", ");
}

function texts(value: unknown): string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.flatMap((one) =>
    typeof one === "string" && one.trim() !== "" ? [one.trim()] : [],
  );
}

/** Returns a date in ISO 8601 and UTC, or an empty text. A date without a zone is read as UTC, the only zone in Exchange's reports. */
function date(item: Item, name: string): string {
  const said = text(item, name);
  const isZoned = /(?:[zZ]|[+-]\d\d:?\d\d)$/.test(said);
  const forms = isZoned ? [said] : [`${said}Z`, `${said} UTC`];
  const at = forms.map(Date.parse).find((one) => !Number.isNaN(one));
  return at === undefined ? "" : new Date(at).toISOString();
}
