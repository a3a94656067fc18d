// Installs the ops folder of one cell with its package manager, and applies it with its Node.js against the simulator.
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";

import { run } from "../children.mjs";
import { engineSettings, withoutOthers } from "../ops-environment.mjs";
import { installed, keptFolder } from "./tools.mjs";

const LIMIT_MS = 600_000;

const source = `import { UseCase4 } from "pulumi-area1-m365";

const mail = new UseCase4("mail", { domains: ["example.com"] });
export const routes = mail.routes;
`;
const commonJs = `const { UseCase4 } = require("pulumi-area1-m365");

const mail = new UseCase4("mail", { domains: ["example.com"] });
exports.routes = mail.routes;
`;
/** The files of a program in each form. `typescript`: whether Pulumi runs it as TypeScript. */
const forms = {
  ts: { file: "index.ts", text: source, typescript: true },
  "ts-module": {
    file: "index.ts",
    text: source,
    typescript: true,
    manifest: { type: "module" },
    // The ts-node within Pulumi does not support ES modules.
    tsNode: true,
  },
  esm: {
    file: "index.ts",
    text: source,
    typescript: false,
    manifest: { type: "module", main: "index.js" },
    compiled: true,
  },
  cjs: {
    file: "index.js",
    text: commonJs,
    typescript: false,
    manifest: { main: "index.js" },
  },
};
const tsconfig = {
  compilerOptions: {
    target: "es2022",
    module: "nodenext",
    strict: true,
    types: [],
  },
  files: ["index.ts"],
};

/** A shell script of a stack's whole life. `stack rm` fails if a resource is left. */
const life = `
for command in \\
  "stack init dev" \\
  "preview" \\
  "up --yes --skip-preview" \\
  "stack output routes" \\
  "refresh --yes --skip-preview --expect-no-changes" \\
  "preview --expect-no-changes" \\
  "destroy --yes --skip-preview" \\
  "stack rm dev --yes"
do
  echo "> pulumi $command"
  pulumi $command --non-interactive --color never
done
`;

/** A module that every Node.js process of the cell loads, and that records its version and script. */
const witness = `require("node:fs").appendFileSync(
  process.env.MATRIX_WITNESS,
  process.version + "\\t" + (process.argv[1] ?? "") + "\\n",
);
`;

/**
 * Runs one cell, in a folder that it creates.
 *
 * @param {object} cell with exact versions
 * @param {string} parent
 * @returns {Promise<string>} everything that was printed
 * @throws Error that names the step, with everything that was printed as `output`
 */
