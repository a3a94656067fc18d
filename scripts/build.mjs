// Compiles the library into dist/ and the simulator into simulator/dist/. As a script it always compiles; `ensureBuild` only if sources
// have changed.
import { createHash } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import {
  cp,
  mkdir,
  readFile,
  readdir,
  rename,
  rm,
  writeFile,
} from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { run } from "./children.mjs";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const cache = path.join(root, "node_modules/.cache/pulumi-area1-m365");
const stamp = path.join(cache, "dist.sha256");
const dist = path.join(root, "dist");
const simulator = path.join(root, "simulator/dist");
const entries = [
  path.join(dist, "lib/index.js"),
  path.join(simulator, "index.js"),
];

/**
 * Builds `dist/` and `simulator/dist/` unless they are up to date. A second caller waits for the first.
 *
 * @returns {Promise<boolean>} whether it was built
 * @throws Error with the compiler's messages
 */
export async function ensureBuild() {
  await mkdir(cache, { recursive: true });
  // Imported here, because the package does not exist before `npm ci`.
  const { default: lockfile } = await import("proper-lockfile");
  const release = await lockfile.lock(dist, {
    realpath: false,
    lockfilePath: path.join(cache, "dist.lock"),
    retries: { retries: 600, minTimeout: 200, maxTimeout: 200 },
  });
  try {
    const wanted = await sourcesHash();
    if (await isBuilt(wanted)) return false;
    await build();
    await writeFile(stamp, wanted);
    return true;
  } finally {
    await release();
  }
}

async function isBuilt(wanted) {
  if (![...entries, stamp].every((file) => existsSync(file))) return false;
  // Newer than the stamp: the compiler was run by hand, on unknown sources.
  return (
    (await readFile(stamp, "utf8")) === wanted &&
    entries.every((file) => statSync(file).mtimeMs <= statSync(stamp).mtimeMs)
  );
}

async function sourcesHash() {
  const hash = createHash("sha256");
  const files = [
    "tsconfig.json",
    "tsconfig.build.json",
    "package.json",
    "package-lock.json",
  ];
  for (const room of [
    "lib",
    "mail-flow",
    "plugin",
    "providers",
    "simulator",
    "cli",
  ]) {
    if (!existsSync(path.join(root, room))) continue;
    const names = await readdir(path.join(root, room), { recursive: true });
    files.push(
      ...names
        .filter(
          (name) =>
            /\.(ts|json|html|css|js)$/.test(name) &&
            !/^(dist|node_modules)\b/.test(name),
        )
        .map((name) => `${room}/${name}`),
    );
  }
  for (const file of files.sort()) {
    hash.update(`${file}\0`).update(await readFile(path.join(root, file)));
  }
  return hash.digest("hex");
}

/** Builds into temporary folders first, so that files without a source disappear and no process loads an incomplete build. */
async function build() {
  const fresh = path.join(cache, `dist.${process.pid}`);
  const freshSimulator = path.join(cache, `simulator.${process.pid}`);
  try {
    await Promise.all([
      // One file per source file: the unchanged output of the compiler.
      node(
        "typescript/bin/tsc",
        "-p",
        "tsconfig.build.json",
        "--outDir",
        fresh,
      ),
      declarations("lib/index.ts", path.join(fresh, "lib/index.d.ts")),
      declarations(
        "simulator/index.ts",
        path.join(freshSimulator, "index.d.ts"),
      ),
      // One bundle each: a command starts faster if Node.js opens few files.
      bundle("cli/index.ts", path.join(fresh, "cli/index.js")),
      ...["index", "command", "bin"].map((name) =>
        bundle(
          `simulator/${name}.ts`,
          path.join(freshSimulator, `${name}.js`),
          ["./index", "./command"],
        ),
      ),
      cp(path.join(root, "simulator/page"), path.join(freshSimulator, "page"), {
        recursive: true,
      }),
    ]);
    await writeSchema(fresh);
    await Promise.all([
      finishSourceMaps(fresh, dist),
      finishSourceMaps(freshSimulator, simulator),
    ]);
    await replace(simulator, freshSimulator);
    await replace(dist, fresh);
  } finally {
    await rm(fresh, { recursive: true, force: true });
    await rm(freshSimulator, { recursive: true, force: true });
  }
}

