import type { ExchangeRecord } from "../exchange-record";
import type { JsonObject } from "../json";
import type { ExchangeKind } from "../tenant";
import type { Call, Cmdlet } from "./call";
import { CmdletError } from "./errors";
import { directoryProperties } from "./rendering";

/**
 * Checks that the tenant was customised.
 * @throws CmdletError if it was not
 */
export function requireCustomization(call: Call): void {
  if (isDehydrated(call.tenant.organizationConfig))
    throw new CmdletError(
      "Microsoft.Exchange.Management.Common.DehydratedOrganizationException",
      "The command you tried to run isn't currently allowed in your organization. To run this command, you first need to run the command: Enable-OrganizationCustomization.",
    );
}

/** Whether the tenant is still dehydrated. A customisation that was requested at `CustomizedAt` takes effect at `HydratedAt`. */
function isDehydrated(organization: ExchangeRecord): boolean {
  const at = organization["HydratedAt"];
  return (
    organization["IsDehydrated"] === true &&
    !(typeof at === "string" && Date.parse(at) <= Date.now())
  );
}

/** The cmdlets of the organisation, and those that only read. */
export const organizationCmdlets: Record<string, Cmdlet> = {
  "Enable-OrganizationCustomization": (call) => {
    const organization = call.tenant.organizationConfig;
    if (!isDehydrated(organization) || organization["HydratedAt"] !== undefined)
      throw new CmdletError(
        "Microsoft.Exchange.Management.Deployment.OrganizationAlreadyCustomizedException",
        "This operation is not required. Your organization is already enabled for customization.",
      );
    organization["HydratedAt"] = new Date(
      Date.now() + call.quirks.customizationLagMs,
    ).toISOString();
    return {};
  },
  "Get-OrganizationConfig": (call) => {
    return {
      value: call
        .read("OrganizationConfig")
        .map(({ HydratedAt, ...record }) => ({
          ...plain(call, record, ""),
          IsDehydrated: isDehydrated(call.tenant.organizationConfig),
        })),
    };
  },
  "Set-OrganizationConfig": (call) => {
    const { Confirm, WhatIf, ...sent } = call.parameters;
    call.change("OrganizationConfig", call.tenant.organizationConfig, sent);
    return {};
  },
  "Get-AcceptedDomain": reader("AcceptedDomain", "CN=Accepted Domains"),
  "Get-HostedConnectionFilterPolicy": reader(
    "HostedConnectionFilterPolicy",
    "CN=Hosted Connection Filter",
  ),
  "Get-AntiPhishPolicy": reader("AntiPhishPolicy", "CN=AntiPhish"),
  "Get-MalwareFilterPolicy": reader("MalwareFilterPolicy", "CN=Malware Filter"),
};

function reader(kind: ExchangeKind, container: string): Cmdlet {
  return (call) => ({
    value: call
      .selected(kind)
      .map((record) => plain(call, record, `${container},`)),
  });
}

function plain(
  call: Call,
  record: ExchangeRecord,
  container: string,
): JsonObject {
  return {
    ...record,
    ...directoryProperties(
      record,
      call.tenant,
      `${container}CN=Transport Settings`,
      call.quirks,
    ),
  };
}
