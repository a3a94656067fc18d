import { UserError } from "../errors";
import type { Kind, State } from "../kind";
import type { Operation } from "../session";
import { text } from "./state";

/** The tenant or account of the credentials; refuses to act with those of another than the state's. */
export async function homeOf(
  kind: Pick<Kind, "home">,
  { session, patience, account }: Operation,
  state?: State,
): Promise<string> {
  const stored = text(state?.[kind.home]);
  if (kind.home === "accountId") {
    const configured = session.configuration.cloudflareAccountId ?? account;
    if (!configured)
      throw new UserError(
        "no Cloudflare account is given. Set area1:cloudflareAccountId or CLOUDFLARE_ACCOUNT_ID",
      );
    if (stored && stored.toLowerCase() !== configured.toLowerCase())
      throw foreign("Cloudflare account", stored, configured);
    return stored || configured;
  }
  const tenant = await session.tenantId(patience);
  // One process has one sign-in: what is made now belongs where everything else of the state is.
  const elsewhere = session.tenantInState;
  if (elsewhere && elsewhere.toLowerCase() !== tenant.toLowerCase())
    throw foreign("tenant", elsewhere, tenant);
  if (stored && stored.toLowerCase() !== tenant.toLowerCase())
    throw foreign("tenant", stored, tenant);
  return tenant;
}

const foreign = (what: string, stored: string, now: string): UserError =>
  new UserError(
    `the state belongs to ${what} ${stored}, but the configuration is for ${now}. Nothing was done; configure the right one`,
  );
