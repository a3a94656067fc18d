import fc from "fast-check";

import { destinationOf, isLost } from "../../mail-flow/destination";
import {
  dispositions,
  headers,
  verdicts,
  type Disposition,
  type Header,
} from "../../mail-flow/message";
import { mailFlow, type MailFlow } from "../../mail-flow/route";
import type { Snapshot } from "../../mail-flow/snapshot";
import { resolveConfiguration } from "../../providers/session/configuration";
import { readSnapshot } from "../../providers/snapshot/snapshot";
import { Session } from "../../providers/session/session";
import { startSimulator, type Simulator } from "../../simulator/index";
import { defaultQuirks } from "../../simulator/quirks";
import { seed } from "../promises/seed";
import { howMany } from "../sample";
import { otherForms } from "./matrix/read";
import { asSnapshot } from "./random/as-snapshot";
import {
  configure,
  inCommon,
  SimulatedMail,
  type Told,
} from "./random/simulated-mail";
import {
  randomMessage,
  randomTenant,
  type RandomMessage,
  type RandomTenant,
} from "./random/tenant";

/** How many tenants, of which a hundredth is read over HTTPS. */
const runs = howMany(10_000, 800);

/** Whether one message of a tenant ends where the simulator ends it. */
class Comparison {
  /** What was reached, and how often. */
  readonly reached = new Map<string, number>();
  readonly #simulated = new SimulatedMail();

  /** @throws Error at the first message that the two end differently */
  of(tenant: RandomTenant, snapshot: Snapshot, messages: RandomMessage[]) {
    this.#simulated.configure(tenant);
    const follow = mailFlow(snapshot);
    for (const message of messages)
      for (const disposition of dispositions)
        for (const header of headers)
          this.#one(follow, message, disposition, header);
  }

  #one(
    follow: MailFlow,
    message: RandomMessage,
    disposition: Disposition,
    header: Header,
  ): void {
    const simulated = this.#simulated.ends(message, disposition, header);
    const expected = inCommon(simulated);
    const { told, ends, path } = byModel(follow, message, disposition, header);
    this.#count(expected);
    // Where nothing is documented, how far it got is told for people.
    const same =
      expected.outcome === "notDocumented"
        ? told.outcome === "notDocumented"
        : (Object.keys(expected) as (keyof Told)[]).every(
            (key) => told[key] === expected[key],
          );
    const reachable = destinationsOf(ends);
    const expectedlyReachable = destinationsOf(simulated);
    if (same && reachable.join() === expectedlyReachable.join()) return;
    const sent = { disposition, header, path };
    expect({ ...told, reachable, ...sent }).toEqual({
      ...expected,
      reachable: expectedlyReachable,
      ...sent,
    });
  }

  #count({ outcome, scl, verdict, policy, release }: Told): void {
    for (const what of [
      `outcome ${outcome}`,
      `SCL ${scl}`,
      `verdict ${verdict}`,
      `policy ${policy?.replace(/\d+$/, "") ?? null}`,
      ...(outcome === "quarantine" ? [`release ${release}`] : []),
    ])
      this.reached.set(what, (this.reached.get(what) ?? 0) + 1);
  }
}

/** The destinations of some ends, each once, and whether the message is lost at one of them. */
function destinationsOf(ends: readonly Told[]): string[] {
  const reached = new Set<string>(ends.map(destinationOf));
  if (ends.some(isLost)) reached.add("lost");
  return [...reached].sort();
}

const messages = fc.array(randomMessage, { minLength: 1, maxLength: 3 });

