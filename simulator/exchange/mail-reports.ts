import { isTexts, type JsonObject } from "../json";
import { domainOf } from "../mail/message";
import type { Quarantined } from "../mail/quarantine";
import type { RuleHit } from "../mail/trace";
import type { SentMessage } from "../mail/sent-message";
import type { Call, Cmdlet } from "./call";
import { badArgument } from "./errors";

const day = 86_400_000;
const ruleEvents = ["TransportRuleHits", "TransportRuleActionHits"];
const events = {
  "Get-MailTrafficPolicyReport": [
    "DLPActionHits",
    "DLPPolicyFalsePositive",
    "DLPPolicyHits",
    "DLPPolicyOverride",
    "DLPRuleHits",
    ...ruleEvents,
  ],
  "Get-MailDetailTransportRuleReport": [
    "EncryptionManual",
    "EncryptionPolicy",
    ...ruleEvents,
  ],
} as const;

/** The cmdlets for mail reports. They report the messages that were sent through the simulator. */
export const mailReportCmdlets: Record<string, Cmdlet> = {
  "Get-MailTrafficPolicyReport": (call) => {
    checkReport(call, "Get-MailTrafficPolicyReport");
    const by = oneOf(call, "AggregateBy", ["Hour", "Day", "Summary"]) ?? "Day";
    const summarized = (names(call, "SummarizeBy") ?? []).map((name) =>
      name.toLowerCase(),
    );
    const rows = new Map<string, JsonObject & { MessageCount: number }>();
    for (const hit of hits(call, 90)) {
      const shown = (name: string, value: string) =>
        summarized.includes(name.toLowerCase()) ? "" : value;
      const row = {
        Organization: call.tenant.name,
        Domain: shown("Domain", domainOf(hit.sent.message.recipient)),
        Date: truncated(hit.sent.receivedAt, by),
        DlpPolicy: "",
        TransportRule: shown("TransportRule", hit.rule),
        EventType: shown("EventType", hit.event),
        Action: shown("Action", hit.action),
        Direction: shown("Direction", "Inbound"),
      };
      const key = JSON.stringify(row);
      const counted = rows.get(key) ?? { ...row, MessageCount: 0 };
      counted.MessageCount += 1;
      rows.set(key, counted);
    }
    return { value: paged(call, [...rows.values()], 1000) };
  },
  "Get-MailDetailTransportRuleReport": (call) => {
    checkReport(call, "Get-MailDetailTransportRuleReport");
    const start = call.text("StartDate");
    if (start !== "" && Date.parse(start) < call.mail.world.now() - 30 * day)
      throw badArgument("StartDate can't be more than 30 days ago.");
    const rows = hits(call, 10).map(({ sent, rule, event, action }) => ({
      Organization: call.tenant.name,
      Date: sent.receivedAt,
      MessageId: sent.messageId,
      MessageTraceId: sent.id,
      Domain: domainOf(sent.message.recipient),
      Subject: sent.message.subject ?? "Hello",
      Direction: "Inbound",
      SenderAddress: sent.message.sender ?? "sender@sender.example",
      RecipientAddress: sent.message.recipient,
      TransportRule: rule,
      EventType: event,
      Action: action,
    }));
    const wanted = (
      [
        "MessageId",
        "MessageTraceId",
        "SenderAddress",
        "RecipientAddress",
      ] as const
    ).map((name) => [name, names(call, name)] as const);
    return {
      value: paged(
        call,
        rows.filter((row) =>
          wanted.every(([name, list]) => !list || has(list, row[name])),
        ),
        1000,
      ),
    };
  },
  "Get-QuarantineMessage": (call) => {
    const all = call.mail.quarantine
      .list()
      .filter(({ id }) => sentIn(call).some((sent) => sent.id === id))
      .map((one) => rendered(call, one));
    const identity = call.text("Identity").toLowerCase();
    const found = all.filter((row) => row.Identity.toLowerCase() === identity);
    // An unknown Identity returns all messages, as the documentation warns.
    return {
      value: paged(
        call,
        (found.length > 0 ? found : all).filter((row) => fits(call, row)),
        100,
      ),
    };
  },
  "Test-Message": (call) => {
    const { TransportRules, UnifiedDlpRules } = call.parameters;
    if (TransportRules !== true && UnifiedDlpRules !== true)
      throw badArgument(
        "One of the parameters TransportRules and UnifiedDlpRules is required.",
      );
    // The real cmdlet sends the report to SendReportTo by mail.
    return {};
  },
};

function checkReport(call: Call, cmdlet: keyof typeof events): void {
  for (const [name, allowed] of [
    ["EventType", events[cmdlet]],
    ["Direction", ["Inbound", "Outbound"]],
  ] as const)
    for (const value of names(call, name) ?? [])
      if (!has(allowed, value))
        throw badArgument(
          `The value '${value}' of ${name} isn't one of ${allowed.join(", ")}.`,
        );
}

function oneOf(
  call: Call,
  name: string,
  allowed: readonly string[],
): string | undefined {
  const sent = call.text(name);
  if (sent === "") return undefined;
  const found = allowed.find((one) => one.toLowerCase() === sent.toLowerCase());
  if (found === undefined)
    throw badArgument(
      `The value '${sent}' of ${name} isn't one of ${allowed.join(", ")}.`,
    );
  return found;
}

/** Returns a parameter that is a list, or undefined if it was not sent. */
function names(call: Call, name: string): string[] | undefined {
  const value = call.parameters[name];
  return isTexts(value) ? value : undefined;
}

function has(list: readonly string[], value: string): boolean {
  return list.some((one) => one.toLowerCase() === value.toLowerCase());
}

