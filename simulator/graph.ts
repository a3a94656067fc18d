import { bearer, json, type Answer, type VendorRequest } from "./answer";
import { runHooks } from "./faults";
import {
  inWords,
  isObject,
  parseJson,
  type Json,
  type JsonObject,
} from "./json";
import type { Route } from "./server";
import type { Tenant } from "./tenant";
import type { World } from "./world";

const audiences = [
  "https://graph.microsoft.com",
  "https://graph.microsoft.us",
  "https://dod-graph.microsoft.us",
];
const greatestBatch = 20;

/** Returns the routes of Microsoft Graph: domains, their DNS records, the organisation, and JSON batching. */
export function graphRoutes(world: World): Route[] {
  const get = (path: string): Route => ({
    method: "GET",
    path,
    vendor: "graph",
    handle: (request) => answerGet(world, request, request.path),
  });
  return [
    get("/v1.0/domains"),
    get("/v1.0/domains/:id"),
    get("/v1.0/domains/:id/serviceConfigurationRecords"),
    get("/v1.0/organization"),
    {
      method: "POST",
      path: "/v1.0/$batch",
      vendor: "graph",
      handle: (request) => batch(world, request),
    },
  ];
}

/** Returns the answer to a path that the simulated Graph does not have. */
export function noSegment(request: VendorRequest): Answer {
  const segment = request.path.split("/")[2] ?? "";
  return refuse(
    request,
    404,
    "BadRequest",
    `Resource not found for the segment '${segment}'.`,
  );
}

