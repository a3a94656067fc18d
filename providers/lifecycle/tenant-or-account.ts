import { same } from "../../mail-flow/names";
import { isGuid } from "../codecs";
import type { Configuration } from "../session/configuration";
import { textOf } from "../json";
import { UserError } from "../errors";
import type { Kind, State } from "../kind";
import type { Operation, Session } from "../session/session";

/** Returns the tenant or account of the credentials. Throws if it differs from the state's. */
export async function tenantOrAccountOf(
  kind: Pick<Kind, "scopeId">,
  { session, patience, account }: Operation,
  state?: State,
): Promise<string> {
  const stored = textOf(state?.[kind.scopeId]);
  if (kind.scopeId === "accountId") {
    const configured = session.configuration.cloudflareAccountId ?? account;
    if (!configured)
      throw new UserError(
        "no Cloudflare account is given. Set area1:cloudflareAccountId or CLOUDFLARE_ACCOUNT_ID",
      );
    if (stored && !same(stored, configured))
      throw foreign("Cloudflare account", stored, configured);
    return stored || configured;
  }
  const tenant = await session.tenantId(patience);
  if (stored && !same(stored, tenant)) throw foreign("tenant", stored, tenant);
  return tenant;
}

/** Returns the account in inputs or a state, or else the configured one. */
export const accountOf = ({ configuration }: Session, state: State): string =>
  textOf(state["accountId"]) || (configuration.cloudflareAccountId ?? "");

/** Returns the tenant. Throws if it, or the Cloudflare account if the operation has one, differs from the state's. */
export async function tenantOf(
  operation: Operation,
  state?: State,
): Promise<string> {
  const tenant = await tenantOrAccountOf(
    { scopeId: "tenantId" },
    operation,
    state,
  );
  if (operation.account)
    await tenantOrAccountOf({ scopeId: "accountId" }, operation, state);
  return tenant;
}

/**
 * Throws if the configured tenant differs from the state's, before anything is created there: new objects belong in the tenant of the
 * other objects of the state. Sends no request, so it cannot check a tenant that is configured by a domain name.
 */
export function refuseAnotherTenant(
  { scopeId }: Pick<Kind, "scopeId">,
  state: State,
  { tenantId: configured = "" }: Configuration,
): void {
  const stored = textOf(state["tenantId"]);
  if (
    scopeId === "tenantId" &&
    stored &&
    isGuid(configured) &&
    !same(stored, configured)
  )
    throw foreign("tenant", stored, configured);
}

const foreign = (what: string, stored: string, now: string): UserError =>
  new UserError(
    `the state belongs to ${what} ${stored}, but the configuration is for ${now}. Nothing was done; configure the right one`,
  );
