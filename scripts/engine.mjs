// Finds, downloads or builds the Pulumi engine for demo, tests and benchmarks.
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { cacheDirectory, fillOnce } from "./cache.mjs";
import { run } from "./children.mjs";
import { buildProgram } from "./engine/build.mjs";
import { downloadEngine } from "./engine/download.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const exe = process.platform === "win32" ? ".exe" : "";

/** Returns the engine's version that the project is developed with. It is set only in `scripts/engine/go.mod`. */
export async function engineVersion() {
  const text = await readFile(path.join(here, "engine/go.mod"), "utf8");
  const found = /pulumi\/pkg\/v3 v(\d+\.\d+\.\d+)/.exec(text);
  if (!found) throw new Error("scripts/engine/go.mod names no engine.");
  return found[1];
}

/**
 * Finds the Pulumi engine: on PATH, or else in the cache, or else downloaded, or else built from the Go module proxy. A download or
 * build is stored in the cache. A second caller waits for the first.
 *
 * @param {{log?: (line: string) => void, env?: NodeJS.ProcessEnv, downloads?: string[], checksums?: Record<string, string>}} options
 *   `log` gets lines of progress; `downloads` are addresses of releases, tried in turn; `checksums` are those of the
 *   releases, by archive
 * @returns {Promise<{binDirectory: string, version: string, source: "PATH" | "cache" | "download" | "build"}>}
 *   the folder to put first on PATH
 * @throws Error that says what is missing if none of this is possible
 */
export async function ensureEngine({
  log = () => {},
  env = process.env,
  downloads,
  checksums,
} = {}) {
  const onPath = await engineOnPath(env, log);
  if (onPath) return onPath;

  const version = await engineVersion();
  const directory = path.join(
    cacheDirectory(env),
    "engine",
    `${version}-${process.platform}-${process.arch}`,
  );
  const binDirectory = path.join(directory, "bin");
  const isComplete = async () =>
    (await versionOf(path.join(binDirectory, `pulumi${exe}`), env)) === version;
  const fill = (building) =>
    getEngine({ version, building, env, log, downloads, checksums });
  const what = "the engine";
  const source =
    (await fillOnce(directory, { what, isComplete, fill, log })) ?? "cache";
  await addLaunchers(binDirectory);
  return { binDirectory, version, source };
}

async function getEngine({
  version,
  building,
  env,
  log,
  downloads,
  checksums,
}) {
  let whyNot;
  try {
    await downloadEngine({
      version,
      directory: building,
      log,
      from: downloads,
      checksums,
    });
    return "download";
  } catch (error) {
    whyNot = error.message;
    log(`no download: ${whyNot}`);
    await rm(building, { recursive: true, force: true });
  }
  try {
    const title = `Pulumi ${version}`;
    await buildProgram("engine", {
      title,
      version,
      directory: building,
      env,
      log,
    });
    return "build";
  } catch (error) {
    throw new Error(
      [
        `No Pulumi engine: none on PATH, none in the cache, and neither download nor build worked.`,
        `  download: ${whyNot}`,
        `  build:    ${error.message}`,
        `Install Pulumi (https://www.pulumi.com/docs/install/), or Go 1.25.11 or later (https://go.dev/dl/), and run this again.`,
      ].join("\n"),
    );
  }
}

async function engineOnPath(env, log) {
  const pulumi = which("pulumi", env);
  if (!pulumi) return undefined;
  const version = await versionOf(pulumi, env);
  const [major, minor] = (version ?? "0.0").split(".").map(Number);
  const binDirectory = path.dirname(pulumi);
  const missing = [
    "pulumi-language-nodejs",
    "pulumi-resource-pulumi-nodejs",
  ].filter((name) => !which(name, { PATH: binDirectory }) && !which(name, env));
  if (major !== 3 || minor < 220) {
    log(
      `${pulumi} is version ${version ?? "unknown"}; 3.220.0 or later is needed`,
    );
  } else if (missing.length > 0) {
    log(`${pulumi} comes without ${missing.join(" and ")}`);
  } else {
    return { binDirectory, version, source: "PATH" };
  }
  return undefined;
}

/** Returns the file of a command on PATH. */
export function which(name, env) {
  const suffixes = exe ? [".exe", ".cmd"] : [""];
  for (const folder of (env.PATH ?? "").split(path.delimiter).filter(Boolean)) {
    for (const suffix of suffixes) {
      const file = path.join(folder, name + suffix);
      if (existsSync(file)) return file;
    }
  }
  return undefined;
}

async function versionOf(pulumi, env) {
  if (!existsSync(pulumi)) return undefined;
  try {
    const { code, output } = await run(pulumi, ["version"], {
      env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
      timeoutMs: 20_000,
    });
    return code === 0 ? /^v?(\d+\.\d+\.\d+)/m.exec(output)?.[1] : undefined;
  } catch {
    return undefined; // Not a program for this machine.
  }
}

/** Adds the launchers of programs and providers next to the engine, unless the download contains them. */
async function addLaunchers(binDirectory) {
  const own = path.join(binDirectory, `pulumi-language-nodejs${exe}`);
  const standIn = path.join(binDirectory, "pulumi-language-nodejs.mjs");
  if (!existsSync(own) || existsSync(standIn)) {
    // A copy, because the clone may be moved or removed while the cache stays.
    await put(
      standIn,
      await readFile(path.join(here, "pulumi-language-nodejs.mjs")),
    );
    await put(
      own,
      '#!/bin/sh\nexec node "$(dirname "$0")/pulumi-language-nodejs.mjs" "$@"\n',
    );
  }
  const provider = path.join(binDirectory, "pulumi-resource-pulumi-nodejs");
  if (!existsSync(provider) && !existsSync(`${provider}.cmd`)) {
    const sdk = path.dirname(
      createRequire(import.meta.url).resolve("@pulumi/pulumi/package.json"),
    );
    await put(
      provider,
      await readFile(path.join(sdk, "pulumi-resource-pulumi-nodejs")),
    );
  }
}

async function put(file, content) {
  const wanted = Buffer.from(content);
  if (existsSync(file) && wanted.equals(await readFile(file))) return;
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, wanted);
  await chmod(draft, 0o755);
  await rename(draft, file);
}
