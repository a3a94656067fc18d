import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { engineDirectory, ownEnvironment } from "../engine/environment";

const script = path.resolve(__dirname, "../../scripts/demo.mjs");

describe("npm run demo", () => {
  let temporary: string;
  const children: ChildProcess[] = [];

  beforeEach(async () => {
    temporary = await mkdtemp(path.join(os.tmpdir(), "area1-demo-test-"));
  });

  afterEach(async () => {
    children.splice(0).forEach((child) => child.kill("SIGKILL"));
    await rm(temporary, { recursive: true, force: true, maxRetries: 5 });
  });

  test("succeeds in every step, fits into 100 columns, and leaves no files behind", async () => {
    const { child, output } = await demo();
    const [code] = (await once(child, "close")) as [number];
    expect({ code, output: output() }).toEqual({
      code: 0,
      output: expect.stringContaining("Every step held") as string,
    });
    expect(
      output()
        .split("\n")
        .filter((line) => line.length > 100),
    ).toEqual([]);
    // eslint-disable-next-line no-control-regex
    expect(output()).not.toMatch(/\u001b/);
    expect(await leftovers()).toEqual([]);
  }, 400_000);

  test("keeps running after `up` with --stay, with a working environment, and cleans up on Ctrl-C", async () => {
    const { child, output } = await demo("--stay");
    await until(() => output().includes("in a browser"), child, output);
    const [file] = /\S+\/environment$/m.exec(output()) ?? [""];
    const environment = Object.fromEntries(
      [...(await readFile(file, "utf8")).matchAll(/^export (\w+)="(.*)"$/gm)]
        .map(([, name, value]) => [name, value])
        .filter(([name]) => name !== "PATH"),
    ) as Record<string, string>;
    const pulumi = spawn(
      "pulumi",
      ["preview", "--refresh", "--expect-no-changes", "--non-interactive"],
      {
        cwd: path.join(path.dirname(file), "ops"),
        env: {
          ...ownEnvironment(),
          PATH: `${await engineDirectory()}${path.delimiter}${process.env.PATH ?? ""}`,
          ...environment,
        },
      },
    );
    children.push(pulumi);
    expect(await once(pulumi, "close")).toEqual([0, null]);

    child.kill("SIGINT");
    await once(child, "close");
    expect(existsSync(file)).toBe(false);
    expect(await leftovers()).toEqual([]);
  }, 400_000);

  test("cleans up when it is interrupted while the engine works", async () => {
    const { child, output } = await demo();
    await until(() => output().includes("2  pulumi up"), child, output);
    child.kill("SIGINT");
    const [code] = (await once(child, "close")) as [number];
    expect(code).toBe(130);
    expect(await leftovers()).toEqual([]);
  }, 400_000);

  test("refuses unknown options", async () => {
    const { child, output } = await demo("--strange");
    expect(await once(child, "close")).toEqual([2, null]);
    expect(output()).toContain("Usage: npm run demo [-- --stay]");
  });

  async function demo(...args: string[]) {
    const child = spawn(process.execPath, [script, ...args], {
      env: {
        ...ownEnvironment(),
        TMPDIR: temporary,
        AREA1_ENGINE_DIRECTORY: await engineDirectory(),
        ...(process.env.AREA1_CERTIFICATE_DIRECTORY && {
          AREA1_CERTIFICATE_DIRECTORY: process.env.AREA1_CERTIFICATE_DIRECTORY,
        }),
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    children.push(child);
    let text = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    return { child, output: () => text };
  }

  /** Ignores files of others, such as Node's compile cache. */
  const leftovers = async () =>
    (await readdir(temporary)).filter((name) => name.startsWith("area1-"));
});

async function until(
  holds: () => boolean,
  child: ChildProcess,
  output: () => string,
): Promise<void> {
  while (!holds()) {
    if (child.exitCode !== null) throw new Error(`It has ended:\n${output()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
