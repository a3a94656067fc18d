import {
  readSnapshotAndTime,
  type ReadSnapshot,
} from "../../../providers/snapshot/snapshot";
import type { Snapshot } from "../../../mail-flow/snapshot";
import { resolveConfiguration } from "../../../providers/session/configuration";
import { Session } from "../../../providers/session/session";
import {
  startSimulator,
  type Quirks,
  type Simulator,
} from "../../../simulator/index";
import { stateOf } from "../../../simulator/seed";
import type { Case } from "./cases";
import { Tenant } from "./tenant";

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

/** Reads the tenants of cases over HTTPS, one after the other from one simulator with one sign-in: a sign-in takes longer than the rest. */
export interface Reader {
  /** @param first what is so before the case changes it */
  readCase(one: Case, first?: (tenant: Tenant) => void): Promise<Snapshot>;
  /** Reads the tenant as it is now. */
  again(): Promise<Snapshot>;
  /** Sends a command to Exchange. */
  readonly run: (
    cmdlet: string,
    parameters: Readonly<Record<string, unknown>>,
  ) => Promise<void>;
  readonly simulator: Simulator;
  close(): Promise<void>;
}

/** Starts a simulator that tenants are read from. */
export async function reader(quirks: Partial<Quirks> = {}): Promise<Reader> {
  const simulator = await startSimulator({ quirks });
  const session = new Session(
    resolveConfiguration(() => undefined, simulator.environment),
    () => undefined,
  );
  const begin = () => session.begin(session.configuration.cloudflareAccountId);
  let last: ReadSnapshot | undefined;
  const again = async (): Promise<Snapshot> => {
    last = await readSnapshotAndTime(
      begin(),
      last ? { newerThan: last.begun } : {},
    );
    return last.snapshot;
  };
  return {
    simulator,
    readCase(one, first) {
      const tenant = new Tenant();
      first?.(tenant);
      one.change(tenant);
      simulator.restore(stateOf(tenant.seed));
      one.edit?.(simulator);
      return again();
    },
    again,
    async run(cmdlet, parameters) {
      const { exchange, patience } = begin();
      await exchange.write(cmdlet as `Set-${string}`, parameters, patience);
    },
    close: () => simulator.close(),
  };
}
