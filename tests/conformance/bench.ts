import {
  startSimulator,
  type LogEntry,
  type Simulator,
} from "../../simulator/index";
import { defaultQuirks } from "../../simulator/quirks";
import { someOf } from "../sample";
import type { Environment, Platform, Properties } from "./platform";
import { Resource } from "./resource";
import type { Subject } from "./subject";

// Every test takes milliseconds, so a short time limit finds one that hangs.
jest.setTimeout(20_000);

/** The tools of every test of a subject. The simulator is reset before each test. */
export interface Bench {
  readonly subject: Subject;
  readonly platform: Platform;
  readonly simulator: Simulator;
  /** Environment variables of the subject's resource, with short time limits, so that waiting takes milliseconds. */
  readonly environment: Environment;
  /** Returns a resource that is not in the state yet. */
  resource(environment?: Environment): Resource;
  /** Returns the object as the vendor stores it. @throws Error if it does not exist. */
  live(): NonNullable<ReturnType<Subject["live"]>>;
  /** Returns the writes since the last `forget`, rejected ones included: cmdlets, or HTTP methods of Cloudflare. */
  writes(): string[];
  /** Returns every request to a vendor since the last `forget`, without the sign-ins. */
  requests(): LogEntry[];
  forget(): void;
  /** Returns the rows of a table of tests that run on this platform. */
  rows<Row>(table: readonly Row[]): Row[];
  /** True if the object exists at the vendor before any test creates it. */
  readonly existsBefore: boolean;
  /** A test that is skipped for kinds whose object exists exactly once. */
  readonly unlessOnce: jest.It;
  /** A test that is skipped unless programs create and delete the object. */
  readonly ifMade: jest.It;
  /** A test that is skipped unless somebody else can delete the object and create another with its name. */
  readonly ifRemade: jest.It;
}

/** Starts a simulator for a `describe` and resets it before each of its tests. */
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
    // `existence` decides which tests are defined.
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
      someOf(table.slice(0, platform.everyProperty ? undefined : 1), 3),
  };
}

/** Returns a program with some properties changed; undefined removes one. */
export const changed = (program: Properties, changes: Properties): Properties =>
  Object.fromEntries(
    Object.entries({ ...program, ...changes }).filter(
      ([, value]) => value !== undefined,
    ),
  );

/** Returns the message of the error that a promise rejects with. @throws Error if it does not reject. */
export async function messageOf(promise: Promise<unknown>): Promise<string> {
  return (await errorOf(promise)).message;
}

/** Returns the error that a promise rejects with. @throws Error if it does not reject. */
export async function errorOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  throw new Error("it succeeded, and was to fail");
}
