import type { Account } from "./account";
import type { Events } from "./events";
import type { FaultList } from "./faults";
import type { LogEntry } from "./log";
import type { Mail } from "./mail/mail";
import type { Quirks } from "./quirks";
import type { Seed, SimulatorState } from "./seed";
import type { Tenant } from "./tenant";

/** How a simulator is started. */
export interface SimulatorOptions {
  /** The port on 127.0.0.1. @default 0, a free one */
  port?: number;
  /** Initial objects, in addition to the defaults. */
  seed?: Seed;
  /** Minimum duration of every vendor request in milliseconds. @default 0 */
  latencyMs?: number;
  /** File that stores the objects between runs. It takes precedence over the seed. */
  stateFile?: string;
  /** Directory of the certificate. @default AREA1_CERTIFICATE_DIRECTORY, or else the user's cache */
  certificateDirectory?: string;
  /** Switches that differ from the default. */
  quirks?: Partial<Quirks>;
  /** Returns the time for mail (dates of rules, retention, notifications), in milliseconds since 1970. @default Date.now */
  now?: () => number;
}

/** A simulator that listens. */
export interface Simulator {
  /** `https://127.0.0.1:PORT`. */
  readonly url: string;
  /** Environment variables that direct a client to it. */
  readonly environment: Record<string, string>;
  /** The first tenant. */
  readonly tenant: Tenant;
  /** The first account. */
  readonly account: Account;
  /** All tenants, by GUID. */
  readonly tenants: ReadonlyMap<string, Tenant>;
  /** All accounts, by id. */
  readonly accounts: ReadonlyMap<string, Account>;
  /** The switches. Assign to its properties to change them. */
  readonly quirks: Quirks;
  /** All vendor requests since the start, the last `reset`, or the last time it was emptied. */
  readonly log: LogEntry[];
  /** The faults. */
  readonly faults: FaultList;
  /** The server-sent events and their subscribers. */
  readonly events: Events;
  /** Sends mail through the mail flow as it is configured; mailboxes, quarantine and notifications. */
  readonly mail: Mail;
  /** Returns a deep copy of all objects and messages. */
  snapshot(): SimulatorState;
  /**
   * Returns the differences between two states, a line each, such as `TransportRule "X": SetSCL 5 -> 6`.
   * @param before The earlier state. @default the state at the start or after the last `reset`
   * @param after The later state. @default the current state
   */
  diff(before?: SimulatorState, after?: SimulatorState): string[];
  /** Restores a state. Tenants and accounts with the same ids stay the same JavaScript objects. */
  restore(state: SimulatorState): void;
  /** Restores the seed and its faults, and empties log and counters. The switches stay as they are. */
  reset(): void;
  /** Stops it and drops open connections. */
  close(): Promise<void>;
}
