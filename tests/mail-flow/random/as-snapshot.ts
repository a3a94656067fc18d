import type {
  QuarantinePermission,
  RuleValue,
  Snapshot,
  TransportRule,
} from "../../../mail-flow/snapshot";
import { propertyOf } from "../../../mail-flow/names";
import { conditions } from "../../../providers/exchange-online/transport-rule-properties";
import type { JsonObject } from "../../../simulator/json";
import { hostOf } from "./names";
import type { RandomTenant } from "./tenant";

const builtIn: JsonObject[] = [
  { Name: "AdminOnlyAccessPolicy", EndUserQuarantinePermissionsValue: 0 },
  { Name: "DefaultFullAccessPolicy", EndUserQuarantinePermissionsValue: 103 },
  {
    Name: "DefaultFullAccessWithNotificationPolicy",
    EndUserQuarantinePermissionsValue: 103,
    ESNEnabled: true,
  },
];

/** The snapshot of a random tenant, without going through an answer of the vendors. */
export function asSnapshot(tenant: RandomTenant): Snapshot {
  return {
    takenAt: "2026-11-23T12:00:00.000Z",
    domains: {
      value: tenant.protectedDomains.map((domain) => ({
        domain: text(domain["domain"]),
        domainId: "",
        ...(typeof domain["status"] === "string" && {
          status: domain["status"].toUpperCase(),
        }),
        ...(typeof domain["transport"] === "string" && {
          transport: domain["transport"],
        }),
        dropDispositions: texts(domain["drop_dispositions"]),
        allowedDeliveryModes: texts(domain["allowed_delivery_modes"]),
        ipRestrictions: texts(domain["ip_restrictions"]),
      })),
    },
    acceptedDomains: {
      value: tenant.acceptedDomains.map((domain, at) => ({
        domainName: text(domain["DomainName"]),
        domainType: text(domain["DomainType"]),
        default: at === 0,
        initialDomain: false,
        matchSubDomains: domain["MatchSubDomains"] === true,
      })),
    },
    inboundConnectors: {
      value: tenant.inboundConnectors.map((connector) => ({
        name: text(connector["Name"]),
        enabled: connector["Enabled"] === true,
        connectorType: text(connector["ConnectorType"]),
        senderIpAddresses: texts(connector["SenderIPAddresses"]),
        senderDomains: texts(connector["SenderDomains"]).map((domain) =>
          domain.replace(/^smtp:|;\d+$/g, ""),
        ),
        associatedAcceptedDomains: texts(
          connector["AssociatedAcceptedDomains"],
        ),
        requireTls: connector["RequireTls"] === true,
        restrictDomainsToIpAddresses:
          connector["RestrictDomainsToIPAddresses"] === true,
        restrictDomainsToCertificate:
          connector["RestrictDomainsToCertificate"] === true,
        ...(typeof connector["TlsSenderCertificateName"] === "string" && {
          tlsSenderCertificateName: connector["TlsSenderCertificateName"],
        }),
        treatMessagesAsInternal: connector["TreatMessagesAsInternal"] === true,
        efSkipLastIp: connector["EFSkipLastIP"] === true,
        efSkipIps: texts(connector["EFSkipIPs"]),
        efUsers: texts(connector["EFUsers"]),
        efTestMode: connector["EFTestMode"] === true,
      })),
    },
    connectionFilters: {
      value: [
        {
          name: "Default",
          isDefault: true,
          ipAllowList: texts(tenant.connectionFilter["IPAllowList"]),
          ipBlockList: texts(tenant.connectionFilter["IPBlockList"]),
          enableSafeList: false,
        },
      ],
    },
    transportRules: { value: tenant.transportRules.map(transportRule) },
    antiSpamPolicies: {
      value: all(
        tenant.antiSpamPolicies.map((policy) => ({
          ...policy,
          ...Object.fromEntries(
            ["Senders", "SenderDomains"]
              .flatMap((list) => [`Allowed${list}`, `Blocked${list}`])
              .map((list) => [list, listed(policy[list])]),
          ),
        })),
      ),
    },
    antiSpamRules: { value: tenant.antiSpamRules.map(policyRule) },
    presetRules: { value: tenant.presetRules.map(policyRule) },
    antiPhishPolicies: {
      value: tenant.antiPhishPolicies.map((policy) => {
        const { Name, IsDefault, Enabled, ...settings } = policy;
        return {
          name: text(Name),
          isDefault: IsDefault === true,
          enabled: Enabled === true,
          settings: named(settings) as Record<string, RuleValue>,
        };
      }),
    },
    malwarePolicies: { value: all(tenant.malwarePolicies) },
    quarantinePolicies: {
      value: [...builtIn, ...tenant.quarantinePolicies].map((policy) => ({
        name: text(policy["Name"]),
        endUserQuarantinePermissions: permissions(
          Number(policy["EndUserQuarantinePermissionsValue"]),
        ),
        esnEnabled: policy["ESNEnabled"] === true,
      })),
    },
    quarantineNotification: { value: null },
    organization: {
      value: {
        name: "contoso.onmicrosoft.com",
        isDehydrated: false,
        rejectDirectSend:
          tenant.organizationConfig["RejectDirectSend"] === true,
      },
    },
    mailExchanges: {
      value: Object.fromEntries(
        tenant.protectedDomains
          .map(({ domain }) => text(domain))
          .map((domain) => [domain, [hostOf(domain)]]),
      ),
    },
  };
}

