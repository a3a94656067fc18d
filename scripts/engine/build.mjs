// Compiles the engine from the Go module proxy, if the official download cannot be reached.
import { copyFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { run } from "../children.mjs";

const PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
/** Number of packages (`go list -deps` on Linux), to show the progress. */
const PACKAGES = 1_683;
/** Measured with empty caches. */
const CPU_SECONDS = 360;
const HEARTBEAT_MS = 15_000;

/**
 * Builds the engine into `directory/bin` with the Go on PATH. The module files next to this one are complete and read only, so that the
 * result is reproducible.
 *
 * @throws Error with Go's message
 */
export async function buildEngine({ version, directory, env, log }) {
  if (process.platform === "win32") {
    throw new Error("building is prepared for Linux and macOS only");
  }
  const go = await goVersion(env);
  const work = await mkdtemp(path.join(os.tmpdir(), "pulumi-engine-"));
  try {
    const modules = path.dirname(fileURLToPath(import.meta.url));
    for (const name of ["go.mod", "go.sum"]) {
      await copyFile(path.join(modules, name), path.join(work, name));
    }
    const bin = path.join(directory, "bin");
    await mkdir(bin, { recursive: true });
    const cores = os.availableParallelism();
    const minutes = CPU_SECONDS / 60 / cores;
    log(
      `building Pulumi ${version} with ${go}: about ${Math.max(1, Math.round(minutes))} to ${Math.ceil(minutes * 2)} minutes on ${cores} cores, once`,
    );
    await compile({
      version,
      work,
      output: path.join(bin, "pulumi"),
      env,
      log,
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function goVersion(env) {
  try {
    const { code, output } = await run("go", ["version"], { env });
    if (code !== 0) throw new Error(output.trim());
    return /go\d+(\.\d+)*/.exec(output)?.[0] ?? output.trim();
  } catch (error) {
    throw error.code === "ENOENT" ? new Error("Go is not installed") : error;
  }
}

async function compile({ version, work, output, env, log }) {
  const started = performance.now();
  let downloaded = 0;
  let compiled = 0;
  const other = [];
  const beat = setInterval(() => {
    const elapsed = Math.round((performance.now() - started) / 1000);
    log(
      compiled === 0
        ? `${elapsed} s: ${downloaded} modules downloaded`
        : `${elapsed} s: ${compiled} of at most ${PACKAGES} packages compiled`,
    );
  }, HEARTBEAT_MS);
  try {
    const { code } = await run(
      "go",
      [
        "build",
        "-v",
        "-mod=readonly",
        "-modcacherw",
        "-buildvcs=false",
        "-trimpath",
        "-tags",
        "osusergo,grpcnotrace",
        "-ldflags",
        // Without this, the engine reports the version "", which the Automation API refuses.
        `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${version}`,
        "-o",
        output,
        PACKAGE,
      ],
      {
        cwd: work,
        env: { ...env, CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "" },
        onLine: (line) => {
          if (line.startsWith("go: downloading ")) downloaded += 1;
          else if (/^[\w.~-]+(\/[\w.~-]+)*$/.test(line)) compiled += 1;
          else if (line.trim()) other.push(line);
        },
      },
    );
    if (code !== 0) throw new Error(`go build: ${other.slice(-12).join("\n")}`);
  } finally {
    clearInterval(beat);
  }
}
