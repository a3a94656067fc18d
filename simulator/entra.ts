import { X509Certificate, createPublicKey } from "node:crypto";
import { decode, verify } from "jsonwebtoken";
import { json, type Answer, type VendorRequest } from "./answer";
import type { Route } from "./server";
import type { Tenant } from "./tenant";
import type { Application } from "./tenant-state";
import { findTenant, type World } from "./world";

/** Returns Entra's routes: discovery and the token endpoint, for secrets, certificates and federated tokens. */
export function entraRoutes(world: World): Route[] {
  return [
    {
      method: "GET",
      path: "/:tenant/v2.0/.well-known/openid-configuration",
      vendor: "entra",
      handle: (request) => configuration(world, request),
    },
    {
      method: "GET",
      path: "/common/discovery/instance",
      vendor: "entra",
      handle: (request) => instance(world, request),
    },
    {
      method: "POST",
      path: "/:tenant/oauth2/v2.0/token",
      vendor: "entra",
      handle: (request) => token(world, request),
    },
  ];
}

/** The resources that tokens are issued for, each with a test for the names of its permissions. */
const resources: Record<string, (role: string) => boolean> = Object.fromEntries(
  [
    ...[
      "outlook.office365.com",
      "outlook.office365.us",
      "outlook-dod.office365.us",
    ].map((host) => [`https://${host}`, true] as const),
    ...[
      "graph.microsoft.com",
      "graph.microsoft.us",
      "dod-graph.microsoft.us",
    ].map((host) => [`https://${host}`, false] as const),
  ].map(([resource, exchange]) => [
    resource,
    (role: string) => role.startsWith("Exchange.") === exchange,
  ]),
);

function configuration(world: World, request: VendorRequest): Answer {
  const name = request.params["tenant"] ?? "";
  const tenant = findTenant(world, name);
  if (!tenant) return noTenant(request, name);
  const base = `https://${request.headers.host ?? new URL(world.url).host}/${name}`;
  return json(200, {
    token_endpoint: `${base}/oauth2/v2.0/token`,
    token_endpoint_auth_methods_supported: [
      "client_secret_post",
      "private_key_jwt",
      "client_secret_basic",
    ],
    jwks_uri: `${base}/discovery/v2.0/keys`,
    response_modes_supported: ["query", "fragment", "form_post"],
    subject_types_supported: ["pairwise"],
    id_token_signing_alg_values_supported: ["RS256"],
    response_types_supported: [
      "code",
      "id_token",
      "code id_token",
      "id_token token",
    ],
    scopes_supported: ["openid", "profile", "email", "offline_access"],
    issuer: `https://${request.headers.host ?? ""}/${tenant.id}/v2.0`,
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    device_authorization_endpoint: `${base}/oauth2/v2.0/devicecode`,
    tenant_region_scope: "EU",
    cloud_instance_name: "microsoftonline.com",
    cloud_graph_host_name: "graph.windows.net",
    msgraph_host: "graph.microsoft.com",
  });
}

function instance(world: World, request: VendorRequest): Answer {
  const host = request.headers.host ?? new URL(world.url).host;
  return json(200, {
    tenant_discovery_endpoint: `https://${host}/common/v2.0/.well-known/openid-configuration`,
    "api-version": "1.1",
    metadata: [
      { preferred_network: host, preferred_cache: host, aliases: [host] },
    ],
  });
}

function token(world: World, request: VendorRequest): Answer {
  const form = new URLSearchParams(request.body);
  const name = request.params["tenant"] ?? "";
  const tenant = findTenant(world, name);
  if (!tenant) return noTenant(request, name);
  if (form.get("grant_type") !== "client_credentials")
    return refuse(
      request,
      400,
      "unsupported_grant_type",
      70003,
      `The app requested an unsupported grant type '${form.get("grant_type") ?? ""}'.`,
    );
  const clientId = form.get("client_id") ?? "";
  const application = tenant.applications.find(
    (one) => one.clientId.toLowerCase() === clientId.toLowerCase(),
  );
  if (!application)
    return refuse(
      request,
      400,
      "unauthorized_client",
      700016,
      `Application with identifier '${clientId}' was not found in the directory '${tenant.name}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant.`,
    );
  request.entry.authorization = `application ${application.clientId}`;
  const wrong = prove(application, form);
  if (wrong)
    return refuse(request, 401, "invalid_client", wrong.code, wrong.text);
  return issue(world, tenant, application, form, request);
}

