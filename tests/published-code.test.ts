import { execFile } from "node:child_process";
import {
  cp,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import * as library from "../lib";
import { loader } from "../lib/loader";
import * as simulator from "../simulator/index";
import {
  installSimulator,
  packedLibrary,
  packedSimulator,
  repository,
} from "./engine/packed-library";
import { blocksIn } from "./readme/marked";

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

describe("a folder with the simulator's package", () => {
  let folder: string;
  const run = (cwd: string, ...args: string[]) =>
    execute(process.execPath, args, { cwd }).then(
      ({ stdout }) => ({ code: 0, stdout, stderr: "" }),
      (error: { code: number; stdout: string; stderr: string }) => error,
    );
  const node = (...args: string[]) => run(folder, ...args);
  const bin = "node_modules/area1-m365-simulator/dist/bin.js";
  beforeAll(async () => {
    folder = path.join(directory, "simulator");
    await mkdir(path.join(folder, "node_modules"), { recursive: true });
    await installSimulator(path.join(folder, "node_modules"));
  }, 120_000);

  test("needs nothing of the library: its exports and its command work", async () => {
    const names = Object.keys(simulator).sort();
    await writeFile(
      path.join(folder, "index.mjs"),
      `import { ${names.join(", ")} } from "area1-m365-simulator";
console.log([${names.join(", ")}].map((one) => typeof one).join());`,
    );
    expect((await node("index.mjs")).stdout.trim()).toBe(
      names.map(() => "function").join(),
    );
    expect(
      await node(bin, "--", process.execPath, "-p", "6 * 7"),
    ).toMatchObject({ code: 0, stdout: "42\n" });
  });

  test("compiles the program of its README with the settings of Pulumi's template", async () => {
    const readme = await readFile(
      path.join(folder, "node_modules/area1-m365-simulator/README.md"),
      "utf8",
    );
    const text = blocksIn(readme).find(
      ({ language }) => language === "ts",
    )?.text;
    // CommonJS has no await outside of functions.
    await writeFile(
      path.join(folder, "index.ts"),
      `${text?.replace("\n\n", "\n\nexport async function main() {\n")}}\n`,
    );
    await link(path.join(folder, "node_modules"), "@types/node");
    const { stdout } = await node(
      path.join(repository, "node_modules/typescript/bin/tsc"),
      ...["--noEmit", "--strict", "--target", "es2020", "--types", "node"],
      ...["--module", "commonjs", "--moduleResolution", "node", "index.ts"],
    );
    expect(stdout).toBe("");
  });

  test("serves the library's command from the working directory, which otherwise says how to install it", async () => {
    const elsewhere = path.join(directory, "command");
    await install(path.join(elsewhere, "node_modules"));
    const cli = path.join(
      elsewhere,
      "node_modules/pulumi-area1-m365/dist/cli/index.js",
    );
    expect(
      await node(cli, "simulate", "--", process.execPath, "-p", "6 * 7"),
    ).toMatchObject({ code: 0, stdout: "42\n" });
    for (const command of [
      ["simulate"],
      ["simulate", "--help"],
      ["diff", "a.json", "b.json"],
    ]) {
      const { code, stderr } = await run(elsewhere, cli, ...command);
      expect([code, stderr]).toEqual([
        2,
        "The simulator is a package of its own, and it is not installed. Install it with: npm install --save-dev area1-m365-simulator\n",
      ]);
    }
  });
});

// Kind: the published code can be read, and an error in it leads to the line of the source.
describe("the published code", () => {
  let packages: string[];
  beforeAll(async () => {
    packages = [packed, (await packedSimulator()).directory];
  }, 120_000);

  test("is not minified", async () => {
    for (const folder of packages) {
      const files = await readdir(folder, { recursive: true });
      for (const file of files.filter((name) => name.endsWith(".js"))) {
        const text = await readFile(path.join(folder, file), "utf8");
        const average = text.length / text.split("\n").length;
        expect([file, average < 100]).toEqual([file, true]);
      }
    }
  });

  test("has a source map with its sources beside every file", async () => {
    for (const folder of packages) {
      const files = await readdir(folder, { recursive: true });
      for (const file of files.filter(
        (name) => name.endsWith(".js") && !name.includes("page/"),
      )) {
        const { sources, sourcesContent } = JSON.parse(
          await readFile(path.join(folder, `${file}.map`), "utf8"),
        ) as Record<"sources" | "sourcesContent", string[]>;
        const root = folder === packed ? "" : "simulator";
        const wanted = await Promise.all(
          sources.map((source) =>
            readFile(
              path.join(repository, root, path.dirname(file), source),
              "utf8",
            ),
          ),
        );
        expect([file, sourcesContent]).toEqual([file, wanted]);
      }
    }
  });

  test("leads an error to the line of the source", async () => {
    const program = path.join(directory, "mapped");
    await install(path.join(program, "node_modules"));
    const { stderr } = await execute(
      process.execPath,
      [
        "--enable-source-maps",
        "-e",
        'new (require("pulumi-area1-m365").UseCase4)("mail", { domains: [] })',
      ],
      { cwd: program },
    ).catch((error: { stderr: string }) => error);
    const [, line] = /lib[\\/]use-case-4\.ts:(\d+):\d+\)/.exec(stderr) ?? [];
    const source = await readFile(
      path.join(repository, "lib/use-case-4.ts"),
      "utf8",
    );
    expect(source.split("\n")[Number(line) - 1]).toContain("throw");
  });
});
