import { newRecord, zeroGuid, type ExchangeRecord } from "../exchange-record";
import type { Json, JsonObject } from "../json";
import { textOf, type Tenant } from "../tenant";
import { editedList } from "./binding";
import type { Call, Cmdlet } from "./call";
import { alreadyExists, badArgument, invalid, notFound } from "./errors";
import { requireCustomization } from "./organization";
import { directoryProperties } from "./rendering";
import { tagProperties } from "./tags";

const kind = "QuarantinePolicy";
const globalType = "GlobalQuarantinePolicy";

/** The permissions in the order of Get-, with their bits. */
const permissions = [
  ["PermissionToBlockSender", 16],
  ["PermissionToDelete", 1],
  ["PermissionToDownload", 64],
  ["PermissionToPreview", 2],
  ["PermissionToRelease", 4],
  ["PermissionToRequestRelease", 8],
  ["PermissionToViewHeader", 128],
  ["PermissionToAllowSender", 32],
] as const;

const frequencies: Record<string, string> = {
  "04:00:00": "PT4H",
  "1.00:00:00": "P1D",
  "7.00:00:00": "P7D",
};

/** The values for setting a frequency, by the values that Get- returns. */
export const setFrequencies: Readonly<Record<string, string>> =
  Object.fromEntries(
    Object.entries(frequencies).map(([sent, read]) => [read, sent]),
  );

/** Returns permissions as a number, from the text that Get- returns. */
export function permissionBits(text: string): number {
  return permissions
    .filter(([name]) => text.includes(`${name}: True`))
    .reduce((sum, [, bit]) => sum + bit, 0);
}

/** Returns the built-in quarantine policies of every tenant. They cannot be created, changed or removed. */
export function builtInQuarantinePolicies(): ExchangeRecord[] {
  return (
    [
      ["AdminOnlyAccessPolicy", 0, false],
      ["DefaultFullAccessPolicy", 103, false],
      ["DefaultFullAccessWithNotificationPolicy", 103, true],
    ] as const
  ).map(([Name, EndUserQuarantinePermissionsValue, ESNEnabled]) => ({
    ...newRecord({
      Name,
      EndUserQuarantinePermissionsValue,
      ESNEnabled,
      BuiltIn: true,
    }),
    Guid: zeroGuid,
  }));
}

/** Returns the tenant's global settings. Before they are customised, they have another name and cannot be set. */
export function globalQuarantinePolicy(
  name: "DefaultGlobalTag" | "DefaultGlobalPolicy" = "DefaultGlobalTag",
): ExchangeRecord {
  return newRecord({
    Name: name,
    QuarantinePolicyType: globalType,
    EndUserSpamNotificationFrequency: "1.00:00:00",
    EndUserQuarantinePermissionsValue: 0,
  });
}

/** The four cmdlets for quarantine policies. */
export const quarantinePolicyCmdlets: Record<string, Cmdlet> = {
  "Get-QuarantinePolicy": (call) => {
    const global = call.text("QuarantinePolicyType") === globalType;
    const identity = call.text("Identity");
    return {
      value: call
        .selected(kind)
        // Without a type, the list contains custom and built-in policies. A name finds the global policy as well.
        .filter((record) =>
          identity !== "" && !global ? true : isGlobal(record) === global,
        )
        .map((record) => render(call, record)),
    };
  },
  "New-QuarantinePolicy": (call) => {
    requireCustomization(call);
    const { Name, ...sent } = call.parameters;
    const name = textOf(Name);
    if (name === "" || name.length > 256)
      throw invalid("The name of a quarantine policy must not be empty.");
    if (call.text("QuarantinePolicyType") === globalType)
      return { value: [render(call, newGlobal(call, name, sent))] };
    if (call.tenant.find(kind, name))
      throw alreadyExists(`The quarantine policy '${name}' already exists.`);
    checkPermissions(sent);
    const record = call.create(kind, {
      EndUserQuarantinePermissionsValue: 0,
      ...applied(undefined, sent),
      Name: name,
    });
    return { value: [render(call, record)] };
  },
  "Set-QuarantinePolicy": (call) => {
    if (call.parameters["IgnoreDehydratedFlag"] !== true)
      requireCustomization(call);
    const record = call.target(kind);
    const { Identity, Confirm, WhatIf, IgnoreDehydratedFlag, ...sent } =
      call.parameters;
    if (record.Name === "DefaultGlobalPolicy") throw notFound(record.Name);
    if (record["BuiltIn"] === true)
      throw invalid(
        `The quarantine policy '${record.Name}' is built in and can't be changed.`,
      );
    checkPermissions(sent);
    call.change(kind, record, applied(record, sent));
    return {};
  },
  "Remove-QuarantinePolicy": (call) => {
    const record = call.target(kind);
    if (record["BuiltIn"] === true || isGlobal(record))
      throw invalid(
        `The quarantine policy '${record.Name}' is built in and can't be removed.`,
      );
    const users = policiesWithTag(call.tenant, record.Name);
    if (users.length > 0 && call.quirks.removalInUse === "refused")
      throw invalid(
        `The quarantine policy '${record.Name}' can't be removed because it is used by: ${users.join(", ")}.`,
      );
    call.remove(kind, record);
    return {};
  },
};

