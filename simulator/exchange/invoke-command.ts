import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { json, nothing, type Answer, type VendorRequest } from "../answer";
import { isObject, parseJson, type JsonObject } from "../json";
import type { Route } from "../server";
import type { World } from "../world";
import { allowedCmdlets, deniedParameter, forbidden, signedIn } from "./access";
import { bind } from "./binding";
import { Call, type Cmdlet, type Outcome } from "./call";
import { CmdletError, errorAnswer } from "./errors";
import { hostedConnectionFilterPolicyCmdlets } from "./hosted-connection-filter-policy";
import { hostedContentFilterPolicyCmdlets } from "./hosted-content-filter-policy";
import { hostedContentFilterRuleCmdlets } from "./hosted-content-filter-rule";
import { inboundConnectorCmdlets } from "./inbound-connector";
import { envelope, origin, page, type Pages } from "./listing";
import { mailReportCmdlets } from "./mail-reports";
import { organizationCmdlets } from "./organization";
import { cmdletParameters } from "./parameters";
import { quarantinePolicyCmdlets } from "./quarantine-policy";
import { transportRuleCmdlets } from "./transport-rule";

const cmdlets: Record<string, Cmdlet> = {
  ...quarantinePolicyCmdlets,
  ...hostedContentFilterPolicyCmdlets,
  ...hostedContentFilterRuleCmdlets,
  ...transportRuleCmdlets,
  ...inboundConnectorCmdlets,
  ...hostedConnectionFilterPolicyCmdlets,
  ...organizationCmdlets,
  ...mailReportCmdlets,
};
const byLowerCase = new Map(
  Object.keys(cmdlets).map((name) => [name.toLowerCase(), name]),
);

const tooMany =
  "You have reached the maximum number of concurrent requests per tenant. Please wait and try again";
/** Returns the routes of Exchange Online: InvokeCommand, and the list of allowed cmdlets. */
export function exchangeRoutes(world: World): Route[] {
  const running = new Map<string, number>();
  const pages = new Map() as Pages;
  const invoke = "/adminapi/beta/:tenant/InvokeCommand";
  return [
    {
      method: "POST",
      path: invoke,
      vendor: "exchange",
      handle: (request) =>
        redirected(world, request) ??
        limited(world, running, request, () =>
          invokeCommand(world, pages, request),
        ),
    },
    {
      method: ["GET", "PUT", "PATCH", "DELETE"],
      path: invoke,
      vendor: "exchange",
      handle: (request) => notAllowed(request),
    },
    {
      method: ["GET", "POST"],
      path: "/adminapi/v1.0/:tenant/InvokeCommand",
      vendor: "exchange",
      handle: (request) => notAllowed(request),
    },
    {
      method: "GET",
      path: "/adminapi/v1.0/:tenant/EXOModuleFile",
      vendor: "exchange",
      handle: (request) => moduleFile(world, request),
    },
  ];
}

function notAllowed(request: VendorRequest): Answer {
  request.entry.refused = "only POST to beta answers InvokeCommand";
  return json(
    405,
    { Message: "The requested resource does not support http method 'GET'." },
    { allow: "POST" },
  );
}

function redirected(world: World, request: VendorRequest): Answer | undefined {
  const region = world.quirks.regionalRedirect;
  const host = request.headers.host ?? "";
  if (region === "" || host.startsWith(`${region}.`)) return undefined;
  const port = new URL(world.url).port;
  const query = request.query.size > 0 ? `?${request.query.toString()}` : "";
  return nothing(302, {
    location: `https://${region}.localhost:${port}${request.path}${query}`,
  });
}

async function limited(
  world: World,
  running: Map<string, number>,
  request: VendorRequest,
  work: () => Answer,
): Promise<Answer> {
  const tenant = request.params["tenant"] ?? "";
  const others = running.get(tenant) ?? 0;
  const most = world.quirks.concurrentRequests;
  if (most > 0 && others >= most) {
    request.entry.refused = tooMany;
    return {
      status: 400,
      headers: { "content-type": "text/plain" },
      body: Buffer.from(tooMany),
    };
  }
  running.set(tenant, others + 1);
  try {
    // Yields to the event loop: otherwise requests would never run concurrently.
    if (most > 0) await sleep(20 + world.quirks.latencyMs);
    return withHeaders(world, request, work());
  } finally {
    running.set(tenant, (running.get(tenant) ?? 1) - 1);
  }
}

