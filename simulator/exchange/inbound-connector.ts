import type { ExchangeRecord } from "../exchange-record";
import { isSet, isTexts, type Json, type JsonObject } from "../json";
import { textOf } from "../tenant";
import { editedList } from "./binding";
import type { Call, Cmdlet } from "./call";
import { alreadyExists, badArgument, cannotTransform, invalid } from "./errors";
import { ipRange } from "./ip-range";
import { cmdletParameters } from "./parameters";
import { directoryProperties } from "./rendering";

const kind = "InboundConnector";

/** The values of a connector that is created without them. */
const defaults: JsonObject = {
  AssociatedAcceptedDomains: [],
  ClientHostNames: [],
  CloudServicesMailEnabled: false,
  Comment: null,
  ConnectorSource: "Default",
  ConnectorType: "Partner",
  EFSkipIPs: [],
  EFSkipLastIP: false,
  EFSkipMailGateway: [],
  EFTestMode: false,
  EFUsers: [],
  Enabled: true,
  RequireTls: true,
  RestrictDomainsToCertificate: false,
  RestrictDomainsToIPAddresses: false,
  ScanAndDropRecipients: [],
  SenderDomains: [],
  SenderIPAddresses: [],
  TlsSenderCertificateName: null,
  TreatMessagesAsInternal: false,
  TrustedOrganizations: [],
};

/** The four cmdlets for inbound connectors. */
export const inboundConnectorCmdlets: Record<string, Cmdlet> = {
  "Get-InboundConnector": (call) => ({
    value: call.selected(kind).map((record) => render(call, record)),
  }),
  "New-InboundConnector": (call) => {
    const name = call.text("Name");
    refuseName(call, name);
    const properties = { ...defaults, ...applied(call, defaults) };
    check(properties);
    const record = call.create(kind, { ...properties, Name: name });
    return { value: [render(call, record)] };
  },
  "Set-InboundConnector": (call) => {
    const record = call.target(kind);
    const { Name } = call.parameters;
    if (typeof Name === "string") refuseName(call, Name, record);
    const changes = {
      ...applied(call, record),
      ...(typeof Name === "string" ? { Name } : {}),
    };
    check({ ...record, ...changes });
    call.change(kind, record, changes);
    return {};
  },
  "Remove-InboundConnector": (call) => {
    call.remove(kind, call.target(kind));
    return {};
  },
};

function refuseName(call: Call, name: string, own?: ExchangeRecord): void {
  if (name.trim() === "")
    throw invalid("The name of an inbound connector must not be empty.");
  const holder = call.tenant.find(kind, name);
  if (
    holder &&
    holder !== own &&
    holder.Name.toLowerCase() === name.toLowerCase()
  )
    throw alreadyExists(`The inbound connector '${name}' already exists.`);
}

/** Returns the changed properties. null restores a default value. @throws CmdletError if a value is not valid */
function applied(call: Call, current: JsonObject): JsonObject {
  const parameters = cmdletParameters["New-InboundConnector"] ?? {};
  const changes: JsonObject = {};
  for (const [name, value] of Object.entries(call.parameters)) {
    if (!(name in defaults)) continue;
    const isList = parameters[name]?.type === "texts";
    changes[name] = isList
      ? editedList(current[name], value)
      : (value ?? defaults[name] ?? null);
    for (const entry of isList ? textsOf(changes[name]) : [])
      checkEntry(call, name, entry);
  }
  const certificate = changes["TlsSenderCertificateName"];
  if (typeof certificate === "string")
    checkDomain("TlsSenderCertificateName", certificate);
  return changes;
}

function checkEntry(call: Call, name: string, entry: string): void {
  switch (name) {
    case "SenderDomains":
      return checkDomain(name, entry);
    case "AssociatedAcceptedDomains":
      if (
        !call.tenant.acceptedDomains.some(
          ({ Name, DomainName }) =>
            domainIn(textOf(DomainName) || Name) === domainIn(entry),
        )
      )
        throw invalid(
          `'${entry}' isn't an accepted domain of the organization.`,
        );
      return;
    case "SenderIPAddresses": {
      const range = ipRange(entry);
      if (!range || range.v6 || entry.includes("-") || isWide(range))
        throw cannotTransform(
          name,
          entry,
          "Microsoft.Exchange.Data.IPRange",
          `'${entry}' isn't a single IPv4 address or a CIDR range from /24 to /32.`,
        );
      return;
    }
    case "EFSkipIPs":
      if (!ipRange(entry))
        throw cannotTransform(
          name,
          entry,
          "Microsoft.Exchange.Data.IPRange",
          `'${entry}' isn't a valid IP address or IP address range.`,
        );
  }
}

const isWide = ({ first, last }: { first: bigint; last: bigint }): boolean =>
  last - first > 255n;

/** Checks `*`, a domain, or `*.` and a domain: a wildcard can't be embedded. @throws CmdletError */
function checkDomain(parameter: string, text: string): void {
  const domain = domainIn(text);
  if (domain !== "*" && !/^(\*\.)?[^\s*@]+$/.test(domain))
    throw cannotTransform(
      parameter,
      text,
      "Microsoft.Exchange.Data.SmtpDomainWithSubdomains",
      `'${text}' isn't a valid SMTP domain.`,
    );
}

/** Checks the values that a connector can't have together. @throws CmdletError */
function check(connector: JsonObject): void {
  if (connector["TreatMessagesAsInternal"] === true) {
    if (connector["ConnectorType"] !== "OnPremises")
      throw badArgument(
        "TreatMessagesAsInternal can be $true only if ConnectorType is OnPremises.",
      );
    if (connector["CloudServicesMailEnabled"] === true)
      throw badArgument(
        "TreatMessagesAsInternal and CloudServicesMailEnabled can't both be $true.",
      );
  }
  const needs: readonly [flag: string, needed: string][] = [
    ["RestrictDomainsToIPAddresses", "SenderIPAddresses"],
    ["RestrictDomainsToCertificate", "TlsSenderCertificateName"],
  ];
  for (const [flag, needed] of needs)
    if (
      connector["ConnectorType"] !== "OnPremises" &&
      connector[flag] === true &&
      !isSet(connector[needed])
    )
      throw badArgument(`${needed} is required when ${flag} is $true.`);
}

function textsOf(value: Json | undefined): string[] {
  return isTexts(value) ? value : [];
}

function domainIn(text: string): string {
  return text
    .replace(/^smtp:/i, "")
    .replace(/;\d+$/, "")
    .toLowerCase();
}

/** Renders a connector. Sender domains have the prefix `smtp:` and a priority. */
function render(call: Call, record: ExchangeRecord): JsonObject {
  const { SenderDomains } = record;
  return {
    ...record,
    ...(isTexts(SenderDomains) && {
      SenderDomains: SenderDomains.map((domain) =>
        /^smtp:/i.test(domain) ? domain : `smtp:${domain};1`,
      ),
    }),
    ...directoryProperties(
      record,
      call.tenant,
      "CN=Connections,CN=Transport Settings",
      call.quirks,
    ),
  };
}
