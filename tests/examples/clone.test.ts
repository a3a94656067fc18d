import {
  cp,
  mkdir,
  mkdtemp,
  readdir,
  realpath,
  symlink,
} from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { plan } from "../engine/harness";
import { removeAfterwards } from "../engine/clean-up";
import { engineEnvironment } from "../engine/environment";
import { repository } from "../engine/packed-library";
import { createStack } from "../engine/stack";

test("a built clone is itself a Pulumi project, whose preview creates use case 4", async () => {
  const { ensureBuild } = await import("../../scripts/build.mjs");
  await ensureBuild();
  const parent = await realpath(
    await mkdtemp(path.join(os.tmpdir(), "area1-clone-")),
  );
  removeAfterwards(parent);
  const directory = path.join(parent, "clone");
  const left = new Set([".git", "node_modules", "coverage", "artifacts"]);
  for (const entry of await readdir(repository))
    if (!left.has(entry))
      await cp(path.join(repository, entry), path.join(directory, entry), {
        recursive: true,
      });
  await symlink(
    path.join(repository, "node_modules"),
    path.join(directory, "node_modules"),
  );
  for (const folder of ["home", "state"])
    await mkdir(path.join(parent, folder));
  const environment = await engineEnvironment(parent);
  // With types, because the program must also compile there.
  delete environment["PULUMI_NODEJS_TRANSPILE_ONLY"];
  const stack = await createStack(
    { name: "dev", directory, environment, log: parent },
    { config: { "area1:cloudflareAccountId": "0".repeat(32) } },
  );
  expect(
    plan(await stack.preview())
      .map(({ name, op }) => `${op} ${name}`)
      .sort(),
  ).toEqual(
    [
      "mail",
      "mail-restore-point",
      "mail-user-quarantine",
      "mail-admin-quarantine",
      "mail-anti-spam",
      "mail-area1-admin",
      "mail-area1-user",
      "mail-cloudflare-admin",
      "mail-cloudflare-user",
      "mail-domain-example.com",
      "mail-domain-example.org",
      "mail-mail-flow-check",
    ]
      .map((name) => `create ${name}`)
      .sort(),
  );
}, 120_000);
