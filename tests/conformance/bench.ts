import {
  startSimulator,
  type LogEntry,
  type Simulator,
} from "../../simulator/index";
import { defaultQuirks } from "../../simulator/quirks";
import { sampleOf } from "../sample";
import type { Environment, Platform, Properties } from "./platform";
import { Resource } from "./resource";
import type { Subject } from "./subject";

// Everything here takes milliseconds; what hangs is found out soon.
jest.setTimeout(20_000);

/** What every test of a subject works with; the simulator is as new for each. */
export interface Bench {
  readonly subject: Subject;
  readonly platform: Platform;
  readonly simulator: Simulator;
  /** What the subject's resource knows: little patience, so that waiting takes milliseconds. */
  readonly environment: Environment;
  /** A resource that is not in the state yet. */
  resource(environment?: Environment): Resource;
  /** The object as the vendor keeps it, which must be there. */
  live(): NonNullable<ReturnType<Subject["live"]>>;
  /** What was written since the last `forget`: cmdlets, or methods of Cloudflare, refused ones too. */
  writes(): string[];
  /** Every request to a vendor but the sign-ins since the last `forget`. */
  requests(): LogEntry[];
  forget(): void;
  /** The rows of a table of tests that this platform is worth. */
  rows<Row>(table: readonly Row[]): Row[];
  /** True where the vendor has the object before anybody made it. */
  readonly existsBefore: boolean;
  /** A test where the vendor has more than this one object; elsewhere it is skipped, and counted as such. */
  readonly unlessOnce: jest.It;
  /** A test where programs make and remove the object. */
  readonly ifMade: jest.It;
  /** A test where somebody can remove the object and make another under its name. */
  readonly ifRemade: jest.It;
}

/** Starts a simulator for a `describe` and puts it back before each of its tests. */
export function bench(subject: Subject, platform: Platform): Bench {
  const existsBefore = subject.existence === "once";
  let simulator: Simulator | undefined;
  const running = (): Simulator => {
    if (!simulator) throw new Error("the simulator runs within tests only");
    return simulator;
  };
  beforeAll(async () => {
    simulator = await startSimulator({
      seed: {
        tenants: [
          {},
          {
            id: "7c1e3f50-2b4d-4a61-8d5e-9f0a1b2c3d4e",
            name: "fabrikam.onmicrosoft.com",
          },
        ],
        accounts: [{}, { id: "9e8d7c6b5a4f43218765fedcba098765" }],
      },
    });
  });
  afterAll(() => simulator?.close());
  beforeEach(() => {
    Object.assign(running().quirks, structuredClone(defaultQuirks));
    running().reset();
    subject.prepare?.(running());
    // What the subject says decides which tests there are.
    expect(subject.live(running()) !== undefined).toBe(existsBefore);
  });
  const environment = (): Environment => ({
    ...running().environment,
    AREA1_PATIENCE_MS: "3000",
    AREA1_REQUEST_TIMEOUT_MS: "1500",
  });
  return {
    subject,
    platform,
    get simulator() {
      return running();
    },
    get environment() {
      return environment();
    },
    existsBefore,
    unlessOnce: existsBefore ? test.skip : test,
    ifMade: subject.existence === "made" ? test : test.skip,
    ifRemade: subject.remake ? test : test.skip,
    resource: (settings = environment()) =>
      new Resource(subject.kind, platform, settings),
    live() {
      const live = subject.live(running());
      if (!live) throw new Error("the object is not there");
      return live;
    },
    writes: () =>
      running()
        .log.filter(({ write }) => write)
        .map(({ cmdlet, method }) => cmdlet ?? method),
    requests: () => running().log.filter(({ vendor }) => vendor !== "entra"),
    forget: () => void running().log.splice(0),
    rows: (table) =>
      sampleOf(table.slice(0, platform.everyProperty ? undefined : 1), 3),
  };
}

/** A program with some properties changed; undefined takes one out. */
export const changed = (program: Properties, changes: Properties): Properties =>
  Object.fromEntries(
    Object.entries({ ...program, ...changes }).filter(
      ([, value]) => value !== undefined,
    ),
  );

/** The message of what a promise rejects with. @throws Error when it does not. */
export async function messageOf(promise: Promise<unknown>): Promise<string> {
  return (await errorOf(promise)).message;
}

/** What a promise rejects with. @throws Error when it does not. */
export async function errorOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  throw new Error("it succeeded, and was to fail");
}
