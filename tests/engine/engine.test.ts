import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import {
  chmod,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);
const language = "pulumi-language-nodejs";
const resource = "pulumi-resource-pulumi-nodejs";

let directory: string;
let version: string;
let log: string[];

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), "area1-engine-"));
  version = await (await import("../../scripts/engine.mjs")).engineVersion();
  log = [];
  // A PATH with the programs that the search needs, but neither an engine nor Go.
  for (const tool of ["sh", "node", "tar", "gzip", "dirname", "cat"])
    await link(tool);
});

afterEach(() => rm(directory, { recursive: true, force: true }));

describe("the engine on PATH", () => {
  test("is used when it is recent enough and can run Node.js programs", async () => {
    const bin = await engineIn("bin", "3.220.0", [language, resource]);
    expect(await find({ path: [bin] })).toEqual({
      binDirectory: bin,
      version: "3.220.0",
      source: "PATH",
    });
  });

  test("is ignored if it is too old, too new, or has no language host, and the log says so", async () => {
    await engineInCache();
    const old = await engineIn("old", "3.219.9", [language, resource]);
    const next = await engineIn("next", "4.0.0", [language, resource]);
    const bare = await engineIn("bare", "3.259.0", [resource]);
    for (const [bin, reason] of [
      [old, /is version 3\.219\.9; 3\.220\.0 or later is needed/],
      [next, /is version 4\.0\.0/],
      [bare, /comes without pulumi-language-nodejs/],
    ] as const) {
      log = [];
      expect((await find({ path: [bin] })).source).toBe("cache");
      expect(log.join("\n")).toMatch(reason);
    }
  });
});

test("an engine in the cache is used, with this clone's language host, without any request", async () => {
  const bin = await engineInCache();
  await writeFile(
    path.join(bin, "pulumi-language-nodejs.mjs"),
    "// an older one",
  );
  const found = await find({ downloads: [] });
  expect(found).toEqual({ binDirectory: bin, version, source: "cache" });
  expect(
    await readFile(path.join(bin, "pulumi-language-nodejs.mjs"), "utf8"),
  ).toBe(
    await readFile(
      path.resolve(__dirname, "../../scripts/pulumi-language-nodejs.mjs"),
      "utf8",
    ),
  );
  expect((await readdir(bin)).sort()).toEqual(
    ["pulumi", language, `${language}.mjs`, resource].sort(),
  );
  expect(log).toEqual([]);
});

describe("the official download", () => {
  test("is used if its checksum is correct, and only the needed files are kept", async () => {
    await using(await releases(), async ({ downloads, checksums }) => {
      const found = await find({ downloads, checksums });
      expect(found).toMatchObject({ version, source: "download" });
      expect((await readdir(found.binDirectory)).sort()).toEqual([
        "pulumi",
        language,
        "pulumi-language-python",
        "pulumi-language-python-exec",
        resource,
      ]);
      // The official language host is never replaced.
      expect(
        await readFile(path.join(found.binDirectory, language), "utf8"),
      ).toContain("official");
      expect((await find({ downloads, checksums })).source).toBe("cache");
    });
  });

  test("is verified with the algorithm that the checksum names", async () => {
    await using(
      await releases({ algorithm: "sha512" }),
      async ({ downloads, checksums }) => {
        const { source } = await find({ downloads, checksums });
        expect(source).toBe("download");
      },
    );
  });

  test("is rejected if its checksum differs, and leaves no files", async () => {
    await using(await releases(), async ({ downloads, archive }) => {
      const wrong = `sha256:${"0".repeat(64)}`;
      await expect(
        find({ downloads, checksums: { [archive]: wrong } }),
      ).rejects.toThrow(
        /the checksum of pulumi-v\S+ is sha256:\w{64}, scripts\/engine\/checksums\.json has sha256:0{64}/,
      );
      expect(
        await readdir(path.join(directory, "cache/pulumi-area1-m365/engine")),
      ).toEqual([]);
    });
  });

  test("is not requested without a recorded checksum, and the error says what to do instead", async () => {
    await using(await releases(), async ({ downloads, requests, archive }) => {
      const failure = find({ downloads, checksums: { other: "sha256:0" } });
      await expect(failure).rejects.toThrow(
        `scripts/engine/checksums.json has no checksum for ${archive}, so it is not downloaded`,
      );
      await expect(failure).rejects.toThrow(/Install Pulumi \(https:\S+\)/);
      expect(requests).toEqual([]);
    });
  });

  test("is requested from the next address if the first does not have the release", async () => {
    await using(await releases(), async ({ url, checksums }) => {
      const downloads = [`${url}missing/`, url];
      const found = await find({ downloads, checksums });
      expect(found.source).toBe("download");
    });
  });

  test("is done once for concurrent callers", async () => {
    await using(
      await releases(),
      async ({ downloads, checksums, requests }) => {
        const found = await Promise.all(
          [1, 2, 3].map(() => find({ downloads, checksums })),
        );
        expect(found.map(({ source }) => source).sort()).toEqual([
          "cache",
          "cache",
          "download",
        ]);
        expect(requests).toHaveLength(1);
      },
    );
  });
});