function withHeaders(
  world: World,
  request: VendorRequest,
  answer: Answer,
): Answer {
  const id = request.headers["client-request-id"];
  const headers: Record<string, string> = {
    "request-id":
      typeof id === "string" && /^[\w-]{1,64}$/.test(id) ? id : randomUUID(),
    ...answer.headers,
  };
  if (world.quirks.exchangeRateLimitHeaders)
    Object.assign(headers, {
      "rate-limit-limit": "30000",
      "rate-limit-remaining": "29990",
      "rate-limit-reset": new Date(Date.now() + 300_000).toISOString(),
    });
  return { ...answer, headers };
}

function invokeCommand(
  world: World,
  pages: Pages,
  request: VendorRequest,
): Answer {
  const who = signedIn(world, request);
  if ("status" in who) return who;
  const input = commandOf(request.body);
  if (!input) {
    request.entry.refused =
      "the body is no CmdletInput with CmdletName and Parameters";
    return json(400, {
      error: {
        code: "BadRequest",
        message: "Invalid Operation",
        innererror: {
          message:
            "The CmdletInput is not valid: CmdletName and Parameters are required.",
          type: "Microsoft.Exchange.Admin.OData.Core.ODataServiceException",
          stacktrace: "",
        },
      },
    });
  }
  const name = byLowerCase.get(input.name.toLowerCase());
  const cmdlet = name === undefined ? undefined : cmdlets[name];
  if (
    name === undefined ||
    !cmdlet ||
    !allowedCmdlets(world, who.application).includes(name)
  )
    return forbidden(
      world,
      request,
      `The application may not run ${input.name.slice(0, 80).replace(/[^\w-]/g, "?")}`,
    );
  const { quirks } = world;
  const denied = deniedParameter(who.application, name, input.parameters);
  if (denied !== undefined)
    return forbidden(world, request, `${denied} is not in the role`);
  try {
    const parameters = bind(
      cmdletParameters[name] ?? {},
      input.parameters,
      quirks.wideIpRanges === "accepted",
    );
    const call = new Call(who.tenant, quirks, parameters, world.mail);
    const outcome = parameters["WhatIf"] === true ? {} : cmdlet(call);
    if (name.startsWith("Get-"))
      return page(world, pages, request, who.tenant, outcome);
    return name.startsWith("New-") && quirks.newReturnsObject
      ? envelope(world, request, outcome.value ?? [], outcome.warnings ?? [])
      : written(world, request, outcome);
  } catch (error) {
    if (!(error instanceof CmdletError)) throw error;
    request.entry.refused = error.text;
    return errorAnswer(error, quirks);
  }
}

function commandOf(
  body: string,
): { name: string; parameters: JsonObject } | undefined {
  const parsed = parseJson(body);
  const input = isObject(parsed) ? parsed["CmdletInput"] : undefined;
  if (!isObject(input) || typeof input["CmdletName"] !== "string")
    return undefined;
  const parameters = input["Parameters"];
  // The service refuses `Parameters: null`, but not `{}` (E3).
  return isObject(parameters)
    ? { name: input["CmdletName"], parameters }
    : undefined;
}

function written(
  world: World,
  request: VendorRequest,
  outcome: Outcome,
): Answer {
  switch (world.quirks.writeAnswer) {
    case "emptyValue":
      return envelope(world, request, [], outcome.warnings ?? []);
    case "emptyBody":
      return nothing(200);
    case "noContent":
      return nothing(204);
  }
}

function moduleFile(world: World, request: VendorRequest): Answer {
  const who = signedIn(world, request);
  if ("status" in who) return who;
  const wanted = request.headers["commandname"];
  const allowed = allowedCmdlets(world, who.application);
  if (allowed.length === 0)
    return forbidden(world, request, "The application has no role");
  return json(200, {
    "@odata.context": `${origin(world, request)}/adminapi/v1.0/${who.tenant.id}/$metadata#Collection(Exchange.EXOModuleFile)`,
    value: [
      {
        exportedCmdlets: (wanted === "*"
          ? allowed
          : allowed.filter((name) => name === wanted)
        ).join(","),
      },
    ],
  });
}
