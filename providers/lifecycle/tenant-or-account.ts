import { same } from "../../mail-flow/names";
import { isGuid } from "../codecs";
import type { Configuration } from "../session/configuration";
import { textOf } from "../json";
import { UserError } from "../errors";
import type { Kind, State } from "../kind";
import type { Operation, Session } from "../session/session";

/** The tenant or account of the credentials; refuses to act with those of another than the state's. */
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

/** The account that inputs or a state name; the configuration's where they name none. */
export const accountOf = ({ configuration }: Session, state: State): string =>
  textOf(state["accountId"]) || (configuration.cloudflareAccountId ?? "");

/** The tenant of what lives in a tenant and, where the operation has one, in a Cloudflare account: both must be those of the state. */
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
 * Refuses a program whose configuration names another tenant than the state does, before anything is made there: what is new in it
 * belongs where everything else of the state is. Asks nobody, so that it cannot tell where the configuration names a domain.
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
