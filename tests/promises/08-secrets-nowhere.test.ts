import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

import type { Fault } from "../../simulator/index";
import { genuineProcess } from "../conformance/genuine-process";
import { packedLibrary } from "../engine/harness";
import { someOf } from "../sample";
import { canaries, secretsIn } from "./canaries";
import { ledgerFor } from "./ledger";
import { scenarios, staged } from "./scenarios";
import { startWorld, type World } from "./world";

// The output of all other promises' runs is also searched: see world.ts. These are the remaining cases.
jest.setTimeout(300_000);
const ledger = ledgerFor(8);
let world: World;
beforeAll(async () => {
  world = await startWorld();
});

test.each(Object.entries(canaries))(
  "the canary %s is found in whatever spelling it stands in a text",
  (name, secret) => {
    for (const text of [
      secret,
      JSON.stringify({ secret }),
      JSON.stringify({ nested: JSON.stringify({ secret }) }),
      `client_secret=${encodeURIComponent(secret)}&x`,
      new URLSearchParams({ secret }).toString(),
      Buffer.from(secret).toString("hex"),
      Buffer.from(secret).toString("base64"),
      Buffer.from(`x:${secret}`).toString("base64"),
      Buffer.from(`user:${secret}`).toString("base64url"),
      Buffer.from(`id:${secret}:more`).toString("base64"),
    ])
      expect(secretsIn(`before ${text} after`).join()).toContain(name);
    expect(
      secretsIn("Authorization: Bearer eyJhbGciOiJub25lIn0.eyJhIjoxMjM0NX0.x"),
    ).toEqual(["an access token"]);
    expect(secretsIn("an ordinary text")).toEqual([]);
  },
);

test.each(["create", "update", "refresh", "destroy"])(
  "in %s, no secret is repeated that a vendor quotes, in whatever spelling",
  async (name) => {
    const scenario = (await scenarios()).find((one) => one.name === name);
    if (!scenario) throw new Error(`there is no scenario ${name}`);
    const stage = await staged(world, scenario);
    await stage.scenario.run(stage.begin());
    const { length } = world.simulator.log;
    for (const secret of Object.values(canaries).slice(0, 2))
      for (const quote of [
        secret,
        JSON.stringify(secret),
        encodeURIComponent(secret),
        Buffer.from(secret).toString("base64"),
      ])
        for (const [status, nth] of someOf(
          [
            [400, 1],
            [400, Math.ceil(length / 2)],
            [403, Math.ceil(length / 3)],
            [500, length - 1],
          ] as const,
          1,
        )) {
          const before = world.watch.found.length;
          const message = `Something is wrong with ${quote}, see there`;
          const fault: Fault = {
            kind: "body",
            status,
            body: {
              success: false,
              errors: [{ code: 1000, message }],
              error: { code: "BadRequest", message },
              error_description: message,
            },
            match: { nth, times: "always" },
          };
          const stack = stage.begin({
            ...world.environment,
            AREA1_PATIENCE_MS: "300",
          });
          world.simulator.faults.add(fault);
          const failure = await stage.scenario.run(stack).then(
            () => "",
            (error: Error) => error.message,
          );
          await stack.warnings();
          ledger.note(
            `${name}, ${status} at request ${nth} quotes ${quote.slice(0, 6)}…`,
            [...secretsIn(failure), ...world.watch.found.slice(before)],
          );
        }
    expect(ledger.violations).toEqual([]);
  },
);

test("Pulumi's provider process prints none, and sends none to the engine", async () => {
  const { platform, process } = await genuineProcess();
  for (const scenario of someOf(await scenarios(), 4)) {
    const stage = await staged(world, scenario);
    const stack = stage.begin(undefined, platform);
    await stage.scenario.run(stack);
    world.watch.see("a state", stack.state);
    await stack.warnings();
  }
  ledger.note("what the process prints", secretsIn(process.output()));
  ledger.note(
    "what it tells the engine",
    process.logs.flatMap(({ message }) => secretsIn(message)),
  );
  expect(ledger.violations).toEqual([]);
  expect(world.watch.found).toEqual([]);
});

test("the published package contains none, and no paths of the machine that packed it", async () => {
  const { directory } = await packedLibrary();
  const entries = await readdir(directory, {
    recursive: true,
    withFileTypes: true,
  });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  expect(files.length).toBeGreaterThan(3);
  for (const file of files) {
    const text = await readFile(file, "latin1");
    const name = path.relative(directory, file);
    ledger.note(`the package's ${name}`, [
      ...secretsIn(text),
      ...["PRIVATE KEY", process.cwd(), ".npmrc", "NPM_TOKEN"].filter((word) =>
        text.includes(word),
      ),
    ]);
    if (/\.(npmrc|pem|key|env)$/.test(name))
      ledger.note(`the package's ${name}`, ["it has no business there"]);
  }
  expect(ledger.violations).toEqual([]);
});