function isGlobal(record: ExchangeRecord): boolean {
  return record["QuarantinePolicyType"] === globalType;
}

function newGlobal(call: Call, name: string, sent: JsonObject): ExchangeRecord {
  if (name !== "DefaultGlobalTag")
    throw invalid("The global quarantine policy is named DefaultGlobalTag.");
  if (call.tenant.find(kind, name))
    throw alreadyExists(`The quarantine policy '${name}' already exists.`);
  const uncustomised = call.tenant.find(kind, "DefaultGlobalPolicy");
  if (uncustomised) call.remove(kind, uncustomised);
  return call.create(kind, {
    ...globalQuarantinePolicy(),
    ...applied(undefined, sent),
    QuarantinePolicyType: globalType,
    Name: name,
  });
}

function applied(
  record: ExchangeRecord | undefined,
  sent: JsonObject,
): JsonObject {
  const changes: JsonObject = {};
  for (const [name, value] of Object.entries(sent)) {
    if (/^(Esn|MultiLanguage)/.test(name) || name.endsWith("List"))
      changes[name] = editedList(record?.[name], value);
    else changes[name] = value;
  }
  return changes;
}

function checkPermissions(sent: JsonObject): void {
  const value = sent["EndUserQuarantinePermissionsValue"];
  if (typeof value === "number" && (value & 12) === 12)
    throw badArgument(
      "PermissionToRelease and PermissionToRequestRelease can't be set at the same time.",
    );
  const frequency = sent["EndUserSpamNotificationFrequency"];
  if (typeof frequency === "string" && !(frequency in frequencies))
    throw badArgument(
      `The value '${frequency}' of EndUserSpamNotificationFrequency isn't one of ${Object.keys(frequencies).join(", ")}.`,
    );
}

function policiesWithTag(tenant: Tenant, name: string): string[] {
  const wanted = name.toLowerCase();
  return [
    ...tenant.hostedContentFilterPolicies,
    ...tenant.antiPhishPolicies,
    ...tenant.malwareFilterPolicies,
  ]
    .filter((policy) =>
      tagProperties.some((tag) => textOf(policy[tag]).toLowerCase() === wanted),
    )
    .map((policy) => policy.Name);
}

function render(call: Call, record: ExchangeRecord): JsonObject {
  const { tenant, quirks } = call;
  const value = bits(call, record["EndUserQuarantinePermissionsValue"]);
  const given = (name: string, otherwise: Json): Json =>
    record[name] ?? otherwise;
  return {
    ...directoryProperties(
      record,
      tenant,
      "CN=QuarantineTag,CN=Transport Settings",
      quirks,
    ),
    Identity: quirks.identityPrefix
      ? `${tenant.name}\\${record.Name}`
      : record.Name,
    AdminDisplayName: given("AdminDisplayName", ""),
    QuarantinePolicyType: isGlobal(record)
      ? "GlobalQuarantineTag"
      : "QuarantinePolicy",
    ...(quirks.permissionsReadBack === "number"
      ? { EndUserQuarantinePermissionsValue: value }
      : { EndUserQuarantinePermissions: permissionText(value) }),
    ESNEnabled: given("ESNEnabled", false),
    IncludeMessagesFromBlockedSenderAddress: given(
      "IncludeMessagesFromBlockedSenderAddress",
      false,
    ),
    EndUserSpamNotificationFrequency:
      frequencies[textOf(record["EndUserSpamNotificationFrequency"])] ?? "P1D",
    EndUserSpamNotificationCustomFromAddress: given(
      "EndUserSpamNotificationCustomFromAddress",
      "",
    ),
    EndUserSpamNotificationLanguage: given(
      "EndUserSpamNotificationLanguage",
      "Default",
    ),
    QuarantineRetentionDays: given("QuarantineRetentionDays", 30),
    OrganizationBrandingEnabled: given("OrganizationBrandingEnabled", false),
    MultiLanguageSetting: given("MultiLanguageSetting", ["Default"]),
    MultiLanguageSenderName: given("MultiLanguageSenderName", []),
    MultiLanguageCustomDisclaimer: given("MultiLanguageCustomDisclaimer", []),
    EsnCustomSubject: given("EsnCustomSubject", []),
    CustomDisclaimer: given("CustomDisclaimer", ""),
  };
}

function bits(call: Call, value: Json | undefined): number {
  const sent = typeof value === "number" ? value : 0;
  switch (call.quirks.idlePermissionBits) {
    case "asSent":
      return sent;
    case "set":
      return sent | 192;
    case "cleared":
      return sent & 63;
  }
}

function permissionText(value: number): string {
  return `[${permissions.map(([name, bit]) => `${name}: ${value & bit ? "True" : "False"}`).join("\r\n")}]`;
}