function transportRule(rule: JsonObject): TransportRule {
  const {
    Name,
    Priority,
    State,
    Mode,
    StopRuleProcessing,
    ActivationDate,
    ExpiryDate,
    ...rest
  } = rule;
  const isCondition = (name: string) =>
    propertyOf(name.replace(/^ExceptIf/, "")) in conditions;
  const entries = Object.entries(rest);
  return {
    name: text(Name),
    priority: Number(Priority),
    enabled: State === "Enabled",
    mode: text(Mode),
    stopRuleProcessing: StopRuleProcessing === true,
    ...(typeof ActivationDate === "string" && {
      activationDate: ActivationDate,
    }),
    ...(typeof ExpiryDate === "string" && { expiryDate: ExpiryDate }),
    conditions: named(
      Object.fromEntries(entries.filter(([name]) => isCondition(name))),
    ) as TransportRule["conditions"],
    unread: [],
    actions: Object.fromEntries(
      entries
        .filter(([name]) => !isCondition(name))
        .map(([name, value]) => [
          name === "SetSCL" ? "setScl" : propertyOf(name),
          value,
        ]),
    ) as TransportRule["actions"],
  };
}

function policyRule(rule: JsonObject) {
  const { State, ...rest } = rule;
  const lists = Object.fromEntries(
    ["SentTo", "SentToMemberOf", "RecipientDomainIs"].flatMap((name) => [
      [name, []],
      [`ExceptIf${name}`, []],
    ]),
  );
  return {
    enabled: State === "Enabled",
    ...named({ ...lists, ...rest }),
  } as unknown as Extract<
    Snapshot["presetRules"],
    { value: unknown }
  >["value"][number];
}

/** Objects whose properties are the snapshot's, but for the first letter. */
function all<T>(objects: readonly JsonObject[]): T[] {
  return objects.map((object) => named(object)) as T[];
}

function named(object: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [propertyOf(name), value]),
  );
}

function permissions(bits: number): QuarantinePermission[] {
  const names: QuarantinePermission[] = [
    "Delete",
    "Preview",
    "Release",
    "RequestRelease",
    "BlockSender",
    "AllowSender",
    "Download",
    "ViewHeader",
  ];
  return names.filter((_, bit) => bits & (1 << bit));
}

/** A list of senders as texts: its entries are texts, or objects with the address or the domain in them. */
function listed(value: unknown): string[] {
  return (Array.isArray(value) ? value : []).map((entry) => {
    const { Sender, Domain } = Object(entry) as {
      Sender?: { Address: string };
      Domain?: string;
    };
    return Sender?.Address ?? Domain ?? text(entry);
  });
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(text) : [];
}