export async function runCell(cell, parent) {
  try {
    return await liveThrough(cell, parent);
  } finally {
    if (!process.env.AREA1_KEEP)
      await rm(parent, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function liveThrough(cell, parent) {
  const directory = path.join(parent, "ops");
  for (const folder of ["home", "state", "ops"])
    await mkdir(path.join(parent, folder), { recursive: true });
  const form = forms[cell.program];
  await writeProgram(cell, form, directory);
  const environment = {
    ...withoutOthers(process.env),
    PATH: [
      cell.node.bin,
      process.env.AREA1_ENGINE_DIRECTORY,
      process.env.PATH,
    ].join(path.delimiter),
  };
  let printed = "";
  const attempt = async (step, command, args, env = {}) => {
    const { code, output } = await run(command, args, {
      cwd: directory,
      env: { ...environment, ...env },
      timeoutMs: LIMIT_MS,
    });
    printed += `$ ${[command, ...args].join(" ")}\n${output}\n`;
    if (code !== 0) {
      const last = [...output.matchAll(/^> (pulumi \S+)/gm)].at(-1)?.[1];
      throw Object.assign(new Error(`${last ?? step} failed`), {
        output: printed,
      });
    }
  };

  const install = await installation(cell, directory);
  await attempt("installation", ...install);
  if (form.compiled) {
    const modules = await installed("typescript", cell.typescript);
    const tsc = path.join(modules, ".bin/tsc");
    await attempt("tsc", tsc, ["-p", "."]);
  }
  const witnesses = path.join(parent, "witnesses");
  await writeFile(path.join(parent, "witness.cjs"), witness);
  await attempt(
    "simulate",
    "node_modules/.bin/area1-m365",
    ["simulate", "--", "sh", "-ec", life],
    {
      ...engineSettings(parent),
      AREA1_CERTIFICATE_DIRECTORY: process.env.AREA1_CERTIFICATE_DIRECTORY,
      NODE_OPTIONS: `--require=${path.join(parent, "witness.cjs")}`,
      MATRIX_WITNESS: witnesses,
    },
  );
  const wrong = wrongNode(await readFile(witnesses, "utf8"), cell.node.version);
  if (wrong) throw Object.assign(new Error(wrong), { output: printed });
  return printed;
}

/** Returns what is wrong if the program, the provider or the command did not run on the cell's Node.js, else undefined. */
function wrongNode(witnesses, version) {
  const lines = witnesses.trim().split("\n");
  const others = lines.filter((line) => !line.startsWith(`v${version}\t`));
  if (others.length > 0) return `another Node.js ran: ${others[0]}`;
  const missing = [
    /cmd\/run/,
    /cmd\/dynamic-provider/,
    /cli\/index\.js$|\.bin\/area1-m365$/,
  ].filter((script) => !lines.some((line) => script.test(line)));
  return missing.length > 0
    ? `no Node.js was seen to run ${missing.join(", ")}`
    : undefined;
}

async function writeProgram(cell, form, directory) {
  const write = (file, text) => writeFile(path.join(directory, file), text);
  await write(form.file, form.text);
  const options = `{ name: nodejs, options: { typescript: ${form.typescript} } }`;
  await write("Pulumi.yaml", `name: ops\nruntime: ${options}\n`);
  if (form.compiled) await write("tsconfig.json", JSON.stringify(tsconfig));
  const manifest = {
    name: "ops",
    private: true,
    ...form.manifest,
    dependencies: {
      "@pulumi/pulumi": cell.sdk,
      "pulumi-area1-m365": `file:${cell.packed.library}`,
    },
    devDependencies: {
      "area1-m365-simulator": `file:${cell.packed.simulator}`,
      // A compiled program needs no compiler when it runs.
      ...(form.typescript &&
        cell.typescript !== "none" && { typescript: cell.typescript }),
      ...(form.tsNode && { "ts-node": "^10.9.2" }),
    },
  };
  await write("package.json", `${JSON.stringify(manifest, undefined, 2)}\n`);
}

/** Returns the command that installs the packages, with its arguments and environment variables. */
async function installation({ manager, managerVersion }, directory) {
  const bin = async (name) =>
    path.join(
      await installed(name, managerVersion),
      `.bin/${name === "pnpm" ? "pnpm" : "yarn"}`,
    );
  switch (manager) {
    case "npm":
      return [
        "npm",
        [
          ...["install", "--prefer-offline", "--no-audit", "--no-fund"],
          "--loglevel=error",
        ],
      ];
    case "pnpm":
      // pnpm requires a decision about the install script of a dependency of Pulumi's SDK. It is not needed.
      await writeFile(
        path.join(directory, "pnpm-workspace.yaml"),
        "allowBuilds: { protobufjs: false }\n",
      );
      return [
        await bin("pnpm"),
        ["install", "--store-dir", keptFolder("pnpm-store")],
      ];
    case "yarn1":
      return [
        await bin("yarn"),
        [
          // With Node.js 20 Yarn refuses packages of the Azure SDK, which require 22 but work.
          ...["install", "--ignore-engines", "--non-interactive"],
          ...["--cache-folder", keptFolder("yarn1-cache")],
        ],
      ];
    case "yarn4": {
      await writeFile(
        path.join(directory, ".yarnrc.yml"),
        "nodeLinker: node-modules\n",
      );
      const { output } = await run("npm", ["config", "get", "registry"]);
      return [
        await bin("@yarnpkg/cli-dist"),
        ["install", "--no-immutable"],
        {
          YARN_GLOBAL_FOLDER: keptFolder("yarn4"),
          // Yarn 4 does not read .npmrc.
          YARN_NPM_REGISTRY_SERVER: output.trim(),
        },
      ];
    }
    default:
      throw new Error(`There is no package manager ${manager}.`);
  }
}
