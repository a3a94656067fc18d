import { accountOf, type AccountSeed } from "./account-seed";
import type { AccountState } from "./account";
import type { Fault } from "./faults";
import type { MailState } from "./mail/sent-message";
import { refuseUnknownKeys } from "./json";
import type { Quirks } from "./quirks";
import { tenantOf, type TenantSeed } from "./tenant-seed";
import type { TenantState } from "./tenant-state";

/** The initial objects, in addition to the defaults. The first tenant and account extend the default ones. */
export interface Seed {
  /** Tenants. */
  tenants?: TenantSeed[];
  /** Cloudflare accounts. */
  accounts?: AccountSeed[];
  /** Faults, in the form that `POST /simulator/faults` takes. */
  faults?: Fault[];
  /** Switches that differ from the default, `latencyMs` among them. */
  quirks?: Partial<Quirks>;
}

/** All data of the simulator, as JSON. */
export interface SimulatorState {
  /** The version of this format. */
  version: 1;
  /** The tenants; the first is the simulator's `tenant`. */
  tenants: TenantState[];
  /** The accounts; the first is the simulator's `account`. */
  accounts: AccountState[];
  /** Messages that were sent. */
  mail?: MailState;
}

/**
 * Returns the state that a seed describes.
 * @throws Error that names the part of the seed and what is wrong with it.
 */
export function stateOf(seed: Seed): SimulatorState {
  refuseUnknownKeys("seed", seed, ["tenants", "accounts", "faults", "quirks"]);
  const tenants = (seed.tenants ?? [{}]).map(tenantOf);
  const accounts = (seed.accounts ?? [{}]).map(accountOf);
  unique("tenants", tenants);
  unique("accounts", accounts);
  return { version: 1, tenants, accounts };
}

function unique(where: string, all: { id: string }[]): void {
  if (new Set(all.map(({ id }) => id)).size < all.length)
    throw new Error(`${where}: two have the same id`);
}
