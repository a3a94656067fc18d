import {
  startSimulator,
  type Seed,
  type Simulator,
} from "../../simulator/index";
import { isMark, withoutState } from "../../providers/mark";
import { inWords, type JsonObject } from "../../simulator/json";
import type { Quirks } from "../../simulator/quirks";
import { platformInProcess } from "../conformance/chosen-platform";
import type { Environment, Platform } from "../conformance/platform";
import { duplicatesIn, exchangeLists } from "../conformance/vendor-objects";
import { Stack } from "../sweep/stack";
import { withCanaries } from "./canaries";
import { ledgerFor } from "./ledger";
import { livedIn } from "./programs";
import { Watch } from "./watched";

/** A tenant and an account, with stacks that use them, and canaries as credentials. */
export interface World {
  readonly simulator: Simulator;
  /** Environment of a stack, with time limits long enough for a busy machine, and short enough for fast tests. */
  readonly environment: Environment;
  /** The platform of the stacks' handlers. */
  readonly platform: Platform;
  /** Killed runs that have not ended yet. The test file waits for them at its end. */
  readonly dying: Promise<unknown>[];
  /** Searches all output of the stacks for secrets. */
  readonly watch: Watch;
  /** Returns the handlers with a stack's configuration, by full key. */
  configured(stored: Readonly<Record<string, string>>): Platform;
  /** Returns a stack without resources. @param environment by default the world's own. */
  stack(environment?: Environment, platform?: Platform): Stack;
  /** Returns the vendors' objects, without times, ids and other values that differ in every run. */
  objects(): Record<string, unknown>;
  /** Returns the names that occur twice in a list of a vendor. */
  duplicates(): string[];
}

/** Initial content of a world. */
export interface WorldOptions {
  /** The existing objects. @default a tenant and an account in which people have changed things */
  seed?: Seed;
  quirks?: Partial<Quirks>;
}

const open: Simulator[] = [];
const dying: Promise<unknown>[] = [];
const watch = new Watch();

/** Starts a world, which ends with the test file. */
export async function startWorld({
  seed = livedIn,
  quirks = {},
}: WorldOptions = {}): Promise<World> {
  const simulator = await startSimulator({
    seed: withCanaries(seed),
    // Without rate limits, because one run has thousands of cases.
    quirks: { rateLimit: 1e9, rateBurst: 1e9, ...quirks },
  });
  open.push(simulator);
  const environment = {
    ...simulator.environment,
    AREA1_PATIENCE_MS: "8000",
    AREA1_REQUEST_TIMEOUT_MS: "4000",
  };
  const configured = (stored: Readonly<Record<string, string>>) =>
    platformInProcess((message) => watch.see("a message", message), stored);
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

// Every run also tests promise 8. This hook must run before the ledger's own, which writes the results.
afterAll(async () => {
  await Promise.all(dying);
  await Promise.all(open.splice(0).map((simulator) => simulator.close()));
  secretsNowhere.tried += watch.searched;
  for (const what of watch.found)
    secretsNowhere.violations.push({ case: "canaries", what });
  expect(watch.found).toEqual([]);
});
const secretsNowhere = ledgerFor(8);

/** Members that differ in every run or change by themselves. */
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

/** Returns objects by name, so that the order of their creation does not matter. The order of rules is in their priority. */
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
              : // The id of the restore point in a mark differs in every run.
                isMark(value)
                ? withoutState(value)
                : value,
          ]),
      ),
    ]),
  );
