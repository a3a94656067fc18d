import { readFile, readdir } from "node:fs/promises";
import path from "node:path";

import { type Simulator, startSimulator } from "../../simulator/index";
import { addedBy, type Lock } from "../installed-packages";
import {
  type OpsProject,
  type Stack,
  drift,
  opsProject,
  plan,
} from "./harness";

const program = `
import { UseCase4 } from "pulumi-area1-m365";

const mail = new UseCase4("mail", { domains: ["example.com"] });
export const routes = mail.routes;
`;

describe("an ops repo that installed the packed tarball with npm", () => {
  let simulator: Simulator;
  let project: OpsProject;
  let stack: Stack;

  beforeAll(async () => {
    const certificateDirectory = process.env.AREA1_CERTIFICATE_DIRECTORY;
    simulator = await startSimulator(
      certificateDirectory ? { certificateDirectory } : {},
    );
    project = await opsProject({ program, dependencies: "installed" });
    stack = await project.stack("dev", { env: simulator.environment });
  }, 240_000);

  afterAll(() => simulator.close());

  test("has one copy of Pulumi's SDK, which program and library share", async () => {
    const files = await readdir(path.join(project.directory, "node_modules"), {
      recursive: true,
    });
    expect(
      files.filter((file) =>
        file.endsWith(path.join("@pulumi/pulumi/package.json")),
      ),
    ).toEqual([path.join("@pulumi/pulumi/package.json")]);
  });

  // The repository's lock file has other versions than a new installation.
  test("has at most 55 packages more than Pulumi's SDK needs", async () => {
    const { packages } = JSON.parse(
      await readFile(path.join(project.directory, "package-lock.json"), "utf8"),
    ) as { packages: Lock };
    const added = addedBy(packages, ["pulumi-area1-m365"]);
    expect(added).toContain("node_modules/pulumi-area1-m365");
    expect(added.length).toBeLessThanOrEqual(55);
  });

  test("applies use case 4 with the Pulumi CLI, and then there is nothing to do", async () => {
    await stack.up();
    const outputs = await stack.outputs();
    expect(outputs.routes).not.toHaveLength(0);
    expect(plan(await stack.preview(["--expect-no-changes"]))).toEqual([]);
    expect(
      drift(await stack.refresh(["--preview-only", "--expect-no-changes"])),
    ).toEqual({});
  });

  test("destroys it again", async () => {
    await stack.destroy();
    expect((await stack.export()).deployment.resources).toEqual([]);
  });
});

test.each(["packed", "linked"] as const)(
  "a program finds the library and its provider when it is %s",
  async (dependencies) => {
    const project = await opsProject({
      dependencies,
      program: `
        import * as fs from "node:fs";
        import { createRequire } from "node:module";
        import * as library from "pulumi-area1-m365";
        export const found = typeof library.UseCase4;
        export const entry = typeof require("pulumi-area1-m365/provider").provider;
        export const sdks = [require, createRequire(fs.realpathSync(require.resolve("pulumi-area1-m365")))]
          .map((from) => fs.realpathSync(from.resolve("@pulumi/pulumi")))
          .filter((each, index, all) => all.indexOf(each) === index).length;
      `,
    });
    const stack = await project.stack("dev");
    await stack.up();
    expect(await stack.outputs()).toEqual({
      found: "function",
      entry: "function",
      sdks: 1,
    });
  },
);
