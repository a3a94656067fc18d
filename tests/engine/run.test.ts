import { type ChildProcess, execFile, spawn } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const repository = path.resolve(__dirname, "../..");

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), "area1-run-"));
});

afterEach(() => rm(directory, { recursive: true, force: true }));

describe("what CI runs", () => {
  test.each([
    [
      "a good run",
      "echo noise; echo '3 passed, 0 failed'",
      0,
      "3 passed, 0 failed",
    ],
    [
      "a run with skipped tests",
      "echo '3 passed, 0 failed, 1 skipped'",
      0,
      "3 passed, 0 failed, 1 skipped",
    ],
    [
      "a run with failures",
      "echo '2 passed, 1 failed'; exit 1",
      1,
      "2 passed, 1 failed",
    ],
    [
      "a run that broke off",
      "echo 'out of memory'; exit 137",
      137,
      "0 passed, 1 failed",
    ],
    [
      "a quick run that failed, without the complete one",
      "echo '1 passed, 1 failed'; test \"$1\" = run && exit 9; exit 1",
      1,
      "1 passed, 1 failed",
    ],
    [
      "a complete run with failures after a good quick one",
      "if [ \"$1\" = test ]; then echo '1 passed, 0 failed'; else echo '2 passed, 3 failed'; exit 1; fi",
      1,
      "2 passed, 3 failed",
    ],
    [
      "a run that says nothing and pretends to be good",
      "exit 0",
      1,
      "0 passed, 1 failed",
    ],
  ])(
    "ends after %s with the counts and a code that tells",
    async (_name, npm, code, last) => {
      const file = path.join(directory, "npm");
      await writeFile(file, `#!/bin/sh\n${npm}\n`);
      await chmod(file, 0o755);
      const result = await execute("bash", [path.join(repository, ".ci/run")], {
        PATH: `${directory}${path.delimiter}${process.env.PATH ?? ""}`,
      });
      expect(result.stdout.trimEnd().split("\n").at(-1)).toBe(last);
      expect(result.code).toBe(code);
    },
  );

  test("says what is missing on a machine without Node.js", async () => {
    const result = await execute(
      "/bin/sh",
      [
        "-c",
        `exec "$(PATH=${process.env.PATH ?? ""} command -v bash)" ${repository}/.ci/run`,
      ],
      {
        PATH: directory,
      },
    );
    expect(result.stdout).toMatch(
      /Node\.js 20 or later is needed[^]*\n0 passed, 1 failed\n$/,
    );
    expect(result.code).toBe(1);
  });
});

test("the entry point lists its commands if another is given", async () => {
  const result = await execute(
    process.execPath,
    [path.join(repository, "scripts/run.mjs"), "tset"],
    {},
  );
  expect(result).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("<demo|test|test:all|bench|") as string,
  });
});

test.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
  "on %s the entry ends its children and their children before itself",
  async (signal) => {
    const script = path.join(directory, "parent.mjs");
    const grandchild =
      "process.on('SIGTERM', () => setTimeout(() => process.exit(), 200)); setInterval(() => {}, 1000); console.log(process.pid);";
    const child = `require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(grandchild)}], { stdio: "inherit" }); console.log(process.pid); setInterval(() => {}, 1000);`;
    await writeFile(
      script,
      `import { endChildrenOnSignals, run } from ${JSON.stringify(path.join(repository, "scripts/children.mjs"))};
       endChildrenOnSignals();
       await run(process.execPath, ["-e", ${JSON.stringify(child)}], { stdio: "inherit" });`,
    );
    const parent = spawn(process.execPath, [script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const pids = (await lines(parent, 2)).map(Number);
    parent.kill(signal);
    const code = await new Promise((resolve) => parent.once("exit", resolve));
    expect(code).toBe({ SIGTERM: 143, SIGINT: 130, SIGHUP: 129 }[signal]);
    // The children's parent has ended, so the system collects them later.
    for (
      const deadline = performance.now() + 5_000;
      pids.some(isRunning);
      await sleep(20)
    ) {
      if (performance.now() > deadline)
        throw new Error(`${pids.filter(isRunning).join()} still running`);
    }
  },
);

function execute(
  command: string,
  args: string[],
  env: Record<string, string>,
): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(
      command,
      args,
      { env: { ...process.env, ...env } },
      (error, stdout, stderr) =>
        resolve({
          code: typeof error?.code === "number" ? error.code : error ? -1 : 0,
          stdout,
          stderr,
        }),
    );
  });
}

function lines(child: ChildProcess, count: number): Promise<string[]> {
  return new Promise((resolve) => {
    let text = "";
    child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      const complete = text.split("\n").slice(0, -1);
      if (complete.length >= count) resolve(complete);
    });
  });
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