/** Writes the schema of the provider `area1`. What writes it needs the compiler, and is not published. */
async function writeSchema(fresh) {
  const program = path.join(fresh, "plugin/schema.js");
  await bundle("plugin/schema.ts", program);
  await node(program, path.join(fresh, "plugin/schema.json"));
  await Promise.all([rm(program), rm(`${program}.map`)]);
}

async function replace(folder, fresh) {
  const old = `${fresh}.old`;
  try {
    if (existsSync(folder)) await rename(folder, old);
    await rename(fresh, folder);
  } finally {
    await rm(old, { recursive: true, force: true });
  }
}

async function node(script, ...args) {
  const { code, output } = await run(
    process.execPath,
    [path.resolve(root, "node_modules", script), ...args],
    { cwd: root },
  );
  if (code !== 0) throw new Error(output.trim());
}

/** Writes one file with the declarations of everything that `source` exports, without internal ones. */
const declarations = (source, file) =>
  node(
    "dts-bundle-generator/dist/bin/dts-bundle-generator.js",
    ...["--project", "tsconfig.json", "--no-check", "--no-banner"],
    ...["--silent", "-o", file, source],
  );

/**
 * Bundles a file with the other files of its top-level folder. Other folders, packages and the files in `apart` are not bundled.
 * Not minified, so that users can read and debug it.
 */
async function bundle(source, outfile, apart = []) {
  const { build: esbuild } = await import("esbuild");
  const room = path.dirname(source);
  await esbuild({
    platform: "node",
    target: "es2022",
    logLevel: "error",
    entryPoints: [path.join(root, source)],
    outfile,
    tsconfig: path.join(root, "tsconfig.build.json"),
    bundle: true,
    packages: "external",
    format: "cjs",
    sourcemap: true,
    plugins: [
      {
        name: "rooms",
        setup({ onResolve, resolve }) {
          onResolve({ filter: /^\./ }, async ({ path: wanted, ...from }) => {
            const name = wanted.replace(/\.js$/, "");
            if (apart.includes(name) && from.kind !== "entry-point")
              return { path: `${name}.js`, external: true };
            if (!wanted.startsWith("../") || from.pluginData === resolve)
              return undefined;
            const { path: file } = await resolve(wanted, {
              ...from,
              pluginData: resolve,
            });
            const within = path.relative(root, file).replace(/\.ts$/, ".js");
            return within.startsWith(`${room}/`)
              ? { path: file }
              : { path: `../${within}`, external: true };
          });
        },
      },
    ],
  });
}

/**
 * Rewrites the source maps of a folder: paths are relative to the final place of the folder, and mappings have lines but no columns.
 * Columns would be a fifth of the package, and a line of the output seldom comes from several lines of the source.
 */
async function finishSourceMaps(folder, target) {
  const { decode, encode } = await import("@jridgewell/sourcemap-codec");
  const names = await readdir(folder, { recursive: true });
  for (const name of names.filter((one) => one.endsWith(".map"))) {
    const file = path.join(folder, name);
    const map = JSON.parse(await readFile(file, "utf8"));
    const lines = decode(map.mappings).map((segments) =>
      segments
        .filter(
          ([, source, line], index) =>
            index === 0 ||
            source !== segments[index - 1][1] ||
            line !== segments[index - 1][2],
        )
        .map((segment) => segment.slice(0, 4)),
    );
    const sources = map.sources.map((source) =>
      path
        .relative(
          path.dirname(path.join(target, name)),
          path.resolve(path.dirname(file), source),
        )
        .replaceAll(path.sep, "/"),
    );
    await writeFile(
      file,
      JSON.stringify({ ...map, sources, names: [], mappings: encode(lines) }),
    );
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await rm(stamp, { force: true });
  await ensureBuild().catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
