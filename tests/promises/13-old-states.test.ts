import { readFile, readdir, writeFile } from "node:fs/promises";
import path from "node:path";

import type { SimulatorState } from "../../simulator/index";
import { tenantWithStack } from "../engine/tenant-with-stack";
import { apply, examples } from "../examples/example";
import { someOf } from "../sample";
import { ledgerFor } from "./ledger";

// Imports the stored state of each release, with the vendors' objects at that time, into a real engine. The current library must have
// nothing to do, and must be able to destroy the stack.
const folder = path.resolve(__dirname, "../examples/old-states");
const oldStates = ledgerFor(13);
const emptyPreview = ledgerFor(4);

/** The state of a stack of the example of use case 4 by a release, and the vendors' objects at that time. */
interface OldState {
  exported: object;
  simulated: SimulatorState;
}

const { RECORD_STATE } = process.env;

// RECORD_STATE=0.2.0 npm test -- tests/promises/13
if (RECORD_STATE)
  test(`records the state of ${RECORD_STATE}`, async () => {
    const at = await apply("use-case-4");
    const state: OldState = {
      exported: await at.stack.export(),
      simulated: at.simulator.snapshot(),
    };
    await writeFile(
      path.join(folder, `${RECORD_STATE}.json`),
      // Without source positions, which contain paths of this machine.
      `${JSON.stringify(state, (key, value: unknown) =>
        key === "sourcePosition" || key === "stackTrace" ? undefined : value,
      )}\n`,
    );
  }, 120_000);
else
  describe("the state of an older release", () => {
    test("is stored for every release", async () => {
      const { version } = JSON.parse(
        await readFile(path.join(examples, "../package.json"), "utf8"),
      ) as { version: string };
      expect(await readdir(folder)).toContain(`${version}.json`);
    });

    test("causes no changes and no drift in this release, which can destroy it", async () => {
      const program = await readFile(
        path.join(examples, "use-case-4/index.ts"),
        "utf8",
      );
      const at = await tenantWithStack(program);
      const fresh = at.simulator.snapshot();
      for (const file of await readdir(folder)) {
        const { exported, simulated } = JSON.parse(
          await readFile(path.join(folder, file), "utf8"),
        ) as OldState;
        at.simulator.restore(simulated);
        await at.project.write("state.json", JSON.stringify(exported));
        await at.stack.pulumi(["stack", "import", "--file", "state.json"]);
        at.writes();
        // Each of these commands fails if there is something to do.
        const commands = [
          ["preview", () => at.stack.preview(["--expect-no-changes"])],
          [
            "refresh",
            () => at.stack.refresh(["--preview-only", "--expect-no-changes"]),
          ],
          [
            "up --refresh",
            () => at.stack.up(["--refresh", "--expect-no-changes"]),
          ],
          ["preview again", () => at.stack.preview(["--expect-no-changes"])],
        ] as const;
        for (const [name, work] of someOf(commands, 2))
          await emptyPreview.case(`${file}: ${name}`, work);
        expect(emptyPreview.violations).toEqual([]);
        expect([file, at.writes()]).toEqual([file, []]);

        await at.stack.destroy();
        expect((await at.stack.export()).deployment.resources).toEqual([]);
        const { tenant } = at.simulator;
        const names = (list: { Name: string }[] = []) =>
          list.map(({ Name }) => Name);
        expect(tenant.transportRules).toEqual([]);
        expect(names(tenant.quarantinePolicies)).toEqual(
          names(fresh.tenants[0]?.quarantinePolicies),
        );
        expect(
          tenant.find("HostedContentFilterPolicy", "Default"),
        ).toMatchObject({
          SpamAction: "MoveToJmf",
          SpamQuarantineTag: "DefaultFullAccessPolicy",
          QuarantineRetentionPeriod: 15,
        });
        oldStates.note(file, []);
      }
    }, 240_000);
  });
