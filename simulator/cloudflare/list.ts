import { newDomain, type Account, type EmailDomain } from "../account";
import type { Answer, VendorRequest } from "../answer";
import { isTexts } from "../json";
import type { Quirks } from "../quirks";
import { render } from "./domain";
import { failure, success } from "./envelope";
import { modes, uuid } from "./schemas";

const statuses = ["PENDING", "ACTIVE", "FAILED", "TIMEOUT"];

/** Answers a list request: filters, order, pages. */
export function list(
  account: Account,
  request: VendorRequest,
  quirks: Quirks,
): Answer {
  const { query } = request;
  const page = number(query.get("page"), 1);
  const perPage = number(query.get("per_page"), 20);
  const wrong = [
    ...(page >= 1 ? [] : [complaint("page", "must be >= 1")]),
    ...(perPage >= 1 && perPage <= 1000
      ? []
      : [complaint("per_page", "must be between 1 and 1000")]),
    ...oneOf(query, "order", ["domain", "created_at"]),
    ...oneOf(query, "direction", ["asc", "desc"]),
    // Accepts both cases: the published description changed the case, and does not say that the other is refused (C16).
    ...oneOf(query, "status", [
      ...statuses,
      ...statuses.map((status) => status.toLowerCase()),
    ]),
    ...oneOf(query, "allowed_delivery_mode", modes),
    ...oneOf(query, "active_delivery_mode", modes),
    ...(isUuid(query.get("integration_id"))
      ? []
      : [complaint("integration_id", "must be a UUID")]),
  ];
  if (wrong.length > 0) return failure(request, 400, wrong);
  if (page > 1) shift(account, quirks);
  const all = sorted(
    account.visible().filter((domain) => wanted(domain, query)),
    query,
  );
  const rows = all.slice((page - 1) * perPage, page * perPage);
  return success(
    rows.map((domain) => render(domain, quirks)),
    200,
    {
      count: rows.length,
      page,
      per_page: perPage,
      total_count: all.length,
    },
  );
}

function isUuid(text: string | null): boolean {
  return text === null || uuid.test(text);
}

function number(text: string | null, byDefault: number): number {
  if (text === null) return byDefault;
  // Greater numbers would not be returned as an integer.
  return /^\d+$/.test(text)
    ? Math.min(Number(text), Number.MAX_SAFE_INTEGER)
    : Number.NaN;
}

function complaint(name: string, message: string) {
  return { code: 10400, message, pointer: `/${name}` };
}

function oneOf(query: URLSearchParams, name: string, values: string[]) {
  const value = query.get(name);
  return value === null || values.includes(value)
    ? []
    : [complaint(name, `must be one of ${values.join(", ")}`)];
}

function wanted(domain: EmailDomain, query: URLSearchParams): boolean {
  const names = query.getAll("domain").map((name) => name.toLowerCase());
  const search = query.get("search");
  const status = query.get("status");
  const integration = query.get("integration_id");
  const allowed = query.get("allowed_delivery_mode");
  const active = query.get("active_delivery_mode");
  const modes = isTexts(domain["allowed_delivery_modes"])
    ? domain["allowed_delivery_modes"]
    : [];
  return (
    (names.length === 0 || names.includes(domain.domain.toLowerCase())) &&
    // Matches loosely: the vendor does not document what exactly it matches (C23).
    (search === null ||
      domain.domain.toLowerCase().includes(search.toLowerCase().slice(0, 3))) &&
    (status === null ||
      domain.status?.toLowerCase() === status.toLowerCase()) &&
    (integration === null || domain["integration_id"] === integration) &&
    (allowed === null || modes.includes(allowed)) &&
    (active === null || (domain.status === "ACTIVE" && modes.includes(active)))
  );
}

function sorted(domains: EmailDomain[], query: URLSearchParams): EmailDomain[] {
  const key = query.get("order") === "created_at" ? "created_at" : "domain";
  const factor = query.get("direction") === "desc" ? -1 : 1;
  return query.get("order") === null && query.get("direction") === null
    ? domains
    : [...domains].sort((a, b) => (a[key] < b[key] ? -factor : factor));
}

/** Adds or removes a domain between two pages, because pages are not a snapshot. */
function shift(account: Account, quirks: Quirks): void {
  if (quirks.pageShift === "no" || quirks.pageShiftTimes <= 0) return;
  quirks.pageShiftTimes -= 1;
  if (quirks.pageShift === "remove") account.domains.shift();
  else
    account.domains.unshift(
      newDomain({
        domain: `added-${quirks.pageShiftTimes}-${Date.now()}.example`,
        status: "ACTIVE",
      }),
    );
}
