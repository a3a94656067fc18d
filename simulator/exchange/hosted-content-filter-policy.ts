import { newRecord, type ExchangeRecord } from "../exchange-record";
import { isTexts, type JsonObject } from "../json";
import { textOf } from "../tenant";
import { editedList } from "./binding";
import type { Call, Cmdlet } from "./call";
import { alreadyExists, invalid } from "./errors";
import { requireCustomization } from "./organization";
import { cmdletParameters } from "./parameters";
import { directoryProperties } from "./rendering";
import { isSenderList, sendersIn, withSenderLists } from "./sender-lists";
import { resolvedTags } from "./tags";

const kind = "HostedContentFilterPolicy";

/** The default values of a policy, as captured from a new tenant. */
const fresh: JsonObject = {
  AdminDisplayName: "",
  AddXHeaderValue: "",
  BulkMovesEnabled: "NotSet",
  ModifySubjectValue: "",
  RedirectToRecipients: [],
  TestModeBccToRecipients: [],
  FalsePositiveAdditionalRecipients: [],
  QuarantineRetentionPeriod: 15,
  TestModeAction: "None",
  IncreaseScoreWithImageLinks: "Off",
  IncreaseScoreWithNumericIps: "Off",
  IncreaseScoreWithRedirectToOtherPort: "Off",
  IncreaseScoreWithBizOrInfoUrls: "Off",
  MarkAsSpamEmptyMessages: "Off",
  MarkAsSpamJavaScriptInHtml: "Off",
  MarkAsSpamFramesInHtml: "Off",
  MarkAsSpamObjectTagsInHtml: "Off",
  MarkAsSpamEmbedTagsInHtml: "Off",
  MarkAsSpamFormTagsInHtml: "Off",
  MarkAsSpamWebBugsInHtml: "Off",
  MarkAsSpamSensitiveWordList: "Off",
  MarkAsSpamSpfRecordHardFail: "Off",
  MarkAsSpamFromAddressAuthFail: "Off",
  MarkAsSpamBulkMail: "On",
  MarkAsSpamNdrBackscatter: "Off",
  IsDefault: false,
  LanguageBlockList: [],
  RegionBlockList: [],
  HighConfidenceSpamAction: "MoveToJmf",
  SpamAction: "MoveToJmf",
  DownloadLink: false,
  EnableRegionBlockList: false,
  EnableLanguageBlockList: false,
  BulkThreshold: 7,
  AllowedSenders: [],
  AllowedSenderDomains: [],
  BlockedSenders: [],
  BlockedSenderDomains: [],
  ZapEnabled: true,
  InlineSafetyTipsEnabled: true,
  BulkSpamAction: "MoveToJmf",
  PhishSpamAction: "MoveToJmf",
  SpamZapEnabled: true,
  PhishZapEnabled: true,
  IntraOrgFilterState: "Default",
  HighConfidencePhishAction: "Quarantine",
  RecommendedPolicyType: "Custom",
  SpamQuarantineTag: "DefaultFullAccessPolicy",
  HighConfidenceSpamQuarantineTag: "DefaultFullAccessPolicy",
  PhishQuarantineTag: "DefaultFullAccessPolicy",
  HighConfidencePhishQuarantineTag: "AdminOnlyAccessPolicy",
  BulkQuarantineTag: "DefaultFullAccessPolicy",
};

/** Returns the policy `Default` of a new tenant. */
export function defaultHostedContentFilterPolicy(): ExchangeRecord {
  return newRecord({ ...fresh, Name: "Default", IsDefault: true });
}

/** Returns a policy with the given values and defaults for the others. */
export function hostedContentFilterPolicy(
  properties: { Name: string } & JsonObject,
): ExchangeRecord {
  return newRecord({ ...fresh, ...properties });
}

/** Returns the policies of the preset security policies. They are in the same list, and their names end with digits. */
export function presetHostedContentFilterPolicies(): ExchangeRecord[] {
  return (["Standard", "Strict"] as const).map((level, at) =>
    hostedContentFilterPolicy({
      Name: `${level} Preset Security Policy${1784144691483 + at * 1000}`,
      RecommendedPolicyType: level,
      QuarantineRetentionPeriod: 30,
      BulkThreshold: level === "Standard" ? 6 : 5,
      HighConfidenceSpamAction: "Quarantine",
      PhishSpamAction: "Quarantine",
      HighConfidenceSpamQuarantineTag:
        "DefaultFullAccessWithNotificationPolicy",
      PhishQuarantineTag: "DefaultFullAccessWithNotificationPolicy",
      ...(level === "Strict"
        ? { SpamAction: "Quarantine", BulkSpamAction: "Quarantine" }
        : {}),
    }),
  );
}

