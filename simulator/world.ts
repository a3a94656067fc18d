import type { Account } from "./account";
import type { FaultList } from "./faults";
import type { Mail } from "./mail/mail";
import type { Quirks } from "./quirks";
import type { Tenant } from "./tenant";
import type { TokenIssuer } from "./token";

/** What the code of all vendors shares: the objects, the switches, and the server's address. */
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
  /** The faults. A batch of Graph applies them to each of its requests. */
  readonly faults: FaultList;
  /** The mail that was sent, for the mail reports. */
  readonly mail: Mail;
}

/** Returns the tenant with that GUID, initial domain or any other domain. */
export function findTenant(world: World, name: string): Tenant | undefined {
  const wanted = name.toLowerCase();
  return [...world.tenants.values()].find(
    (tenant) =>
      tenant.id.toLowerCase() === wanted ||
      tenant.name.toLowerCase() === wanted ||
      tenant.domains.some(({ id }) => id.toLowerCase() === wanted),
  );
}
