import { execFile } from "node:child_process";
import {
  cp,
  mkdir,
  mkdtemp,
  readFile,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import * as library from "../lib";
import { loader } from "../lib/loader";
import { packedLibrary, repository } from "./engine/packed-library";

const execute = promisify(execFile);

// The package as it is published, installed beside a program.

let directory: string;
let packed: string;
let dependencies: string[];

beforeAll(async () => {
  ({ directory: packed } = await packedLibrary());
  const manifest = JSON.parse(
    await readFile(path.join(packed, "package.json"), "utf8"),
  ) as Record<"dependencies" | "peerDependencies", Record<string, string>>;
  dependencies = Object.keys({
    ...manifest.dependencies,
    ...manifest.peerDependencies,
  });
  directory = await mkdtemp(path.join(os.tmpdir(), "area1-published-"));
}, 240_000);
afterAll(() => rm(directory, { recursive: true, force: true }));

/** Installs the library into a folder `node_modules`, with everything that it depends on beside it. */
async function install(modules: string): Promise<void> {
  await mkdir(modules, { recursive: true });
  await cp(packed, path.join(modules, "pulumi-area1-m365"), {
    recursive: true,
  });
  for (const name of dependencies) await link(modules, name);
}

/** Links a package of the repository's own into a folder `node_modules`. */
async function link(modules: string, name: string): Promise<void> {
  const at = path.join(modules, name);
  await mkdir(path.dirname(at), { recursive: true });
  await symlink(path.join(repository, "node_modules", name), at);
}

// Kind: the published code is as Node's own tools expect it.
describe("a program that is an ES module", () => {
  let program: string;
  beforeAll(async () => {
    program = path.join(directory, "module");
    await install(path.join(program, "node_modules"));
    await writeFile(
      path.join(program, "package.json"),
      JSON.stringify({ type: "module" }),
    );
  });

  const run = async (text: string): Promise<string> => {
    const file = path.join(program, "index.mjs");
    await writeFile(file, text);
    const { stdout } = await execute(process.execPath, [file]);
    return stdout.trim();
  };

  test("imports every export of the library by its name", async () => {
    const names = Object.keys(library).sort();
    expect(names).toContain("UseCase4");
    const out = await run(
      `import { ${names.join(", ")} } from "pulumi-area1-m365";\n` +
        `console.log(JSON.stringify(Object.entries({ ${names.join(", ")} }).map(([name, one]) => [name, typeof one])));`,
    );
    expect(JSON.parse(out)).toEqual(
      names.map((name) => [
        name,
        name === "egressIpRanges" ? "object" : "function",
      ]),
    );
  });

  test("imports the entry that the engine loads by its name", async () => {
    expect(
      await run(
        'import { provider } from "pulumi-area1-m365/provider";\nconsole.log(Object.keys(provider("TransportRule")).sort().join());',
      ),
    ).toBe("check,configure,create,delete,diff,read,update");
  });
});

// Kind: the handlers of the library are found where a package manager links it for the package in between alone.
test("the handlers are found when a package in between depends on the library, as pnpm lays it out", async () => {
  const root = path.join(directory, "isolated");
  const store = path.join(root, "node_modules/.pnpm");
  await install(path.join(store, "pulumi-area1-m365@0.1.0/node_modules"));
  // What pnpm links for all packages of its store, and for nobody else.
  const shared = path.join(store, "node_modules");
  await mkdir(shared, { recursive: true });
  await symlink(
    "../pulumi-area1-m365@0.1.0/node_modules/pulumi-area1-m365",
    path.join(shared, "pulumi-area1-m365"),
  );
  const sdk = path.join(store, "@pulumi+pulumi@3.0.0/node_modules");
  await link(sdk, "require-from-string");
  const script = path.join(sdk, "@pulumi/pulumi/cmd/dynamic-provider/index.js");
  await mkdir(path.dirname(script), { recursive: true });
  // As the SDK's own script gets at the handlers.
  await writeFile(
    script,
    `const handlers = require("require-from-string")(${JSON.stringify(loader("TransportRule"))}).handler();
console.log(Object.keys(handlers).sort().join());`,
  );
  const { stdout } = await execute(process.execPath, [script], { cwd: root });
  expect(stdout.trim()).toBe("check,configure,create,delete,diff,read,update");
  await rm(path.join(shared, "pulumi-area1-m365"));
  await expect(
    execute(process.execPath, [script], { cwd: root }),
  ).rejects.toThrow("Cannot find module 'pulumi-area1-m365/provider'");
});