/** The four cmdlets for anti-spam policies. */
export const hostedContentFilterPolicyCmdlets: Record<string, Cmdlet> = {
  "Get-HostedContentFilterPolicy": (call) => ({
    value: call.selected(kind).map((record) => render(call, record)),
  }),
  "New-HostedContentFilterPolicy": (call) => {
    requireCustomization(call);
    const name = call.text("Name");
    if (name === "" || /[\\%&*+/=?{}|<>();:[\],"]/.test(name))
      throw invalid(
        `The name '${name}' contains characters that aren't allowed: \\ % & * + / = ? { } | < > ( ) ; : [ ] , "`,
      );
    if (call.tenant.find(kind, name))
      throw alreadyExists(
        `The hosted content filter policy '${name}' already exists.`,
      );
    const record = call.create(kind, {
      ...fresh,
      ...applied(call, fresh),
      Name: name,
    });
    return { value: [render(call, record)] };
  },
  "Set-HostedContentFilterPolicy": (call) => {
    requireCustomization(call);
    const record = call.target(kind);
    refusePreset(record, "changed");
    const changes = applied(call, record);
    if (call.parameters["MakeDefault"] === true) {
      for (const other of call.tenant.hostedContentFilterPolicies)
        if (other !== record && other["IsDefault"] === true)
          call.change(kind, other, { IsDefault: false });
      changes["IsDefault"] = true;
    }
    call.change(kind, record, changes);
    return {};
  },
  "Remove-HostedContentFilterPolicy": (call) => {
    const record = call.target(kind);
    if (record["IsDefault"] === true)
      throw invalid(`The default policy '${record.Name}' can't be removed.`);
    refusePreset(record, "removed");
    call.remove(kind, record);
    return {};
  },
};

function refusePreset(record: ExchangeRecord, done: string): void {
  if (record["RecommendedPolicyType"] !== "Custom")
    throw invalid(
      `The policy '${record.Name}' belongs to a preset security policy and can't be ${done}.`,
    );
}

/** Returns a policy after a change. @throws CmdletError if an action lacks a property that it needs, or a tag is unknown. */
function applied(call: Call, current: JsonObject): JsonObject {
  const changes: JsonObject = {};
  const parameters = cmdletParameters["Set-HostedContentFilterPolicy"] ?? {};
  for (const [name, value] of Object.entries(call.parameters)) {
    const parameter = parameters[name];
    if (!parameter || /^(Identity|Confirm|WhatIf|MakeDefault)$/.test(name))
      continue;
    changes[name] =
      parameter.type === "texts"
        ? editedList(
            isSenderList(name) ? sendersIn(current[name]) : current[name],
            value,
          )
        : (value ?? fresh[name] ?? null);
  }
  Object.assign(changes, resolvedTags(call));
  // An obsolete value. The service still accepts it, and stores the one value that is left.
  if (changes["HighConfidencePhishAction"] === "MoveToJmf")
    changes["HighConfidencePhishAction"] = "Quarantine";
  if (call.quirks.actionWithoutValue === "refused")
    checkActions({ ...current, ...changes });
  return changes;
}

const needs: Record<string, string> = {
  Redirect: "RedirectToRecipients",
  ModifySubject: "ModifySubjectValue",
  AddXHeader: "AddXHeaderValue",
};

function checkActions(policy: JsonObject): void {
  for (const [name, action] of Object.entries(policy)) {
    const needed = name.endsWith("Action") ? needs[textOf(action)] : undefined;
    if (needed === undefined || name === "TestModeAction") continue;
    const value = policy[needed];
    if (value === "" || value == null || (isTexts(value) && value.length === 0))
      throw invalid(
        `The parameter ${needed} is required when ${name} is ${textOf(action)}.`,
      );
  }
}

function render(call: Call, record: ExchangeRecord): JsonObject {
  return {
    ...withSenderLists(record, call.quirks.senderListForm),
    ZapEnabled:
      record["SpamZapEnabled"] === true || record["PhishZapEnabled"] === true,
    ...directoryProperties(
      record,
      call.tenant,
      "CN=Hosted Content Filter,CN=Transport Settings",
      call.quirks,
    ),
    ObjectCategory:
      "EURPR04A002.prod.outlook.com/Configuration/Schema/ms-Exch-Hosted-Content-Filter-Config",
    ObjectClass: ["top", "msExchHostedContentFilterConfig"],
  };
}
