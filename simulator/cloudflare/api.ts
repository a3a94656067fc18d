import { Account, challengeName, type EmailDomain } from "../account";
import { nothing, type Answer, type VendorRequest } from "../answer";
import type { JsonObject } from "../json";
import type { Route } from "../server";
import type { World } from "../world";
import { access, identify } from "./access";
import { batch, removeAll } from "./batch";
import { invalid, missing, parsed, wrongPatch, wrongPut } from "./body";
import { change, create, remove, render, replace } from "./domain";
import { failure, success } from "./envelope";
import { list } from "./list";
import type { RateLimit } from "./rate-limit";
import { complaints, createDomain, deletions } from "./schemas";

type Operation = (
  account: Account,
  request: VendorRequest,
) => Answer | Promise<Answer>;

/** Returns Cloudflare's routes: the nine operations on email domains. */
export function cloudflareRoutes(world: World, limit: RateLimit): Route[] {
  const root =
    "/client/v4/accounts/:account_id/email-security/settings/domains";
  const one = `${root}/:domain_id`;
  const { quirks } = world;
  const route = (
    method: Route["method"],
    path: string,
    operation: Operation,
  ): Route => ({
    method,
    path,
    vendor: "cloudflare",
    handle: (request) => guarded(world, limit, request, operation),
  });
  const withDomain =
    (
      operation: (
        account: Account,
        domain: EmailDomain,
        request: VendorRequest,
      ) => Answer,
    ): Operation =>
    (account, request) => {
      const id = (request.params["domain_id"] ?? "").toLowerCase();
      const pool =
        request.method === "GET" ? account.visible() : account.domains;
      const domain = pool.find((candidate) => candidate.id === id);
      return domain ? operation(account, domain, request) : missing(request);
    };
  return [
    route("GET", root, (account, request) => list(account, request, quirks)),
    route("POST", root, (account, request) => post(world, account, request)),
    route("DELETE", root, (account, request) =>
      bulkDelete(world, account, request),
    ),
    route("POST", `${root}/batch`, (account, request) =>
      batch(world, account, request),
    ),
    route(
      "GET",
      one,
      withDomain((_account, domain) => success(render(domain, quirks))),
    ),
    route(
      "PUT",
      one,
      withDomain((account, domain, request) => {
        const body = parsed(request);
        const wrong = wrongPut(quirks, body);
        if (wrong.length > 0) return invalid(request, wrong);
        replace(account, domain, body as JsonObject, quirks);
        return success(render(domain, quirks));
      }),
    ),
    route(
      "PATCH",
      one,
      withDomain((account, domain, request) => {
        const body = parsed(request);
        const wrong = wrongPatch(quirks, body);
        if (wrong.length > 0) return invalid(request, wrong);
        change(account, domain, body as JsonObject, quirks);
        return success(render(domain, quirks));
      }),
    ),
    route(
      "DELETE",
      one,
      withDomain((account, domain) => {
        remove(account, domain, quirks);
        return success({ id: domain.id });
      }),
    ),
    route(
      "GET",
      `${one}/verification`,
      withDomain((_account, domain, request) =>
        verification(world, domain, request),
      ),
    ),
  ];
}

/** Returns the answer to a path that the simulated API does not have. */
export function noRoute(request: VendorRequest): Answer {
  return failure(request, 404, [
    { code: 7003, message: "No route for the URI" },
  ]);
}

async function guarded(
  world: World,
  limit: RateLimit,
  request: VendorRequest,
  operation: Operation,
): Promise<Answer> {
  const token = identify(world, request)?.label ?? "nobody";
  const allowance = limit.count(token, world.quirks);
  if (!allowance.passed)
    return failure(
      request,
      429,
      [
        {
          code: 10429,
          message:
            "More than the allowed number of requests; wait and consider throttling your request speed",
        },
      ],
      allowance.headers,
    );
  const allowed = access(world, request, request.method !== "GET");
  const answer =
    allowed instanceof Account ? await operation(allowed, request) : allowed;
  return { ...answer, headers: { ...answer.headers, ...allowance.headers } };
}

function post(world: World, account: Account, request: VendorRequest): Answer {
  const body = parsed(request);
  const wrong = complaints(createDomain, body);
  if (wrong.length > 0) return invalid(request, wrong);
  const wanted = body as { domain: string } & JsonObject;
  const existing = account.find(wanted.domain);
  if (existing)
    return world.quirks.existingDomain === 200
      ? success(render(existing, world.quirks))
      : failure(request, world.quirks.existingDomain, [
          {
            code: 10409,
            message: `Domain ${wanted.domain} already exists`,
            pointer: "/domain",
          },
        ]);
  const made = create(account, wanted, world.quirks);
  return success(render(made, world.quirks), world.quirks.createStatus);
}

function bulkDelete(
  world: World,
  account: Account,
  request: VendorRequest,
): Answer {
  const body = parsed(request);
  const wrong = complaints(deletions, body);
  if (wrong.length > 0) return invalid(request, wrong);
  return removeAll(world, account, request, body as { id: string }[]);
}

function verification(
  world: World,
  domain: EmailDomain,
  request: VendorRequest,
): Answer {
  if (world.quirks.verification === "notFound") return noRoute(request);
  if (
    world.quirks.verification === "noContent" ||
    domain.txt_record_value === ""
  )
    return nothing(204);
  return success({
    txt_record_name: challengeName(domain.domain),
    txt_record_value: domain.txt_record_value,
    status: render(domain, world.quirks)["status"] ?? null,
    last_checked_at: null,
  });
}
