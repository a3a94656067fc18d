import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import { engineEnvironment } from "./environment";
import { packedLibrary } from "./packed-library";

const execute = promisify(execFile);

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), "area1-schema-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

test("pulumi schema check accepts the schema in the published package", async () => {
  const { directory: packed } = await packedLibrary();
  const plugin = path.join(packed, "dist/plugin");
  const { stdout, stderr } = await execute(
    "pulumi",
    ["schema", "check", path.join(plugin, "schema.json")],
    { env: await engineEnvironment(directory) },
  );
  expect(stdout + stderr).toBe("");
  // What builds it needs the compiler, which users do not have.
  expect(await readdir(plugin)).not.toContain("schema.js");
});
