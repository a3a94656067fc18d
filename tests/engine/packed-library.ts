import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import {
  cp,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rename,
  rm,
  stat,
  symlink,
} from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** The repository's folder. */
export const repository = path.resolve(__dirname, "../..");

/** A package as `npm publish` would publish it. */
export interface PackedPackage {
  /** The `.tgz` that users install. */
  tarball: string;
  /** The folder with its unpacked files. */
  directory: string;
}

const packed = new Map<string, Promise<PackedPackage>>();

/**
 * Builds and packs the library, once per content: test files and workers share the result.
 *
 * @throws Error with the compiler's messages when it cannot be built
 */
export const packedLibrary = () => packedOnce("pulumi-area1-m365", repository);

/** Builds and packs the simulator's package, as {@link packedLibrary} does the library. */
export const packedSimulator = () =>
  packedOnce("area1-m365-simulator", path.join(repository, "simulator"));

/** Installs the packed simulator and its dependencies into a folder `node_modules`. */
export async function installSimulator(modules: string): Promise<void> {
  const { directory } = await packedSimulator();
  await cp(directory, path.join(modules, "area1-m365-simulator"), {
    recursive: true,
  });
  const { dependencies } = JSON.parse(
    await readFile(path.join(directory, "package.json"), "utf8"),
  ) as { dependencies: Record<string, string> };
  for (const name of Object.keys(dependencies)) {
    const target = path.join(modules, name);
    if (!existsSync(target))
      await symlink(path.join(repository, "node_modules", name), target);
  }
}

function packedOnce(name: string, folder: string): Promise<PackedPackage> {
  const known = packed.get(name) ?? pack(name, folder);
  packed.set(name, known);
  return known;
}

async function pack(name: string, folder: string): Promise<PackedPackage> {
  const { ensureBuild } = await import("../../scripts/build.mjs");
  await ensureBuild();
  const parent = path.join(
    os.tmpdir(),
    `pulumi-area1-m365-packed-${os.userInfo().uid}`,
  );
  const directory = path.join(parent, await contentHash(folder));
  const result = {
    tarball: path.join(directory, `${name}.tgz`),
    directory: path.join(directory, "package"),
  };
  if (existsSync(directory)) return result;

  await mkdir(parent, { recursive: true, mode: 0o700 });
  await removeOld(parent);
  const fresh = await mkdtemp(`${directory}-`);
  try {
    // Skips prepack, because the package is built already.
    await execute(
      "npm",
      ["pack", "--ignore-scripts", "--silent", "--pack-destination", fresh],
      { cwd: folder },
    );
    const [file] = await readdir(fresh);
    if (!file) throw new Error("npm pack made no file.");
    await rename(path.join(fresh, file), path.join(fresh, `${name}.tgz`));
    await execute("tar", ["-xzf", `${name}.tgz`], { cwd: fresh });
    await rename(fresh, directory);
  } catch (error) {
    // Another worker may have been faster.
    if (!existsSync(directory)) throw error;
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return result;
}

/** Removes old packages, of which each change of the sources adds one. Keeps those of the last day, which may be in use. */
async function removeOld(parent: string): Promise<void> {
  const yesterday = Date.now() - 24 * 60 * 60 * 1000;
  for (const name of await readdir(parent)) {
    const each = path.join(parent, name);
    const { mtimeMs } = await stat(each).catch(() => ({ mtimeMs: Infinity }));
    if (mtimeMs < yesterday) await rm(each, { recursive: true, force: true });
  }
}

async function contentHash(folder: string): Promise<string> {
  const hash = createHash("sha256");
  const built = await readdir(path.join(folder, "dist"), {
    recursive: true,
    withFileTypes: true,
  });
  const files = built
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  for (const file of [path.join(folder, "package.json"), ...files.sort()]) {
    hash
      .update(`${path.relative(folder, file)}\0`)
      .update(await readFile(file));
  }
  return hash.digest("hex").slice(0, 16);
}
