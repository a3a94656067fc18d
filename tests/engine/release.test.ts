import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import {
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rm,
  symlink,
} from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import { version } from "../../package.json";
import { afterwards, removeAfterwards } from "./clean-up";
import { describeLanguage } from "./harness";
import { repository } from "./packed-library";
import { essence, tenantWithStack } from "./tenant-with-stack";

const execute = promisify(execFile);
const platforms = ["linux", "darwin", "windows"].flatMap((system) =>
  ["amd64", "arm64"].map((processor) => `${system}-${processor}`),
);
const tarballs = platforms.map(
  (platform) => `pulumi-resource-area1-v${version}-${platform}.tar.gz`,
);

/** What the web server has been asked for. */
const requested: string[] = [];
/** The address of a web server with the release. */
let server: string;
/** The release. */
let release: string;
/** The files of a tarball. */
let unpacked: string;

beforeAll(async () => {
  const parent = await mkdtemp(path.join(os.tmpdir(), "area1-release-test-"));
  removeAfterwards(parent);
  release = path.join(parent, "release");
  unpacked = path.join(parent, "unpacked");
  const web = createServer(({ url = "" }, response) => {
    requested.push(url);
    readFile(path.join(release, path.basename(url))).then(
      (content) => response.end(content),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
  afterwards(() => web.close());
  server = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
  await execute(process.execPath, [
    path.join(repository, "scripts/release.mjs"),
    ...["--server", server, "--out", release],
  ]);
  await mkdir(unpacked);
  await execute("tar", [
    "-xzf",
    path.join(release, tarballs[0] ?? ""),
    "-C",
    unpacked,
  ]);
}, 180_000);

const read = (...file: string[]): Promise<string> =>
  readFile(path.join(...file), "utf8");

test("the release has a tarball for each platform, and the SHA-256 sums of all", async () => {
  expect((await readdir(release)).sort()).toEqual(
    [...tarballs, "SHA256SUMS"].sort(),
  );
  const sums = await Promise.all(
    tarballs.map(async (name) => {
      const content = await readFile(path.join(release, name));
      const sum = createHash("sha256").update(content).digest("hex");
      return `${sum}  ${name}\n`;
    }),
  );
  expect(await read(release, "SHA256SUMS")).toBe(sums.join(""));
});

test("a tarball's schema is that of the npm package, with the address of the release", async () => {
  const own = JSON.parse(
    await read(repository, "dist/plugin/schema.json"),
  ) as object;
  expect(JSON.parse(await read(unpacked, "schema.json"))).toEqual({
    ...own,
    pluginDownloadURL: server,
  });
});

test("a tarball has its own licence, and the licence text of each package in it", async () => {
  expect(await read(unpacked, "LICENSE")).toBe(
    await read(repository, "LICENSE"),
  );
  const [, ...parts] = (await read(unpacked, "THIRD-PARTY-LICENSES.txt")).split(
    `\n${"-".repeat(80)}\n\n`,
  );
  const texts = new Map(
    parts.map((part) => {
      const [title = "", ...lines] = part.split("\n");
      return [title, lines.join("\n")];
    }),
  );
  for (const [title, text] of texts) {
    expect(title).toMatch(/^\S+ \d+\.\d+\.\d+\S* \(.+\)$/);
    // Every licence in use disclaims warranties, or says that there are none.
    expect(`${title}: ${text}`).toMatch(/warrant/i);
  }

  // Each comment of the bundle that names a file of a package.
  const code = await read(unpacked, "main.cjs");
  const comments =
    /^ *\/\/ (?:\S*\/)?node_modules\/((?:@[^/\s]+\/)?[^/\s]+)\/\S+$/gm;
  const bundled = new Set([...code.matchAll(comments)].map(([, name]) => name));
  expect(bundled).toContain("@pulumi/pulumi");
  expect(bundled).toContain("@azure/identity");
  expect(
    new Set([...texts.keys()].map((title) => title.split(" ")[0])),
  ).toEqual(bundled);
});

test("without Node.js the launcher says what is missing", async () => {
  const tools = path.join(path.dirname(unpacked), "tools");
  await mkdir(tools);
  await symlink("/usr/bin/dirname", path.join(tools, "dirname"));
  await expect(
    execute("/bin/sh", [path.join(unpacked, "pulumi-resource-area1")], {
      env: { PATH: tools },
    }),
  ).rejects.toMatchObject({
    code: 1,
    stderr:
      "The Pulumi provider area1 needs Node.js 20 or later. Install it from https://nodejs.org, and check that node is on PATH.\n",
  });
});

test.each([
  ["ftp://example.com", "--server must be a URL that begins with github:"],
  ["example.com", "not example.com."],
])("%s is refused as the address of a release", async (address, message) => {
  await expect(
    execute(process.execPath, [
      path.join(repository, "scripts/release.mjs"),
      ...["--server", address, "--out", path.join(release, "other")],
    ]),
  ).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining(message) as string,
  });
});

describeLanguage("yaml", "a program that names the release", () => {
  test("downloads the provider, and creates, previews and destroys use case 4 with it alone", async () => {
    const at = await tenantWithStack(
      `resources:
  mail:
    type: area1:UseCase4
    properties:
      domains: [{ domain: example.com, offboardOnDestroy: true }]
    options:
      version: ${version}
      pluginDownloadURL: ${server}
`,
      {
        runtime: "yaml",
        dependencies: "none",
        stack: {
          env: { PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "false" },
        },
      },
    );
    await rm(path.join(at.project.directory, "node_modules"), {
      recursive: true,
    });
    const before = essence(at.simulator);
    requested.length = 0;

    await at.stack.up();
    const { platform, arch } = process;
    expect(requested).toEqual([
      `/pulumi-resource-area1-v${version}-${platform}-${arch === "x64" ? "amd64" : arch}.tar.gz`,
    ]);
    expect(at.simulator.tenant.transportRules).not.toEqual([]);
    const { resources } = (await at.stack.export()).deployment;
    expect(
      resources
        .filter(({ type }) => type.startsWith("pulumi:providers:"))
        .map(({ type }) => type),
    ).toEqual(["pulumi:providers:area1"]);

    await at.stack.preview(["--refresh", "--expect-no-changes"]);
    await at.stack.destroy();
    expect(essence(at.simulator)).toEqual(before);
    expect(requested).toHaveLength(1);
  }, 600_000);
});
