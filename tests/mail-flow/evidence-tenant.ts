import { evidence, type Evidence } from "../../mail-flow/evidence";
import type { Snapshot } from "../../mail-flow/snapshot";
import { resolveConfiguration } from "../../providers/session/configuration";
import { readReports } from "../../providers/snapshot/reports";
import { readSnapshot } from "../../providers/snapshot/snapshot";
import { Session, type Operation } from "../../providers/session/session";
import {
  startSimulator,
  type ExchangeRecord,
  type Message,
  type Simulator,
  type SimulatorOptions,
} from "../../simulator/index";
import { followTutorial, type Variation } from "../simulator/tutorial";

export const hour = 3_600_000;
export const day = 24 * hour;

/** People who get mail. */
export const people = ["megan", "alex", "diego", "lee"].map(
  (name) => `${name}@example.com`,
);

/** A tenant in which time passes and mail comes. */
export interface History {
  simulator: Simulator;
  clock: { now: number };
  /** Sends messages to recipients in turn, by default an hour apart, and returns their ids. */
  mail: (
    count: number,
    message?: Partial<Message>,
    everyMs?: number,
  ) => string[];
  /** Lets days pass. */
  pass: (days: number) => void;
  /** What an administrator changes now, with the trace that Exchange leaves of it. */
  changed: (record: ExchangeRecord) => void;
  /** What changes without any trace. */
  silently: (record: ExchangeRecord | undefined, to: object) => void;
  /** Everything that decides, as it is read now. */
  snapshot: () => Promise<Snapshot>;
  /** Returns the current result of `area1-m365 evidence`. */
  look: (options?: { days?: number; details?: boolean }) => Promise<Evidence>;
}

const running: Simulator[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.close()));
});

/** Returns a tenant with use case 4 by the tutorial, whose objects were created two days before the first message. */
export async function history(
  options: SimulatorOptions & { variation?: Variation; bare?: true } = {},
): Promise<History> {
  const { variation, bare, ...rest } = options;
  // Objects carry the time at which they were really made, so mail comes after it.
  const clock = { now: Math.floor(Date.now() / day) * day + 2.5 * day };
  const simulator = await startSimulator({ now: () => clock.now, ...rest });
  running.push(simulator);
  if (!bare) followTutorial(simulator, variation);
  const begin = (): Operation => {
    const session = new Session(
      resolveConfiguration(() => undefined, simulator.environment),
      () => undefined,
    );
    return session.begin(session.configuration.cloudflareAccountId);
  };
  const look: History["look"] = async ({ days, ...more } = {}) => {
    const operation = begin();
    const snapshot = await readSnapshot(operation);
    const reports = await readReports(operation, snapshot, {
      now: new Date(clock.now),
      ...(days !== undefined && { days }),
    });
    return evidence(snapshot, reports, more);
  };
  return {
    simulator,
    clock,
    look,
    snapshot: () => readSnapshot(begin()),
    mail: (count, message = {}, everyMs = hour) =>
      Array.from({ length: count }, (_, at) => {
        clock.now += everyMs;
        return simulator.mail.send({
          recipient: people[at % people.length] ?? "",
          disposition: "SPAM",
          ...message,
        }).id;
      }),
    pass: (days) => {
      clock.now += days * day;
    },
    changed: (record) => {
      record.WhenChanged = new Date(clock.now).toISOString();
    },
    silently: (record, to) => {
      if (!record) throw new Error("There is no such object");
      Object.assign(record, to);
    },
  };
}
