import {
  startSimulator,
  type Seed,
  type Simulator,
} from "../../simulator/index";
import { isMark, withoutState } from "../../providers/mark";
import { inWords, type JsonObject } from "../../simulator/json";
import type { Quirks } from "../../simulator/quirks";
import {
  handlersInProcess,
  type Environment,
  type Platform,
} from "../conformance/platform";
import { duplicatesIn, exchangeLists } from "../conformance/vendor-objects";
import { Stack } from "../sweep/stack";
import { withCanaries } from "./canaries";
import { ledgerFor } from "./ledger";
import { livedIn } from "./programs";
import { Watch } from "./watched";

/** A tenant and an account, and stacks that work on them with canaries for credentials. */
export interface World {
  readonly simulator: Simulator;
  /** What a stack knows: patience enough for a busy machine, and little enough that waiting takes milliseconds. */
  readonly environment: Environment;
  /** Where the stacks' handlers run. */
  readonly platform: Platform;
  /** Runs that were killed and are not at their end yet; they are waited for when the test file ends. */
  readonly dying: Promise<unknown>[];
  /** Where everything that a stack keeps or says is searched for secrets. */
  readonly watch: Watch;
  /** The handlers with a configuration, by full key. */
  configured(stored: Readonly<Record<string, string>>): Platform;
  /** A stack that has nothing yet. @param environment by default the world's own. */
  stack(environment?: Environment, platform?: Platform): Stack;
  /** What the vendors hold, without times, numbers and whatever else no two runs have in common. */
  objects(): Record<string, unknown>;
  /** Names that were made twice, by what the vendors carried out and by what they hold. */
  duplicates(): string[];
}

/** How a world begins. */
export interface WorldOptions {
  /** What there is. @default a tenant and an account that people have lived in */
  seed?: Seed;
  quirks?: Partial<Quirks>;
}

const open: Simulator[] = [];
const dying: Promise<unknown>[] = [];
const watch = new Watch();

/** Starts a world; it ends with the test file. */
export async function startWorld({
  seed = livedIn,
  quirks = {},
}: WorldOptions = {}): Promise<World> {
  const simulator = await startSimulator({
    seed: withCanaries(seed),
    // Thousands of cases in one run are no flood.
    quirks: { rateLimit: 1e9, rateBurst: 1e9, ...quirks },
  });
  open.push(simulator);
  const environment = {
    ...simulator.environment,
    AREA1_PATIENCE_MS: "8000",
    AREA1_REQUEST_TIMEOUT_MS: "4000",
  };
  const configured = (stored: Readonly<Record<string, string>>) =>
    handlersInProcess((message) => watch.see("a message", message), stored);
  const here = configured({});
  return {
    simulator,
    environment,
    platform: here,
    configured,
    dying,
    watch,
    stack: (settings = environment, platform = here) =>
      new Stack(settings, watch.over(platform)),
    objects: () => objectsOf(simulator),
    duplicates: () => duplicatesIn(simulator),
  };
}

// Every run of the rig is a run of promise 8. Before the ledger's own end, which hands it over.
afterAll(async () => {
  await Promise.all(dying);
  await Promise.all(open.splice(0).map((simulator) => simulator.close()));
  secretsNowhere.tried += watch.searched;
  for (const what of watch.found)
    secretsNowhere.violations.push({ case: "canaries", what });
  expect(watch.found).toEqual([]);
});
const secretsNowhere = ledgerFor(8);

/** Members that differ from run to run, and those that move by themselves. */
const passing = [
  "Guid",
  "ExchangeObjectId",
  "ExchangeVersion",
  "ImmutableId",
  "WhenChanged",
  "WhenCreated",
  "CreatedBy",
  "LastModifiedBy",
  "id",
  "created_at",
  "modified_at",
  "emails_processed",
  "txt_record_value",
];

function objectsOf({ tenants, accounts }: Simulator): Record<string, unknown> {
  const exchange = [...tenants.values()].map((tenant) => [
    tenant.id,
    Object.fromEntries(
      exchangeLists(tenant).map(([list, objects]) => [list, settled(objects)]),
    ) as Record<string, unknown>,
  ]);
  const cloudflare = [...accounts.values()].map((account) => [
    account.id,
    settled(account.domains),
  ]);
  return Object.fromEntries([...exchange, ...cloudflare]) as Record<
    string,
    unknown
  >;
}

/** By name, so that the order in which things were made plays no part; rules keep theirs as their priority. */
const settled = (objects: readonly JsonObject[]): Record<string, unknown> =>
  Object.fromEntries(
    objects.map((one) => [
      inWords(one["Name"] ?? one["domain"]),
      Object.fromEntries(
        Object.entries(one)
          .filter(([member]) => !passing.includes(member))
          .map(([member, value]) => [
            member,
            Array.isArray(value)
              ? [...value].sort()
              : // Every restore point has another id.
                isMark(value)
                ? withoutState(value)
                : value,
          ]),
      ),
    ]),
  );
