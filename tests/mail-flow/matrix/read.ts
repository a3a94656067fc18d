import type { Snapshot } from "../../../lib/mail-flow/snapshot";
import { resolveConfiguration } from "../../../providers/configuration";
import { readSnapshot } from "../../../providers/mail-flow/snapshot";
import { Session } from "../../../providers/session";
import {
  startSimulator,
  type Quirks,
  type Seed,
  type Simulator,
} from "../../../simulator";

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

/** Reads what a simulator with this seed holds, over HTTPS. */
export async function readSeed(
  seed: Seed,
  quirks: Partial<Quirks> = {},
  edit: (simulator: Simulator) => void = () => undefined,
): Promise<Snapshot> {
  const simulator = await startSimulator({ seed, quirks });
  try {
    edit(simulator);
    const session = new Session(
      resolveConfiguration(() => undefined, simulator.environment),
      () => undefined,
    );
    return await readSnapshot(
      session.begin(session.configuration.cloudflareAccountId),
    );
  } finally {
    await simulator.close();
  }
}
