// Compiles programs from the Go module proxy: the engine, if the official download cannot be reached, and language hosts.
import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { run } from "../children.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const HEARTBEAT_MS = 15_000;

/**
 * The programs. `packages` is their number (`go list -deps` on Linux), to show the progress, and `cpuSeconds` was measured with empty
 * caches.
 */
const programs = {
  engine: {
    modules: ".",
    package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    file: "pulumi",
    packages: 1_686,
    cpuSeconds: 360,
  },
  yaml: {
    modules: "yaml",
    package: "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml",
    file: "pulumi-language-yaml",
    packages: 669,
    cpuSeconds: 110,
  },
  "python-and-go": {
    modules: ".",
    package: "./language-host",
    file: "pulumi-language-python",
    packages: 799,
    cpuSeconds: 120,
  },
  "go-sdk": {
    modules: "go",
    package: ".",
    file: "program",
    packages: 740,
    cpuSeconds: 140,
  },
};

/** Flags of `go build` that programs share, so that each package is compiled once for all of them. */
export const goFlags = "-trimpath -buildvcs=false -tags=osusergo,grpcnotrace";

/** Compiles Pulumi's SDK for Go into Go's own cache, in a moment if it is there already. */
export async function compileGoSdk({ env, log }) {
  const bin = await mkdtemp(path.join(os.tmpdir(), "pulumi-build-"));
  const program = programs["go-sdk"];
  try {
    const work = path.join(here, program.modules);
    await compile({ program, work, bin, env, log });
  } finally {
    await rm(bin, { recursive: true, force: true });
  }
}

/**
 * Builds a program into `directory/bin` with the Go on PATH. Its module files here are complete and read only, so that the result is
 * reproducible.
 *
 * @throws Error with Go's message
 */
export async function buildProgram(
  name,
  { title, version, directory, env, log },
) {
  if (process.platform === "win32") {
    throw new Error("building is prepared for Linux and macOS only");
  }
  const go = await goVersion(env);
  const program = programs[name];
  const work = await mkdtemp(path.join(os.tmpdir(), "pulumi-build-"));
  try {
    await cp(path.join(here, program.modules), work, { recursive: true });
    const bin = path.join(directory, "bin");
    await mkdir(bin, { recursive: true });
    const cores = os.availableParallelism();
    const minutes = program.cpuSeconds / 60 / cores;
    log(
      `building ${title} with ${go}: about ${Math.max(1, Math.round(minutes))} to ${Math.ceil(minutes * 2)} minutes on ${cores} cores, once`,
    );
    await compile({ program, version, work, bin, env, log });
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

async function compile({ program, version, work, bin, env, log }) {
  const started = performance.now();
  let downloaded = 0;
  let compiled = 0;
  const other = [];
  const beat = setInterval(() => {
    const elapsed = Math.round((performance.now() - started) / 1000);
    log(
      compiled === 0
        ? `${elapsed} s: ${downloaded} modules downloaded`
        : `${elapsed} s: ${compiled} of at most ${program.packages} packages compiled`,
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
        "-ldflags",
        // Without this, the engine reports the version "", which the Automation API refuses.
        `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${version}`,
        "-o",
        path.join(bin, program.file),
        program.package,
      ],
      {
        cwd: work,
        env: { ...env, CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: goFlags },
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