describe("the recorded checksums", () => {
  test("are those of the engine that the project is developed on, for Linux and macOS", async () => {
    const { CHECKSUMS } = await import("../../scripts/engine/download.mjs");
    const recorded = JSON.parse(await readFile(CHECKSUMS, "utf8")) as Record<
      string,
      string
    >;
    for (const system of ["linux", "darwin"])
      for (const processor of ["x64", "arm64"])
        expect(recorded).toHaveProperty(
          [`pulumi-v${version}-${system}-${processor}.tar.gz`],
          expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
        );
  });

  test("are taken from the lists that Pulumi publishes, if every place says the same", async () => {
    await using(await releases(), async ({ downloads, url, checksums }) => {
      const { publishedChecksums } =
        await import("../../scripts/engine/record-checksums.mjs");
      expect(
        await publishedChecksums(version, [...downloads, `${url}again/`]),
      ).toEqual(checksums);
      await expect(
        publishedChecksums(version, [url, `${url}forged/`]),
      ).rejects.toThrow(/list different checksums: use neither/);
      await expect(
        publishedChecksums(version, [url, `${url}missing/`]),
      ).rejects.toThrow(/missing\/pulumi-\S+-checksums\.txt answered 404/);
    });
  });
});

describe("the build from the Go module proxy", () => {
  let unreachable: Downloads;

  beforeEach(async () => {
    const { close, downloads, checksums } = await releases();
    await new Promise((resolve) => close(resolve));
    unreachable = { downloads, checksums };
  });

  test("is the last resort, does not change the module files, and is cached", async () => {
    const go = await program("go/go", [
      'if [ "$1" = version ]; then echo "go version go1.26.8 linux/amd64"; exit 0; fi',
      `{ echo "$@"; echo "CGO_ENABLED=$CGO_ENABLED"; cat go.sum; } > ${directory}/asked`,
      'while [ "$1" != -o ]; do shift; done',
      `echo '#!/bin/sh' > "$2"; echo 'echo v${version}' >> "$2"`,
      'node -e "require(\'fs\').chmodSync(process.argv[1], 0o755)" "$2"',
    ]);
    const options = { path: [path.dirname(go)], ...unreachable };
    expect(await find(options)).toMatchObject({ version, source: "build" });
    expect(log.join("\n")).toMatch(
      /no download: 127\.0\.0\.1:\d+: ECONNREFUSED/,
    );
    expect(log.join("\n")).toMatch(
      /building Pulumi \S+ with go1\.26\.8: about \d+ to \d+ minutes? on \d+ cores?, once/,
    );
    const asked = await readFile(path.join(directory, "asked"), "utf8");
    expect(asked).toContain("-mod=readonly");
    expect(asked).toContain(`version.Version=v${version}`);
    expect(asked).toContain("CGO_ENABLED=0");
    expect(asked).toContain("github.com/pulumi/pulumi/pkg/v3 v");
    expect((await find(options)).source).toBe("cache");
  });

  test("shows Go's message if it fails, and what to install instead", async () => {
    const go = await program("go/go", [
      'if [ "$1" = version ]; then echo "go version go1.26.8 linux/amd64"; exit 0; fi',
      'echo "go: module github.com/pulumi/pulumi: 403 Forbidden" >&2; exit 1',
    ]);
    const failure = find({ path: [path.dirname(go)], ...unreachable });
    await expect(failure).rejects.toThrow(
      /go build: go: module github\.com\/pulumi\/pulumi: 403 Forbidden/,
    );
    await expect(failure).rejects.toThrow(
      /Install Pulumi \(https:\S+\), or Go/,
    );
  });

  test("is not tried without Go, which the error names", async () => {
    await expect(find(unreachable)).rejects.toThrow(/Go is not installed/);
  });
});

