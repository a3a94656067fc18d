import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import {
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rename,
  rm,
  stat,
} from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** The repository's folder. */
export const repository = path.resolve(__dirname, "../..");

let packed: Promise<PackedLibrary> | undefined;

/** The library as `npm publish` would send it. */
export interface PackedLibrary {
  /** The `.tgz` that users install. */
  tarball: string;
  /** The same, unpacked. */
  directory: string;
}

/**
 * Builds and packs the library, once per content: test files and workers share the result.
 *
 * @throws Error with the compiler's messages when it cannot be built
 */
export function packedLibrary(): Promise<PackedLibrary> {
  packed ??= pack();
  return packed;
}

async function pack(): Promise<PackedLibrary> {
  const { ensureBuild } = await import("../../scripts/build.mjs");
  await ensureBuild();
  const parent = path.join(
    os.tmpdir(),
    `pulumi-area1-m365-packed-${os.userInfo().uid}`,
  );
  const directory = path.join(parent, await contentHash());
  const result = {
    tarball: path.join(directory, "pulumi-area1-m365.tgz"),
    directory: path.join(directory, "package"),
  };
  if (existsSync(directory)) return result;

  await mkdir(parent, { recursive: true, mode: 0o700 });
  await removeOld(parent);
  const fresh = await mkdtemp(`${directory}-`);
  try {
    // Built already: the package's own prepack would only do it again.
    await execute(
      "npm",
      ["pack", "--ignore-scripts", "--silent", "--pack-destination", fresh],
      { cwd: repository },
    );
    const [name] = await readdir(fresh);
    if (!name) throw new Error("npm pack made no file.");
    await rename(
      path.join(fresh, name),
      path.join(fresh, "pulumi-area1-m365.tgz"),
    );
    await execute("tar", ["-xzf", "pulumi-area1-m365.tgz"], { cwd: fresh });
    await rename(fresh, directory);
  } catch (error) {
    // Another worker may have been faster.
    if (!existsSync(directory)) throw error;
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return result;
}

/** Every change of the sources leaves a package behind; those of the last day may still be in use. */
async function removeOld(parent: string): Promise<void> {
  const yesterday = Date.now() - 24 * 60 * 60 * 1000;
  for (const name of await readdir(parent)) {
    const each = path.join(parent, name);
    const { mtimeMs } = await stat(each).catch(() => ({ mtimeMs: Infinity }));
    if (mtimeMs < yesterday) await rm(each, { recursive: true, force: true });
  }
}

async function contentHash(): Promise<string> {
  const hash = createHash("sha256");
  const built = await readdir(path.join(repository, "dist"), {
    recursive: true,
    withFileTypes: true,
  });
  const files = built
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  for (const file of [path.join(repository, "package.json"), ...files.sort()]) {
    hash
      .update(`${path.relative(repository, file)}\0`)
      .update(await readFile(file));
  }
  return hash.digest("hex").slice(0, 16);
}
