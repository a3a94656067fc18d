import fc from "fast-check";

import { genuineProcess } from "../conformance/genuine-process";
import type { Platform } from "../conformance/platform";
import { kindsUnderTest } from "../conformance/subjects";
import { someOf, times } from "../sample";
import { cleanRun, type CleanRun } from "./clean-run";
import { troubles, variants, type Trouble } from "./faults";
import { ledgerFor } from "./ledger";
import { scenarios, staged } from "./scenarios";
import { seeded } from "./seed";
import { singleScenarios } from "./single-scenarios";
import { withTrouble } from "./troubled";
import { startWorld, type World } from "./world";

// A test has hundreds of cases.
jest.setTimeout(300_000 * times);
const ledger = ledgerFor(1);
const allTroubles = [...troubles, ...variants];

async function play(
  world: World,
  clean: CleanRun,
  trouble: Trouble,
  at: number,
  platform?: Platform,
): Promise<string | undefined> {
  const { hit, wrong } = await withTrouble(
    world,
    clean,
    trouble,
    at + 1,
    platform,
  );
  const { name } = clean.stage.scenario;
  ledger.note(
    `${name}: ${trouble.name} at request ${at + 1}, ${clean.requests[at]}`,
    wrong,
  );
  return hit;
}

/** The nouns that the kinds of the scenarios read and write themselves. */
const own: readonly [kind: string, requests: RegExp][] = [
  ...Object.entries(kindsUnderTest).map(
    ([kind, { requests }]): [string, RegExp] => [kind, requests],
  ),
  ["RestorePoint", /^Get-|^GET cloudflare /],
];

/**
 * A name for a request that is the same whichever resource it is for: signing in, for all that read and for all that write; and the lists
 * of other kinds, which the guard of the mail flow reads, for all that create, update or delete. Undefined for any other request.
 */
function askedByAll(scenario: string, request: string): string | undefined {
  const verb = verbs.find(([names]) => names.test(scenario))?.[1] ?? "update";
  if (request.includes(" entra "))
    return `${verb === "read" ? verb : "write"} ${request}`;
  return own.some(
    ([kind, requests]) => scenario.includes(kind) && requests.test(request),
  )
    ? undefined
    : `${verb} ${request}`;
}

const verbs: readonly [scenarios: RegExp, verb: string][] = [
  [/^read/, "read"],
  [/^create/, "create"],
  [/^(delete|restore)/, "delete"],
];

describe("over the handlers, with one resource", () => {
  let world: World;
  const tried = new Set<string>();
  beforeAll(async () => {
    world = await startWorld({ seed: {} });
  });

  test.each(someOf(singleScenarios(), 10).map((scenario) => ({ scenario })))(
    "$scenario.name: whatever goes wrong at whichever request, nothing is lost, written wrongly, made twice or said to have drifted",
    async ({ scenario }) => {
      const stage = await staged(world, scenario);
      const clean = await cleanRun(world, stage);
      const cases: [at: number, trouble: Trouble][] = [];
      for (const [at, request] of clean.requests.entries()) {
        const once = askedByAll(scenario.name, request);
        if (once !== undefined && tried.has(once)) continue;
        if (once !== undefined) tried.add(once);
        const turn = variants[tried.size % variants.length];
        for (const trouble of turn ? [...troubles, turn] : troubles)
          cases.push([at, trouble]);
      }
      const hits: (string | undefined)[] = [];
      for (const [at, trouble] of someOf(cases, 4))
        hits.push(await play(world, clean, trouble, at));
      expect(ledger.violations).toEqual([]);
      // A fault that was applied to no request tested nothing.
      expect(hits.filter((hit) => hit === undefined)).toEqual([]);
    },
  );
});

describe("with a list of three pages", () => {
  test("a fault at the second page does not make objects of other pages count as deleted", async () => {
    const domains = Array.from({ length: 2001 }, (_, at) => ({
      domain: `d${at}.example.net`,
    }));
    const world = await startWorld({ seed: { accounts: [{ domains }] } });
    const scenario = singleScenarios().find(
      ({ name }) => name === "read Area1Domain",
    );
    if (!scenario) throw new Error("there is no such scenario");
    const clean = await cleanRun(world, await staged(world, scenario));
    const pages = [...clean.requests.entries()].filter(([, request]) =>
      request.includes("page="),
    );
    expect(pages).toHaveLength(3);
    for (const trouble of someOf(troubles, 6))
      await play(world, clean, trouble, pages[1]?.[0] ?? 0);
    expect(ledger.violations).toEqual([]);
  });
});

describe("with the whole program, at random", () => {
  let world: World;
  let clean: CleanRun[];
  beforeAll(async () => {
    world = await startWorld();
    clean = [];
    for (const scenario of someOf(await scenarios(), 4))
      clean.push(await cleanRun(world, await staged(world, scenario)));
  });

  async function sample(
    all: number,
    few: number,
    platform?: Platform,
  ): Promise<void> {
    const cases = fc
      .constantFrom(...clean)
      .chain((one) =>
        fc.tuple(
          fc.constant(one),
          fc.nat(one.requests.length - 1),
          fc.constantFrom(...allTroubles),
        ),
      );
    for (const [one, at, trouble] of fc.sample(cases, seeded(all, few)))
      await play(world, one, trouble, at, platform);
    expect(ledger.violations).toEqual([]);
  }

  test("the handlers either change nothing or do everything", () =>
    sample(60, 6));

  test("so does Pulumi's provider process", async () => {
    const { platform, process } = await genuineProcess();
    await sample(40, 2, platform);
    world.watch.see("what the provider process prints", process.output());
    world.watch.see("what it tells the engine", process.logs);
  });
});