describe("a language host", () => {
  test("beside the engine is used", async () => {
    const host = "pulumi-language-yaml";
    const bin = await engineIn("bin", "3.220.0", [language, resource, host]);
    const { ensureLanguageHost } = await import("../../scripts/languages.mjs");
    expect(
      await ensureLanguageHost("yaml", { binDirectory: bin, ...quiet() }),
    ).toEqual({ binDirectory: bin, source: "engine" });
  });

  test("is built from the Go module proxy, once for Python and Go, with Pulumi's script for Python", async () => {
    const { ensureLanguageHost } = await import("../../scripts/languages.mjs");
    const script = "pulumi-language-python-exec";
    await program(`sdk/python/cmd/${script}`, ["official"]);
    const go = await program("go/go", [
      'if [ "$1" = version ]; then echo "go version go1.26.8 linux/amd64"; exit 0; fi',
      `if [ "$1" = list ]; then echo ${directory}/sdk; exit 0; fi`,
      `echo "$@" >> ${directory}/asked`,
      'while [ "$1" != -o ]; do shift; done',
      'echo built > "$2"',
    ]);
    const options = {
      binDirectory: await engineIn("bin", "3.220.0", [language, resource]),
      ...quiet([path.dirname(go)]),
    };
    const found = await Promise.all(
      (["python", "go", "go"] as const).map((each) =>
        ensureLanguageHost(each, options),
      ),
    );
    expect(found.map(({ source }) => source).sort()).toEqual([
      "build",
      "cache",
      "cache",
    ]);
    const [{ binDirectory } = { binDirectory: "" }] = found;
    expect((await readdir(binDirectory)).sort()).toEqual([
      "pulumi-language-go",
      "pulumi-language-python",
      script,
    ]);
    expect(
      await readFile(path.join(binDirectory, "pulumi-language-go"), "utf8"),
    ).toBe("built\n");
    const asked = await readFile(path.join(directory, "asked"), "utf8");
    expect(asked.trim().split("\n")).toHaveLength(1);
    expect(asked).toContain("-mod=readonly");
    expect(asked.trimEnd()).toMatch(/ \.\/language-host$/);
    expect(log.join("\n")).toMatch(
      /building Pulumi's language hosts for Python and Go with go1\.26\.8: about \d+ to \d+ minutes? on \d+ cores?, once/,
    );
  });

  test("says what to install if it cannot be built, and leaves no files", async () => {
    const { ensureLanguageHost } = await import("../../scripts/languages.mjs");
    const bin = await engineIn("bin", "3.220.0", [language, resource]);
    const failure = ensureLanguageHost("yaml", {
      binDirectory: bin,
      ...quiet(),
    });
    await expect(failure).rejects.toThrow(
      /^No language host for yaml: .*\n {2}build: Go is not installed\nInstall Pulumi \(https:\S+\), or Go/,
    );
    expect(
      await readdir(path.join(directory, "cache/pulumi-area1-m365/languages")),
    ).toEqual([]);
  });
});

describe("Pulumi's SDK for Python", () => {
  test("needs Python, which the error names", async () => {
    const { ensurePythonSdk } = await import("../../scripts/languages.mjs");
    await expect(ensurePythonSdk(quiet())).rejects.toThrow(
      /^Python is not installed: https:\S+, 3\.10 or later\.$/,
    );
  });

  test("is not kept if pip fails, and the error has pip's message", async () => {
    const { ensurePythonSdk } = await import("../../scripts/languages.mjs");
    const python = await program("python/python3", [
      'if [ "$1" = -c ]; then echo 3.12; exit 0; fi',
      `mkdir -p "$3/bin"; cp ${directory}/pip "$3/bin/python"`,
    ]);
    await program("pip", ["echo 'ERROR: no matching distribution'; exit 1"]);
    for (const tool of ["mkdir", "cp"]) await link(tool);
    await expect(
      ensurePythonSdk(quiet([path.dirname(python)])),
    ).rejects.toThrow(
      /^Pulumi's SDK for Python cannot be installed: .* ended with code 1\.\nERROR: no matching distribution$/,
    );
    expect(
      await readdir(path.join(directory, "cache/pulumi-area1-m365/languages")),
    ).toEqual([]);
  });
});

