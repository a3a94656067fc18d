// Downloads Pulumi's release archive, and checks it against the checksum in this repository.
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, readFile, readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";

import { run } from "../children.mjs";

const CONNECT_MS = 6_000;
const STALL_MS = 30_000;

/** Addresses of official releases: Pulumi's own server, then GitHub. `{version}` is replaced. */
export const RELEASES = [
  "https://get.pulumi.com/releases/sdk/",
  "https://github.com/pulumi/pulumi/releases/download/v{version}/",
];

/** The checksums of releases, by archive, each with its algorithm. `record-checksums.mjs` writes them. */
export const CHECKSUMS = new URL("checksums.json", import.meta.url);

/**
 * Downloads an official release into `directory/bin`. Its server is not trusted: an archive without a recorded checksum
 * is not asked for.
 *
 * @throws Error in one line when no checksum is recorded, no server has the release, or the checksum differs
 */
export async function downloadEngine({
  version,
  directory,
  log,
  from = RELEASES,
  checksums,
}) {
  const archive = archiveName(version);
  const recorded = (checksums ?? JSON.parse(await readFile(CHECKSUMS, "utf8")))[
    archive
  ];
  if (recorded === undefined) {
    throw new Error(
      `scripts/engine/checksums.json has no checksum for ${archive}, so it is not downloaded`,
    );
  }
  const bin = path.join(directory, "bin");
  const reasons = [];
  for (const template of from) {
    const base = template.replace("{version}", version);
    const file = path.join(directory, archive);
    try {
      log(`downloading ${base}${archive}`);
      await mkdir(directory, { recursive: true });
      const [algorithm] = recorded.split(":");
      const actual = await save(`${base}${archive}`, { file, algorithm, log });
      if (actual !== recorded) {
        throw new Error(
          `the checksum of ${archive} is ${actual}, scripts/engine/checksums.json has ${recorded}`,
        );
      }
      await unpack(file, directory, bin);
      return;
    } catch (error) {
      reasons.push(`${new URL(base).host}: ${reason(error)}`);
      await rm(directory, { recursive: true, force: true });
    }
  }
  throw new Error(reasons.join("; "));
}

function archiveName(version) {
  const systems = { linux: "linux", darwin: "darwin", win32: "windows" };
  const processors = { x64: "x64", arm64: "arm64" };
  const system = systems[process.platform];
  const processor = processors[process.arch];
  if (!system || !processor) {
    throw new Error(
      `Pulumi has no release for ${process.platform} ${process.arch}`,
    );
  }
  return `pulumi-v${version}-${system}-${processor}.${system === "windows" ? "zip" : "tar.gz"}`;
}

/** Sends a request. Only connecting has a short time limit: a slow download may continue as long as data arrives. */
export async function request(url) {
  const controller = new AbortController();
  const timer = setTimeout(
    () =>
      controller.abort(new Error(`no answer within ${CONNECT_MS / 1000} s`)),
    CONNECT_MS,
  );
  try {
    const response = await fetch(url, { signal: controller.signal });
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    return response;
  } finally {
    clearTimeout(timer);
  }
}

async function save(url, { file, algorithm, log }) {
  const response = await request(url);
  const total = Number(response.headers.get("content-length")) || 0;
  const hash = createHash(algorithm);
  const stalled = new AbortController();
  let got = 0;
  let last = performance.now();
  let timer;
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(
      () =>
        stalled.abort(new Error(`nothing arrived for ${STALL_MS / 1000} s`)),
      STALL_MS,
    );
  };
  const watch = new Transform({
    transform(chunk, _encoding, done) {
      alive();
      hash.update(chunk);
      got += chunk.length;
      if (performance.now() - last > 15_000) {
        last = performance.now();
        log(`${megabytes(got)}${total ? ` of ${megabytes(total)}` : ""}`);
      }
      done(null, chunk);
    },
  });
  alive();
  try {
    await pipeline(
      Readable.fromWeb(response.body),
      watch,
      createWriteStream(file),
      {
        signal: stalled.signal,
      },
    );
  } catch (error) {
    throw stalled.signal.aborted ? stalled.signal.reason : error;
  } finally {
    clearTimeout(timer);
  }
  return `${algorithm}:${hash.digest("hex")}`;
}

async function unpack(file, directory, bin) {
  const { code, output } = await run("tar", ["-xf", file, "-C", directory]);
  if (code !== 0) throw new Error(`tar: ${output.trim()}`);
  await rm(file);
  const [root] = await readdir(directory);
  const nested = path.join(directory, root);
  // The archive for Windows has an additional folder.
  const inner = (await readdir(nested)).includes("bin")
    ? path.join(nested, "bin")
    : nested;
  await mkdir(bin, { recursive: true });
  // Skips the hosts of languages that no test uses, which are large.
  const wanted =
    /^pulumi(-language-(nodejs|yaml|go|python(-exec)?)|-resource-pulumi-nodejs)?(\.exe|\.cmd)?$/;
  for (const name of (await readdir(inner)).filter((each) =>
    wanted.test(each),
  )) {
    await rename(path.join(inner, name), path.join(bin, name));
  }
  if (nested !== bin) await rm(nested, { recursive: true, force: true });
}

function reason(error) {
  // The message of fetch itself is only "fetch failed".
  const { cause } = error;
  return cause
    ? `${cause.code ?? cause.message} (${error.message})`
    : error.message;
}

function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
