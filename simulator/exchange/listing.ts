import { randomUUID } from "node:crypto";
import { json, type Answer, type VendorRequest } from "../answer";
import type { Json, JsonObject } from "../json";
import type { Tenant } from "../tenant";
import type { World } from "../world";
import type { Outcome } from "./call";
import { serialised } from "./rendering";

const truncated =
  "There are more results available than are currently displayed. To view them, increase the value for the ResultSize parameter.";
const expired =
  "Expired or Invalid pagination request. Default Expiry time is 00:30:00";

/** The position where each partly returned list continues, by the token of its link. */
export type Pages = Map<string, { offset: number; body: string }>;

/** Returns one page of a list, of the size that the client prefers, with a link to the next. */
export function page(
  world: World,
  pages: Pages,
  request: VendorRequest,
  tenant: Tenant,
  outcome: Outcome,
): Answer {
  const token = request.query.get("$skiptoken");
  const rest =
    token === null ? { offset: 0, body: request.body } : pages.get(token);
  if (
    !rest ||
    (token !== null &&
      (world.quirks.continuation === "refused" || rest.body !== request.body))
  ) {
    request.entry.refused = expired;
    return json(400, { error: { code: "BadRequest", message: expired } });
  }
  const size = Number(
    /odata\.maxpagesize=(\d+)/i.exec(
      String(request.headers["prefer"] ?? ""),
    )?.[1] ?? 1000,
  );
  const all = outcome.value ?? [];
  const rows = all.slice(rest.offset, rest.offset + size);
  const end = rest.offset + rows.length;
  if (end >= all.length || size === 0)
    return envelope(world, request, rows, outcome.warnings ?? []);
  const next = randomUUID().replaceAll("-", "");
  pages.set(next, { offset: end, body: request.body });
  // Keeps the latest thousand links.
  for (const old of pages.keys()) if (pages.size > 1000) pages.delete(old);
  return envelope(
    world,
    request,
    rows,
    [...(outcome.warnings ?? []), truncated],
    {
      "@odata.nextLink": `${origin(world, request)}/adminapi/beta/${tenant.id}/InvokeCommand?%24skiptoken=${next}`,
    },
  );
}

/** Returns the origin that the client sent the request to. */
export function origin(world: World, request: VendorRequest): string {
  return `https://${request.headers.host ?? new URL(world.url).host}`;
}

/** Returns a successful answer. */
export function envelope(
  world: World,
  request: VendorRequest,
  rows: JsonObject[],
  warnings: string[],
  more: JsonObject = {},
): Answer {
  const select = request.query
    .get("$select")
    ?.split(",")
    .map((name) => name.trim());
  const { emptyValue } = world.quirks;
  const value: Json = rows.map((row) => serialised(row, world.quirks, select));
  return json(200, {
    "@odata.context": `${origin(world, request)}/adminapi/beta/${request.params["tenant"] ?? ""}/$metadata#Collection(Exchange.GenericHashTable)`,
    "adminapi.warnings@odata.type": "#Collection(String)",
    "@adminapi.warnings": warnings,
    ...more,
    ...(rows.length > 0 || emptyValue === "array"
      ? { value }
      : emptyValue === "null"
        ? { value: null }
        : {}),
  });
}
