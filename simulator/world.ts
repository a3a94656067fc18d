import type { Account } from "./account";
import type { FaultList } from "./faults";
import type { Mail } from "./mail/mail";
import type { Quirks } from "./quirks";
import type { Tenant } from "./tenant";
import type { TokenIssuer } from "./token";

/** What the vendors' parts share: the objects, the switches, and where all this listens. */
export interface World {
  /** `https://127.0.0.1:PORT`. */
  readonly url: string;
  /** The tenants, by their GUID. */
  readonly tenants: ReadonlyMap<string, Tenant>;
  /** The accounts, by their id. */
  readonly accounts: ReadonlyMap<string, Account>;
  /** The switches. */
  readonly quirks: Quirks;
  /** Issues and reads access tokens. */
  readonly tokens: TokenIssuer;
  /** The faults; Graph's batch asks them for each of its requests. */
  readonly faults: FaultList;
  /** Mail that was sent; the reports know of it. */
  readonly mail: Mail;
}

/** The tenant that a path or a request names, by GUID, initial domain or any of its domains. */
export function findTenant(world: World, name: string): Tenant | undefined {
  const wanted = name.toLowerCase();
  return [...world.tenants.values()].find(
    (tenant) =>
      tenant.id.toLowerCase() === wanted ||
      tenant.name.toLowerCase() === wanted ||
      tenant.domains.some(({ id }) => id.toLowerCase() === wanted),
  );
}