function answerGet(world: World, request: VendorRequest, path: string): Answer {
  const who = signedIn(world, request);
  if ("status" in who) return who;
  const [, , root, id, navigation] = path.split("/").map(decodeURIComponent);
  if (root?.toLowerCase() === "organization")
    return who.roles.includes("Organization.Read.All")
      ? json(200, organization(world, who.tenant))
      : denied(request);
  if (root?.toLowerCase() !== "domains") return noSegment(request);
  if (!who.roles.includes("Domain.Read.All")) return denied(request);
  if (id === undefined || id === "") return json(200, list(world, who.tenant));
  const domain = who.tenant.domains.find(
    (one) => one.id.toLowerCase() === id.toLowerCase(),
  );
  if (!domain)
    return refuse(
      request,
      404,
      "Request_ResourceNotFound",
      `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
    );
  const { serviceConfigurationRecords, ...properties } = domain;
  if (navigation === undefined)
    return json(200, {
      "@odata.context": context(world, "domains/$entity"),
      ...properties,
    });
  if (navigation.toLowerCase() !== "serviceconfigurationrecords")
    return noSegment(request);
  return json(200, {
    "@odata.context": context(
      world,
      `domains('${domain.id}')/serviceConfigurationRecords`,
    ),
    value: serviceConfigurationRecords,
  });
}

function list(world: World, tenant: Tenant): Json {
  return {
    "@odata.context": context(world, "domains"),
    value: tenant.domains.map(
      ({ serviceConfigurationRecords: _records, ...domain }) => domain,
    ),
  };
}

function organization(world: World, tenant: Tenant): Json {
  return {
    "@odata.context": context(world, "organization"),
    value: [
      {
        id: tenant.id,
        displayName: "Contoso",
        verifiedDomains: tenant.domains.map(({ id, isDefault, isInitial }) => ({
          name: id,
          isDefault: isDefault ?? false,
          isInitial: isInitial ?? false,
          capabilities: "Email",
          type: "Managed",
        })),
      },
    ],
  };
}

function context(world: World, path: string): string {
  return `${world.url}/v1.0/$metadata#${path}`;
}

async function batch(world: World, request: VendorRequest): Promise<Answer> {
  const who = signedIn(world, request);
  if ("status" in who) return who;
  const body = parseJson(request.body);
  const requests = isObject(body) ? body["requests"] : undefined;
  if (!Array.isArray(requests) || requests.length === 0)
    return refuse(request, 400, "BadRequest", "Invalid batch payload format.");
  if (requests.length > greatestBatch)
    return refuse(
      request,
      400,
      "BadRequest",
      `Number of batch request steps exceeds the maximum value of ${greatestBatch}.`,
    );
  const ids = new Set(
    requests.map((one) => (isObject(one) ? one["id"] : undefined)),
  );
  if (ids.size < requests.length || !requests.every(hasId))
    return refuse(
      request,
      400,
      "BadRequest",
      "Every request of a batch needs an id of its own.",
    );
  request.entry.requests = [];
  const responses = await Promise.all(
    requests.filter(isObject).map((one) => step(world, request, one)),
  );
  // Graph does not guarantee the order of answers: a client that relies on the order of its requests must fail.
  return json(200, { responses: responses.reverse() });
}

function hasId(one: Json): boolean {
  return isObject(one) && typeof one["id"] === "string";
}

async function step(
  world: World,
  request: VendorRequest,
  one: JsonObject,
): Promise<Json> {
  const url = typeof one["url"] === "string" ? one["url"] : "";
  const path = `/v1.0${url.startsWith("/") ? "" : "/"}${url.split("?")[0] ?? ""}`;
  const method = inWords(one["method"]).toUpperCase();
  const inner = { ...request, path, method, entry: { ...request.entry } };
  const seen = { vendor: "graph", method, path, body: "" } as const;
  const { fault, hooks } = world.faults.strike(seen);
  await runHooks(hooks, "before", seen);
  const answer =
    fault?.kind === "status"
      ? json(fault.status, fault.body ?? {}, fault.headers)
      : fault?.kind === "body"
        ? json(fault.status ?? 200, fault.body)
        : method === "GET"
          ? answerGet(world, inner, path)
          : refuse(
              inner,
              405,
              "Request_BadRequest",
              "Specified HTTP method is not allowed.",
            );
  await runHooks(hooks, "after", seen);
  request.entry.requests?.push({ path, status: answer.status });
  return {
    id: one["id"] ?? null,
    status: answer.status,
    headers: Object.fromEntries(
      Object.entries(answer.headers).map(([name, value]) => [
        canonical(name),
        value,
      ]),
    ),
    body: parseJson(answer.body.toString("utf8")) ?? {},
  };
}

function canonical(header: string): string {
  return header
    .toLowerCase()
    .replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
}

function signedIn(
  world: World,
  request: VendorRequest,
): { tenant: Tenant; roles: string[] } | Answer {
  const token = bearer(request.headers);
  if (token === undefined)
    return refuse(
      request,
      401,
      "InvalidAuthenticationToken",
      "Access token is empty.",
    );
  const claims = world.tokens.read(token);
  if (claims) {
    request.entry.authorization = `application ${claims.appid}, token ${claims.serial}`;
    request.entry.tokenAudience = claims.aud;
  }
  const tenant = claims && world.tenants.get(claims.tid);
  if (!claims || !tenant)
    return refuse(
      request,
      401,
      "InvalidAuthenticationToken",
      "Lifetime validation failed, the token is expired.",
    );
  if (!audiences.includes(claims.aud))
    return refuse(
      request,
      401,
      "InvalidAuthenticationToken",
      "Access token validation failure. Invalid audience.",
    );
  return { tenant, roles: claims.roles };
}

function denied(request: VendorRequest): Answer {
  return refuse(
    request,
    403,
    "Authorization_RequestDenied",
    "Insufficient privileges to complete the operation.",
  );
}

function refuse(
  request: VendorRequest,
  status: number,
  code: string,
  message: string,
): Answer {
  request.entry.refused = message;
  const id = "00000000-0000-4000-8000-000000000000";
  return json(status, {
    error: {
      code,
      message,
      innerError: {
        date: new Date().toISOString().slice(0, 19),
        "request-id": id,
        "client-request-id": id,
      },
    },
  });
}