function sentIn(call: Call): SentMessage[] {
  return call.mail.messages.filter(({ tenant }) => tenant === call.tenant.id);
}

/** Returns the matches of rules within the dates and filters of a report: one row for the match and one for each action. */
function hits(
  call: Call,
  days: number,
): { sent: SentMessage; rule: string; event: string; action: string }[] {
  const now = call.mail.world.now();
  const from = Math.max(
    now - days * day,
    Date.parse(call.text("StartDate")) || 0,
  );
  const to = Math.min(
    now - call.quirks.reportLagMs,
    Date.parse(call.text("EndDate")) || Number.POSITIVE_INFINITY,
  );
  const wanted = (filter: string, value: string) => {
    const list = names(call, filter);
    return !list || has(list, "All") || has(list, value);
  };
  const entries = (sent: SentMessage, { rule, actions }: RuleHit) => [
    { sent, rule, event: "TransportRuleHits", action: "" },
    ...actions.map((action) => ({
      sent,
      rule,
      event: "TransportRuleActionHits",
      action,
    })),
  ];
  return sentIn(call)
    .filter(({ receivedAt }) => {
      const at = Date.parse(receivedAt);
      return at >= from && at <= to;
    })
    .flatMap((sent) => sent.hits.flatMap((hit) => entries(sent, hit)))
    .filter(
      ({ sent, rule, event, action }) =>
        wanted("TransportRule", rule) &&
        wanted("EventType", event) &&
        wanted("Action", action) &&
        wanted("Direction", "Inbound") &&
        wanted("Domain", domainOf(sent.message.recipient)),
    );
}

function truncated(iso: string, by: string): string {
  if (by === "Summary") return `${iso.slice(0, 10)}T00:00:00.000Z`;
  return by === "Hour"
    ? `${iso.slice(0, 13)}:00:00.000Z`
    : `${iso.slice(0, 10)}T00:00:00.000Z`;
}

function paged<T>(call: Call, rows: T[], otherwise: number): T[] {
  const size = Number(call.parameters["PageSize"] ?? otherwise);
  const first = (Number(call.parameters["Page"] ?? 1) - 1) * size;
  return rows.slice(first, first + size);
}

const types: Record<string, string> = {
  malware: "Malware",
  highConfidencePhish: "HighConfPhish",
  highConfidenceSpam: "Spam",
  spam: "Spam",
  bulk: "Bulk",
  transportRule: "TransportRule",
};

/** Returns a row as it was captured over InvokeCommand (graph2otel, 2026-07-23). The value of ReleasedBy is assumed. */
function rendered(call: Call, one: Quarantined) {
  // Spoofing and impersonation count as phishing.
  const type = types[one.reason] ?? "Phish";
  const isOut = one.status === "Released" || one.status === "Approved";
  return {
    Identity: one.identity,
    ReceivedTime: one.receivedAt,
    Organization: call.tenant.id,
    MessageId: one.messageId,
    SenderAddress: one.sender,
    RecipientAddress: [one.recipient],
    Subject: one.subject,
    Size: 4096,
    Type: type,
    PolicyType: one.policyType,
    PolicyName: one.policy ?? "",
    TagName: one.quarantinePolicy ?? "",
    // The rights of the caller, an administrator, not those of the recipient.
    PermissionToBlockSender: true,
    PermissionToDelete: true,
    PermissionToPreview: true,
    PermissionToRelease: true,
    PermissionToRequestRelease: false,
    PermissionToViewHeader: true,
    PermissionToDownload: true,
    PermissionToAllowSender: true,
    Released: isOut,
    ReleaseStatus: one.status.toUpperCase(),
    SystemReleased: false,
    RecipientCount: 1,
    QuarantineTypes: type,
    Expires: one.expires,
    RecipientTag: [],
    DeletedForRecipients: [],
    QuarantinedUser: [],
    ReleasedUser: isOut ? [one.recipient] : [],
    Reported: false,
    Direction: "Inbound",
    CustomData: null,
    EntityType: "Email",
    SourceId: "",
    OverrideReasonIntValue: 0,
    OverrideReason: "None",
    ReleasedCount: isOut ? 1 : 0,
    ReleasedBy:
      one.releasedBy === null
        ? []
        : [
            one.releasedBy === "administrator"
              ? `admin@${call.tenant.name}`
              : one.releasedBy,
          ],
  };
}

function fits(call: Call, row: ReturnType<typeof rendered>): boolean {
  const { parameters } = call;
  const among = (name: string, ...values: string[]) => {
    const list = names(call, name);
    return !list || values.some((value) => has(list, value));
  };
  const equal = (name: string, value: string) =>
    call.text(name) === "" || has([call.text(name)], value);
  const within = (what: string, value: string) => {
    const at = Date.parse(value);
    return (
      !(at < Date.parse(call.text(`Start${what}Date`))) &&
      !(at > Date.parse(call.text(`End${what}Date`)))
    );
  };
  return (
    among("RecipientAddress", ...row.RecipientAddress) &&
    among("SenderAddress", row.SenderAddress) &&
    among("Direction", row.Direction) &&
    among("PolicyTypes", row.PolicyType) &&
    among("QuarantineTypes", row.Type) &&
    among("ReleaseStatus", row.ReleaseStatus) &&
    equal("Type", row.Type) &&
    equal("PolicyName", row.PolicyName) &&
    equal("EntityType", row.EntityType) &&
    equal("MessageId", row.MessageId) &&
    equal("Subject", row.Subject) &&
    within("Received", row.ReceivedTime) &&
    within("Expires", row.Expires) &&
    parameters["Reported"] !== true &&
    parameters["MyItems"] !== true
  );
}
