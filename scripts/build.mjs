// Compiles the package into dist/. Run by itself it always does; `ensureBuild` does when sources have changed.
import { createHash } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import {
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
const entry = path.join(dist, "lib/index.js");

/**
 * Builds `dist/` unless it already is what the sources say. A second caller waits for the first.
 *
 * @returns {Promise<boolean>} whether there was something to do
 * @throws Error with the compiler's messages
 */
export async function ensureBuild() {
  await mkdir(cache, { recursive: true });
  // Not at the top: before `npm ci` there is no such package.
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
  if (!existsSync(entry) || !existsSync(stamp)) return false;
  // Newer than the stamp: somebody ran the compiler by hand, on sources that nobody noted.
  return (
    (await readFile(stamp, "utf8")) === wanted &&
    statSync(entry).mtimeMs <= statSync(stamp).mtimeMs
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
  for (const room of ["lib", "mail-flow", "providers", "simulator", "cli"]) {
    if (!existsSync(path.join(root, room))) continue;
    const names = await readdir(path.join(root, room), { recursive: true });
    files.push(
      ...names
        .filter((name) => /\.(ts|json|html|css|js)$/.test(name))
        .map((name) => `${room}/${name}`),
    );
  }
  for (const file of files.sort()) {
    hash.update(`${file}\0`).update(await readFile(path.join(root, file)));
  }
  return hash.digest("hex");
}

/** Into a folder of its own first: what sources no longer hold must vanish, and nobody may load half a build. */
async function build() {
  const fresh = path.join(cache, `dist.${process.pid}`);
  const old = `${fresh}.old`;
  try {
    // JavaScript without comments, and one file of declarations with them, of what programs import: the package stays small.
    await Promise.all([
      node(
        "typescript/bin/tsc",
        "-p",
        "tsconfig.build.json",
        "--outDir",
        fresh,
      ),
      declarations(path.join(fresh, "lib/index.d.ts")),
    ]);
    await shrink(fresh);
    // Rooms that no program imports are for running, not for reading.
    await Promise.all([bundle("simulator", fresh), bundle("cli", fresh)]);
    await page(path.join(fresh, "simulator/page"));
    if (existsSync(dist)) await rename(dist, old);
    await rename(fresh, dist);
  } finally {
    await rm(fresh, { recursive: true, force: true });
    await rm(old, { recursive: true, force: true });
  }
}

async function node(script, ...args) {
  const { code, output } = await run(
    process.execPath,
    [path.join(root, "node_modules", script), ...args],
    { cwd: root },
  );
  if (code !== 0) throw new Error(output.trim());
}

/** Everything that `lib/index.ts` exports, with nothing of what lies behind it. */
const declarations = (file) =>
  node(
    "dts-bundle-generator/dist/bin/dts-bundle-generator.js",
    ...["--project", "tsconfig.json", "--no-check", "--no-banner"],
    ...["--silent", "-o", file, "lib/index.ts"],
  );

const esbuildOptions = {
  platform: "node",
  target: "es2022",
  logLevel: "error",
};

/**
 * What programs and the engine load stays a file per file. Its syntax stays as the compiler wrote it: Node finds the names that an ES
 * module can import from CommonJS by their form (cjs-module-lexer), and `enumerable:!0` is not the form.
 */
async function shrink(folder) {
  const { build: esbuild } = await import("esbuild");
  const names = await readdir(folder, { recursive: true });
  await esbuild({
    ...esbuildOptions,
    entryPoints: names
      .filter((name) => name.endsWith(".js"))
      .map((name) => path.join(folder, name)),
    outdir: folder,
    outbase: folder,
    allowOverwrite: true,
    minifyWhitespace: true,
    minifyIdentifiers: true,
  });
}

/** The simulator's page: script and style without what only people read, and indentation is a quarter of the rest. */
async function page(folder) {
  const { build: esbuild } = await import("esbuild");
  const source = path.join(root, "simulator/page");
  await esbuild({
    ...esbuildOptions,
    platform: "browser",
    entryPoints: ["page.js", "page.css"].map((name) => path.join(source, name)),
    outdir: folder,
    minify: true,
  });
  const html = await readFile(path.join(source, "page.html"), "utf8");
  await writeFile(path.join(folder, "page.html"), html.replace(/\n\s+/g, "\n"));
}

/** A room as one file, which loads other rooms and packages from where they are. */
async function bundle(room, folder) {
  const { build: esbuild } = await import("esbuild");
  await esbuild({
    ...esbuildOptions,
    entryPoints: [path.join(root, room, "index.ts")],
    outfile: path.join(folder, room, "index.js"),
    tsconfig: path.join(root, "tsconfig.build.json"),
    bundle: true,
    packages: "external",
    format: "cjs",
    minify: true,
    plugins: [
      {
        name: "rooms",
        setup({ onResolve, resolve }) {
          onResolve(
            { filter: /^\.\.\// },
            async ({ path: wanted, ...from }) => {
              if (from.pluginData === resolve) return undefined;
              const { path: file } = await resolve(wanted, {
                ...from,
                pluginData: resolve,
              });
              const within = path.relative(root, file).replace(/\.ts$/, ".js");
              return within.startsWith(`${room}/`)
                ? { path: file }
                : { path: `../${within}`, external: true };
            },
          );
        },
      },
    ],
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await rm(stamp, { force: true });
  await ensureBuild().catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
