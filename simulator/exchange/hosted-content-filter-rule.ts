import type { ExchangeRecord } from "../exchange-record";
import { isTexts, type JsonObject } from "../json";
import { textOf } from "../tenant";
import { editedList } from "./binding";
import type { Call, Cmdlet } from "./call";
import { badArgument, invalid, notFound } from "./errors";
import { requireCustomization } from "./organization";
import { stamp, times } from "./rendering";
import {
  refuseTakenName,
  selectedRules,
  stateCmdlets,
  wantedPriority,
} from "./rule";

const kind = "HostedContentFilterRule";
const recipients = ["RecipientDomainIs", "SentTo", "SentToMemberOf"] as const;
const lists = [...recipients, ...recipients.map((name) => `ExceptIf${name}`)];

/** The six cmdlets for anti-spam rules and the one for the presets' rules. */
export const hostedContentFilterRuleCmdlets: Record<string, Cmdlet> = {
  ...stateCmdlets(kind),
  "Get-HostedContentFilterRule": (call) => ({
    value: selectedRules(call, kind).map((rule) => render(call, rule)),
  }),
  "New-HostedContentFilterRule": (call) => {
    requireCustomization(call);
    const name = call.text("Name");
    refuseTakenName(call, kind, name);
    const policy = freePolicy(call);
    const priority = wantedPriority(call, kind, true);
    const properties = applied(call, {});
    requireRecipients(properties);
    const rule = call.create(kind, {
      Comments: null,
      ...properties,
      Name: name,
      HostedContentFilterPolicy: policy,
      State: call.parameters["Enabled"] === false ? "Disabled" : "Enabled",
    });
    const last = call.tenant.hostedContentFilterRules.length - 1;
    call.prioritise(kind, rule, priority ?? last);
    return { value: [render(call, rule)] };
  },
  "Set-HostedContentFilterRule": (call) => {
    const rule = call.target(kind);
    const name = call.text("Name");
    if (name !== "") refuseTakenName(call, kind, name, rule);
    const priority = wantedPriority(call, kind, false);
    const changes = applied(call, rule);
    if (call.parameters["HostedContentFilterPolicy"] !== undefined)
      changes["HostedContentFilterPolicy"] = freePolicy(call);
    requireRecipients({ ...rule, ...changes });
    call.change(kind, rule, {
      ...changes,
      ...(name === "" ? {} : { Name: name }),
    });
    if (priority !== undefined) call.prioritise(kind, rule, priority);
    return {};
  },
  "Get-EOPProtectionPolicyRule": (call) => ({
    value: selectedRules(call, "EOPProtectionPolicyRule").map((rule) => ({
      ...render(call, rule),
      AntiPhishPolicy: rule["AntiPhishPolicy"] ?? null,
      MalwareFilterPolicy: rule["MalwareFilterPolicy"] ?? null,
    })),
  }),
};

/** Returns the requested policy. @throws CmdletError if it is Default or already has a rule, even if that is this rule. */
function freePolicy(call: Call): string {
  const wanted = call.text("HostedContentFilterPolicy");
  const policy = call.tenant.find("HostedContentFilterPolicy", wanted);
  if (!policy) throw notFound(wanted);
  if (policy["IsDefault"] === true)
    throw invalid(
      `The default policy '${policy.Name}' applies to everybody and can't have a rule.`,
    );
  const bound = call.tenant.hostedContentFilterRules.find(
    (rule) => rule["HostedContentFilterPolicy"] === policy.Name,
  );
  if (bound)
    throw invalid(
      `The policy '${policy.Name}' already has rule '${bound.Name}' associated with it.`,
    );
  return policy.Name;
}

function applied(call: Call, current: JsonObject): JsonObject {
  const changes: JsonObject = {};
  for (const name of lists) {
    const sent = call.parameters[name];
    if (sent !== undefined) changes[name] = editedList(current[name], sent);
  }
  const comments = call.parameters["Comments"];
  if (comments !== undefined) changes["Comments"] = comments;
  return changes;
}

function requireRecipients(rule: JsonObject): void {
  const some = recipients.some((name) => filled(rule[name]));
  if (!some)
    throw badArgument(
      `The rule needs at least one of ${recipients.join(", ")}.`,
    );
}

function filled(value: unknown): value is string[] {
  return isTexts(value) && value.length > 0;
}

function render(call: Call, rule: ExchangeRecord): JsonObject {
  const predicates = (prefix: string) => {
    const names = recipients
      .filter((name) => filled(rule[`${prefix}${name}`]))
      .map(
        (name) =>
          `Microsoft.Exchange.MessagingPolicies.Rules.Tasks.${name}Predicate`,
      );
    return names.length > 0 ? names : null;
  };
  return {
    Priority: rule["Priority"] ?? 0,
    Comments: rule["Comments"] ?? null,
    HostedContentFilterPolicy: rule["HostedContentFilterPolicy"] ?? null,
    State: rule["State"] ?? "Enabled",
    ...Object.fromEntries(
      lists.map((name) => [name, filled(rule[name]) ? rule[name] : null]),
    ),
    Conditions: predicates(""),
    Exceptions: predicates("ExceptIf"),
    Description: describe(rule),
    RuleVersion: "14.0.0.0",
    Identity: rule.Name,
    Name: rule.Name,
    Guid: rule.Guid,
    ImmutableId: rule.Guid,
    ExchangeObjectId: rule.ExchangeObjectId,
    OrganizationId: call.tenant.name,
    IsValid: true,
    ...times(rule, call.quirks),
    ObjectState: "Unchanged",
    ExchangeVersion: "0.1 (8.0.535.0)",
    WhenChanged: stamp(rule.WhenChanged, "+00:00", call.quirks),
  };
}

function describe(rule: ExchangeRecord): string {
  const sentence = (prefix: string) =>
    recipients
      .filter((name) => filled(rule[`${prefix}${name}`]))
      .map((name) => {
        const values = rule[`${prefix}${name}`] as string[];
        return `\t${name}: ${values.map((value) => `'${value}'`).join(" or ")}\r\n`;
      })
      .join("\tand ");
  const except = sentence("ExceptIf");
  return `If the message:\r\n${sentence("")}Take the following actions:\r\n\tApply hosted content filter policy "${textOf(rule["HostedContentFilterPolicy"])}".\r\n${except === "" ? "" : `Except if the message:\r\n${except}`}`;
}
