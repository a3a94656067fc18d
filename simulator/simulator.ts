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
  /** What there is at the start beside the defaults. */
  seed?: Seed;
  /** Milliseconds that every vendor request takes at least. @default 0 */
  latencyMs?: number;
  /** File that keeps the objects between runs; what it holds wins over the seed. */
  stateFile?: string;
  /** Where the certificate is kept. @default AREA1_CERTIFICATE_DIRECTORY, else the user's cache */
  certificateDirectory?: string;
  /** Switches that differ from the default. */
  quirks?: Partial<Quirks>;
  /** The time that mail goes by, in milliseconds since 1970: dates of rules, retention, notifications. @default Date.now */
  now?: () => number;
}

/** A simulator that listens. */
export interface Simulator {
  /** `https://127.0.0.1:PORT`. */
  readonly url: string;
  /** The environment that makes a client talk to it. */
  readonly environment: Record<string, string>;
  /** The first tenant. */
  readonly tenant: Tenant;
  /** The first account. */
  readonly account: Account;
  /** All tenants, by GUID. */
  readonly tenants: ReadonlyMap<string, Tenant>;
  /** All accounts, by id. */
  readonly accounts: ReadonlyMap<string, Account>;
  /** The switches; assign to them. */
  readonly quirks: Quirks;
  /** Every vendor request since the start, the last `reset` or the last time it was emptied. */
  readonly log: LogEntry[];
  /** The faults. */
  readonly faults: FaultList;
  /** Who watches what happens. */
  readonly events: Events;
  /** Mail: sent through the pipeline as it is configured, its mailboxes, quarantine and notifications. */
  readonly mail: Mail;
  /** A deep copy of all objects and messages. */
  snapshot(): SimulatorState;
  /**
   * How two states differ, a line each, such as `TransportRule "X": SetSCL 5 -> 6`.
   * @param before What there was. @default what there was at the start or after the last `reset`
   * @param after What there is. @default the objects as they are now
   */
  diff(before?: SimulatorState, after?: SimulatorState): string[];
  /** Puts objects back; tenants and accounts stay the same JavaScript objects where their ids are. */
  restore(state: SimulatorState): void;
  /** Back to the seed, with its faults alone, without log and counts; the switches stay. */
  reset(): void;
  /** Stops it and drops open connections. */
  close(): Promise<void>;
}