function prove(
  application: Application,
  form: URLSearchParams,
): { code: number; text: string } | undefined {
  const assertion = form.get("client_assertion");
  const secret = form.get("client_secret");
  if (assertion !== null) return proveByAssertion(application, assertion);
  if (secret === null)
    return {
      code: 7000218,
      text: "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    };
  return application.clientSecrets.includes(secret)
    ? undefined
    : {
        code: 7000215,
        text: `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${application.clientId}'.`,
      };
}

function proveByAssertion(
  application: Application,
  assertion: string,
): { code: number; text: string } | undefined {
  const read = decode(assertion, { complete: true });
  const subject =
    typeof read?.payload === "object" ? read.payload.sub : undefined;
  if (!read || subject === undefined)
    return { code: 50027, text: "JWT token is invalid or malformed." };
  if (application.federatedSubjects.includes(subject)) return undefined;
  if (subject !== application.clientId)
    return {
      code: 700213,
      text: `No matching federated identity record found for presented assertion subject '${subject}'.`,
    };
  const signed = application.certificates.some((pem) => {
    try {
      // Allows five minutes of clock skew, as Entra does: @azure/identity rounds "not before" to the nearest second.
      verify(assertion, publicKey(pem), {
        algorithms: ["PS256", "RS256"],
        clockTolerance: 300,
      });
      return true;
    } catch {
      return false;
    }
  });
  return signed
    ? undefined
    : {
        code: 700027,
        text: `The certificate with identifier used to sign the client assertion is not registered on application, or its signature is not valid. [Reason - The key was not found., Thumbprint of key used by client: '${String(read.header["x5t#S256"] ?? read.header.x5t ?? "")}']`,
      };
}

function publicKey(pem: string): string {
  const key = pem.includes("BEGIN CERTIFICATE")
    ? new X509Certificate(pem).publicKey
    : createPublicKey(pem);
  return key.export({ type: "spki", format: "pem" }) as string;
}

function issue(
  world: World,
  tenant: Tenant,
  application: Application,
  form: URLSearchParams,
  request: VendorRequest,
): Answer {
  const scope = form.get("scope") ?? "";
  const audience = /^(https:\/\/[^/]+)\/{1,2}\.default$/.exec(
    scope.split(" ")[0] ?? "",
  )?.[1];
  if (audience === undefined)
    return refuse(
      request,
      400,
      "invalid_scope",
      1002012,
      `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`,
    );
  const owns = resources[audience];
  if (!owns)
    return refuse(
      request,
      400,
      "invalid_resource",
      500011,
      `The resource principal named ${audience} was not found in the tenant named ${tenant.name}.`,
    );
  const expires = world.quirks.tokenLifetimeSeconds;
  const access_token = world.tokens.issue(
    {
      aud: audience,
      tid: tenant.id,
      appid: application.clientId,
      roles: application.appRoles.filter(owns),
    },
    expires,
  );
  request.entry.tokenAudience = audience;
  return json(200, {
    token_type: "Bearer",
    expires_in: expires,
    ext_expires_in: expires,
    access_token,
  });
}

function noTenant(request: VendorRequest, name: string): Answer {
  return refuse(
    request,
    400,
    "invalid_tenant",
    90002,
    `Tenant '${name}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.`,
  );
}

function refuse(
  request: VendorRequest,
  status: number,
  error: string,
  code: number,
  text: string,
): Answer {
  const now = new Date().toISOString();
  const stamp = `${now.slice(0, 10)} ${now.slice(11, 19)}Z`;
  const trace = "00000000-0000-4000-8000-000000000000";
  request.entry.refused = `AADSTS${code}`;
  return json(status, {
    error,
    error_description: `AADSTS${code}: ${text} Trace ID: ${trace} Correlation ID: ${trace} Timestamp: ${stamp}`,
    error_codes: [code],
    timestamp: stamp,
    trace_id: trace,
    correlation_id: trace,
    error_uri: `https://login.microsoftonline.com/error?code=${code}`,
  });
}
