import { bearer, nothing, type Answer, type VendorRequest } from "../answer";
import type { JsonObject } from "../json";
import type { Tenant } from "../tenant";
import type { Application } from "../tenant-state";
import { findTenant, type World } from "../world";
import { cmdletParameters } from "./parameters";

const audiences = [
  "https://outlook.office365.com",
  "https://outlook.office365.us",
  "https://outlook-dod.office365.us",
];

const policies =
  /^(Get|New|Set|Remove|Enable|Disable)-(QuarantinePolicy|Hosted\w+Filter(Policy|Rule))$/;
const reading = /^Get-/;
const wide = /^Get-(OrganizationConfig|InboundConnector)$/;
const reports =
  /^Get-(MailTrafficPolicyReport|MailDetailTransportRuleReport|QuarantineMessage)$/;
const preflight =
  /^Get-(EOPProtectionPolicyRule|HostedConnectionFilterPolicy)$/;

/** The cmdlets that each Entra role may run. A role that is not listed may run none. */
const directoryRoles: Record<string, (cmdlet: string) => boolean> = {
  "Global Administrator": () => true,
  "Exchange Administrator": () => true,
  "Security Administrator": (cmdlet) =>
    policies.test(cmdlet) || (reading.test(cmdlet) && !wide.test(cmdlet)),
  "Security Reader": (cmdlet) => reading.test(cmdlet) && !wide.test(cmdlet),
  "Global Reader": (cmdlet) => reading.test(cmdlet),
};

/** The cmdlets that each Exchange management role may run. */
const exchangeRoles: Record<string, (cmdlet: string) => boolean> = {
  "Organization Management": () => true,
  "Transport Rules": (cmdlet) => /-TransportRule$/.test(cmdlet),
  "Transport Hygiene": (cmdlet) =>
    policies.test(cmdlet) || preflight.test(cmdlet),
  "Remote and Accepted Domains": (cmdlet) =>
    /-InboundConnector$|^Get-AcceptedDomain$/.test(cmdlet),
  "Organization Configuration": (cmdlet) =>
    /^(Get|Set)-OrganizationConfig$/.test(cmdlet),
  "View-Only Recipients": (cmdlet) => reports.test(cmdlet),
  "View-Only Configuration": (cmdlet) => reading.test(cmdlet),
};

/** Returns the application that sent a request, or an error: 401 without the app role, 403 for a token of another tenant. */
export function signedIn(
  world: World,
  request: VendorRequest,
): { tenant: Tenant; application: Application } | Answer {
  const token = bearer(request.headers);
  const claims = token === undefined ? undefined : world.tokens.read(token);
  if (claims) {
    request.entry.authorization = `application ${claims.appid}, token ${claims.serial}`;
    request.entry.tokenAudience = claims.aud;
  }
  if (
    !claims ||
    !audiences.includes(claims.aud) ||
    !claims.roles.includes("Exchange.ManageAsApp")
  ) {
    request.entry.refused = "not signed in with Exchange.ManageAsApp";
    return nothing(401, {
      "www-authenticate": `Bearer client_id="00000002-0000-0ff1-ce00-000000000000", error="invalid_token"`,
    });
  }
  const tenant = findTenant(world, request.params["tenant"] ?? "");
  const application = tenant?.applications.find(
    ({ clientId }) => clientId === claims.appid,
  );
  return tenant && application && tenant.id === claims.tid
    ? { tenant, application }
    : forbidden(world, request, "the token is for another tenant");
}

/** Returns the cmdlets that an application may run now. */
export function allowedCmdlets(
  world: World,
  application: Application,
): string[] {
  const granted = Date.parse(application.grantedAt ?? "");
  if (granted + world.quirks.roleSpreadMs > Date.now()) return [];
  const roles = [
    ...application.directoryRoles.map((role) => directoryRoles[role]),
    ...application.exchangeRoles.map((role) => exchangeRoles[role]),
  ];
  return Object.keys(cmdletParameters).filter((cmdlet) =>
    roles.some((may) => may?.(cmdlet)),
  );
}

/** Returns a sent parameter that the roles do not allow, although they allow the cmdlet: EntityType with Security Reader alone (observed). */
export function deniedParameter(
  { directoryRoles: roles, exchangeRoles: more }: Application,
  cmdlet: string,
  parameters: JsonObject,
): string | undefined {
  if (cmdlet !== "Get-QuarantineMessage" || more.length > 0) return undefined;
  if (roles.some((role) => role !== "Security Reader")) return undefined;
  return Object.keys(parameters).find(
    (name) => name.toLowerCase() === "entitytype",
  );
}

/** Returns 403 as the service does: 4096 NUL bytes, sometimes declared as gzip, and the reason in a header or nowhere. */
export function forbidden(
  world: World,
  request: VendorRequest,
  reason: string,
): Answer {
  request.entry.refused = reason;
  const { forbiddenBody, forbiddenDiagnostics } = world.quirks;
  return {
    status: 403,
    headers: {
      ...(forbiddenDiagnostics
        ? {
            "x-ms-diagnostics": `2000003;reason="${reason}";error_category="invalid_grant"`,
          }
        : {}),
      ...(forbiddenBody === "nulGzip" ? { "content-encoding": "gzip" } : {}),
    },
    body: Buffer.alloc(forbiddenBody === "empty" ? 0 : 4096),
  };
}
