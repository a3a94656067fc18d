import { look, type Look } from "../../../providers/mail-flow/snapshot";
import type { Snapshot } from "../../../lib/mail-flow/snapshot";
import { resolveConfiguration } from "../../../providers/configuration";
import { Session } from "../../../providers/session";
import {
  startSimulator,
  type Quirks,
  type Seed,
  type Simulator,
} from "../../../simulator";
import { stateOf } from "../../../simulator/seed";

/** The other form of everything that the vendors send in one form on one day and in another on the next. */
export const otherForms: Partial<Quirks> = {
  sclType: "string",
  bareSingletons: true,
  ipRangeForm: "normalised",
  permissionsReadBack: "number",
  identityPrefix: true,
  emptyValue: "null",
  shuffleLists: true,
  statusCase: "lower",
};

/** Reads tenants of seeds over HTTPS, one after the other from one simulator with one sign-in: a sign-in takes longer than the rest. */
export interface Reader {
  read(seed: Seed, edit?: (simulator: Simulator) => void): Promise<Snapshot>;
  close(): Promise<void>;
}

/** Starts a simulator that tenants are read from. */
export async function reader(quirks: Partial<Quirks> = {}): Promise<Reader> {
  const simulator = await startSimulator({ quirks });
  const session = new Session(
    resolveConfiguration(() => undefined, simulator.environment),
    () => undefined,
  );
  let last: Look | undefined;
  return {
    async read(seed, edit) {
      simulator.restore(stateOf(seed));
      edit?.(simulator);
      last = await look(
        session.begin(session.configuration.cloudflareAccountId),
        last ? { newerThan: last.begun } : {},
      );
      return last.snapshot;
    },
    close: () => simulator.close(),
  };
}