interface Downloads {
  downloads: string[];
  checksums?: Record<string, string>;
}

async function find({
  path: folders = [],
  downloads = [],
  checksums = {},
}: Partial<Downloads> & { path?: string[] }) {
  const { ensureEngine } = await import("../../scripts/engine.mjs");
  return ensureEngine({
    ...quiet(folders),
    downloads,
    checksums,
  });
}

/** Returns options that keep progress in `log`, with only the tools and these folders on PATH. */
function quiet(folders: string[] = []) {
  return {
    log: (line: string) => log.push(line),
    env: {
      PATH: [...folders, path.join(directory, "tools")].join(path.delimiter),
      HOME: directory,
      XDG_CACHE_HOME: path.join(directory, "cache"),
    },
  };
}

/** Puts one of this machine's tools on PATH. */
async function link(tool: string): Promise<void> {
  const { stdout } = await execute("sh", ["-c", `command -v ${tool}`]);
  await mkdir(path.join(directory, "tools"), { recursive: true });
  await symlink(stdout.trim(), path.join(directory, "tools", tool));
}

async function program(file: string, lines: string[]): Promise<string> {
  const target = path.join(directory, file);
  await mkdir(path.dirname(target), { recursive: true });
  await writeFile(target, ["#!/bin/sh", ...lines, ""].join("\n"));
  await chmod(target, 0o755);
  return target;
}

async function engineIn(
  folder: string,
  itsVersion: string,
  others: string[],
): Promise<string> {
  await program(`${folder}/pulumi`, [`echo v${itsVersion}`]);
  for (const name of others)
    await program(`${folder}/${name}`, ["echo official"]);
  return path.join(directory, folder);
}

function engineInCache(): Promise<string> {
  const name = `${version}-${process.platform}-${process.arch}`;
  return engineIn(`cache/pulumi-area1-m365/engine/${name}/bin`, version, []);
}

/** Starts a server with one release. */
async function releases({ algorithm = "sha256" } = {}) {
  await engineIn("release/pulumi", version, [
    language,
    resource,
    "pulumi-language-python",
    "pulumi-language-python-exec",
    "pulumi-language-dotnet",
  ]);
  const systems: Record<string, string> = { linux: "linux", darwin: "darwin" };
  const name = `pulumi-v${version}-${systems[process.platform] ?? ""}-${process.arch}.tar.gz`;
  const file = path.join(directory, name);
  await execute("tar", [
    "-czf",
    file,
    "-C",
    path.join(directory, "release"),
    "pulumi",
  ]);
  const sum = createHash(algorithm)
    .update(await readFile(file))
    .digest("hex");
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? "");
    const list = `pulumi-${version}-checksums.txt`;
    const other = `${"1".repeat(64)}  other.tar.gz\n`;
    if (request.url === `/${list}` || request.url === `/again/${list}`) {
      response.end(`${other}${sum}  ${name}\n`);
    } else if (request.url === `/forged/${list}`) {
      response.end(`${other}${"2".repeat(64)}  ${name}\n`);
    } else if (request.url === `/${name}` && existsSync(file)) {
      void readFile(file).then((content) => response.end(content));
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/`;
  return {
    url,
    archive: name,
    downloads: [url],
    checksums: { [name]: `${algorithm}:${sum}` },
    requests,
    close: (done?: (closed: unknown) => void) => server.close(done),
  };
}

async function using<Resource extends { close(): unknown }>(
  opened: Resource,
  work: (resource: Resource) => Promise<void>,
): Promise<void> {
  try {
    await work(opened);
  } finally {
    opened.close();
  }
}