test(`the model and the simulator's pipeline, written apart from the documentation, agree on all mail of ${runs} random tenants, of every kind`, () => {
  const comparison = new Comparison();
  const result = fc.check(
    fc.property(randomTenant, messages, (tenant, messages) =>
      comparison.of(tenant, asSnapshot(tenant), messages),
    ),
    { seed, numRuns: runs },
  );
  if (result.failed) throw new Error(smallest(result));
  expect([...comparison.reached.keys()].sort()).toEqual([
    ...[null, -1, 0, 4, 5, 6, 7, 8, 9].map((scl) => `SCL ${scl}`).sort(),
    ...[
      "deleted",
      "droppedByCloudflare",
      "hostedQuarantine",
      "inbox",
      "junk",
      "notDocumented",
      "quarantine",
      "redirected",
      "rejected",
    ].map((outcome) => `outcome ${outcome}`),
    ...[
      "Board",
      "Contoso baseline",
      "Default",
      "Office365 AntiPhish Default",
      "Pilot",
      "Sales",
      "Standard Preset Security Policy",
      "Strict Preset Security Policy",
      "null",
    ].map((policy) => `policy ${policy}`),
    ...["none", "null", "request", "self"].map((one) => `release ${one}`),
    ...[...verdicts, null].map((verdict) => `verdict ${verdict}`).sort(),
  ]);
});

test("they agree as well where the tenant is read as the vendors answer", async () => {
  const comparison = new Comparison();
  const simulator = await startSimulator({
    quirks: { rateLimit: 1e9, rateBurst: 1e9 },
  });
  try {
    const result = await fc.check(
      fc.asyncProperty(
        randomTenant,
        messages,
        fc.boolean(),
        async (tenant, messages, other) => {
          configure(simulator, tenant);
          Object.assign(simulator.quirks, other ? otherForms : defaultQuirks);
          simulator.quirks.rateLimit = simulator.quirks.rateBurst = 1e9;
          comparison.of(tenant, await read(simulator), messages);
        },
      ),
      { seed, numRuns: Math.ceil(runs / 100) },
    );
    if (result.failed) throw new Error(smallest(result));
  } finally {
    await simulator.close();
  }
});

async function read({ environment }: Simulator): Promise<Snapshot> {
  const session = new Session(
    resolveConfiguration(() => undefined, environment),
    () => undefined,
  );
  return readSnapshot(session.begin(session.configuration.cloudflareAccountId));
}

/** What is left of a difference once it is shrunk. */
function smallest({
  counterexample,
  errorInstance,
}: {
  counterexample: readonly unknown[] | null;
  errorInstance: unknown;
}): string {
  const least = fc.check(
    fc.property(randomTenant, () => false),
    { seed, numRuns: 1 },
  ).counterexample?.[0];
  const [tenant, messages] = counterexample ?? [];
  return [
    "The smallest tenant in which the two differ, beside one that nobody has configured:",
    ...differences("", least, tenant),
    JSON.stringify(messages),
    String(errorInstance),
  ].join("\n");
}

function differences(where: string, usual: unknown, value: unknown): string[] {
  if (JSON.stringify(usual) === JSON.stringify(value)) return [];
  if (typeof value !== "object" || value === null || usual === undefined)
    return [`${where}: ${JSON.stringify(value)}`];
  return Object.entries(value).flatMap(([key, one]) =>
    differences(
      `${where}.${key}`,
      (usual as Record<string, unknown> | null)?.[key],
      one,
    ),
  );
}

function byModel(
  follow: MailFlow,
  { sourceIp, sender, bcl, ...message }: RandomMessage,
  disposition: Disposition,
  header: Header,
): { told: Told; ends: readonly Told[]; path: string[] } {
  const { path, results: ends } = follow({
    ...message,
    disposition,
    header,
    ...(sourceIp !== undefined && { sourceIp }),
    ...(sender !== undefined && { sender }),
    ...(bcl !== undefined && { bcl }),
  });
  const {
    steps,
    preview: _,
    delete: __,
    notificationFrequency: ___,
    ...told
  } = path;
  return {
    told,
    ends,
    path: steps.map(
      ({ object, property, why }) => `${object} ${property}: ${why}`,
    ),
  };
}
