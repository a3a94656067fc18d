import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const root = path.resolve(__dirname, "../..");
const commands = {
  "area1-m365 simulate": [path.join(root, "dist/cli/index.js"), "simulate"],
  "area1-m365-simulator": [path.join(root, "simulator/dist/bin.js")],
};

let directory: string;
const started: ChildProcess[] = [];
beforeAll(async () => {
  const { ensureBuild } = await import("../../scripts/build.mjs");
  await ensureBuild();
}, 120_000);
beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), "area1-command-"));
});
afterEach(async () => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
  await rm(directory, { recursive: true });
});

/** Starts `area1-m365 simulate` and waits for its first line or its end. */
const simulate = (...options: string[]) =>
  start("area1-m365 simulate", ...options);

async function start(name: keyof typeof commands, ...options: string[]) {
  const child = spawn(process.execPath, [...commands[name], ...options], {
    cwd: directory,
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  started.push(child);
  let out = "";
  let err = "";
  const ended = once(child, "exit").then(([code]) => code as number | null);
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  const line = new Promise<void>((resolve) =>
    child.stdout.on("data", (chunk: Buffer) => {
      out += chunk.toString();
      if (out.endsWith("\n")) resolve();
    }),
  );
  await Promise.race([line, ended]);
  return { child, ended, out: () => out, err: () => err };
}

test("--json prints one line with the environment, url and pid, in little time", async () => {
  const begun = performance.now();
  const { child, out } = await simulate("--json", "--port", "0");
  // A second on an idle machine; here other tests take their share of it.
  expect(performance.now() - begun).toBeLessThan(5000);
  const told = JSON.parse(out()) as Record<string, unknown>;
  expect(out().trim().split("\n")).toHaveLength(1);
  expect(told["pid"]).toBe(child.pid);
  expect(told["CLOUDFLARE_BASE_URL"]).toBe(
    `${told["url"] as string}/client/v4`,
  );
  const { status } = await fetch(`${told["url"] as string}/simulator/state`);
  expect(status).toBe(200);
});

test.each(["SIGTERM", "SIGINT"] as const)(
  "%s ends it promptly and leaves only the state file",
  async (signal) => {
    const { child, ended, out } = await simulate("--state", "kept.json");
    expect(out()).toMatch(/^# .*https:\/\/127\.0\.0\.1:\d+/);
    expect(out()).toContain("\nexport AZURE_TENANT_ID=");
    const begun = performance.now();
    child.kill(signal);
    expect(await ended).toBe(0);
    expect(performance.now() - begun).toBeLessThan(4000);
    expect(await readdir(directory)).toEqual(["kept.json"]);
    expect(
      JSON.parse(await readFile(path.join(directory, "kept.json"), "utf8")),
    ).toMatchObject({ version: 1 });
  },
);

test("--seed and --latency are taken from the command line", async () => {
  await writeFile(
    path.join(directory, "seed.json"),
    JSON.stringify({ accounts: [{ domains: [{ domain: "mail.example" }] }] }),
  );
  const { out } = await simulate(
    ...["--seed", "seed.json", "--latency", "7", "--json"],
  );
  const { url } = JSON.parse(out()) as { url: string };
  const read = async (where: string) =>
    await (await fetch(`${url}/simulator/${where}`)).json();
  expect(await read("state")).toMatchObject({
    accounts: [{ domains: [{ domain: "mail.example" }] }],
  });
  expect(await read("quirks")).toMatchObject({ latencyMs: 7 });
});

test.each([
  [["--port", "99999"], 2, "Not a port from 0 to 65535."],
  [["--latency", "soon"], 2, "Not milliseconds from 0 to 600000."],
  [["--seed", "absent.json"], 1, "absent.json"],
  [["--colour"], 2, "unknown option"],
  [["--json", "--", "true"], 2, "--json cannot be used with a command"],
])("%j is refused in a line, with %d", async (options, code, text) => {
  const { ended, err } = await simulate(...options);
  expect(await ended).toBe(code);
  expect(err()).toContain(text);
  expect(err().trim().split("\n")).toHaveLength(1);
});

test("both commands have the same options", async () => {
  const helps = await Promise.all(
    (Object.keys(commands) as (keyof typeof commands)[]).map(async (name) => {
      const { stdout } = await promisify(execFile)(process.execPath, [
        ...commands[name],
        "--help",
      ]);
      expect(stdout).toContain(`Usage: ${name} [options] [-- command...]`);
      return stdout.replace(name, "NAME");
    }),
  );
  expect(helps[0]).toBe(helps[1]);
});

describe.each(Object.keys(commands) as (keyof typeof commands)[])(
  "%s -- COMMAND",
  (name) => {
    /** Runs a script of Node.js as the command. */
    const run = (script: string, ...options: string[]) =>
      start(name, ...options, "--", process.execPath, "-e", script);

    test("runs the command while the simulator answers at its environment, and ends with its exit code", async () => {
      const { ended, out } = await run(
        `fetch(new URL("/simulator/state", process.env.CLOUDFLARE_BASE_URL)).then(({ status }) => {
          console.log(status);
          process.exitCode = 7;
        });`,
      );
      expect(await ended).toBe(7);
      expect(out()).toBe("200\n");
    });

    test("leaves the command's options to the command, and its output alone", async () => {
      const { ended, out, err } = await start(
        name,
        ...["--", process.execPath, "--version"],
      );
      expect(await ended).toBe(0);
      expect(out()).toBe(`${process.version}\n`);
      expect(err()).toBe("");
    });

    test.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
      "passes %s on, waits for the command, and keeps the state",
      async (signal) => {
        const { child, ended, out } = await run(
          `process.once("${signal}", () => setTimeout(() => {
            console.log("asked");
            process.exit(5);
          }, 200));
          setInterval(() => {}, 1000);
          console.log("ready");`,
          ...["--state", "kept.json"],
        );
        expect(out()).toBe("ready\n");
        child.kill(signal);
        expect(await ended).toBe(5);
        expect(out()).toBe("ready\nasked\n");
        expect(await readdir(directory)).toEqual(["kept.json"]);
      },
    );

    test("ends with a shell's code when a signal ends the command, or there is none", async () => {
      const killed = await run('process.kill(process.pid, "SIGKILL")');
      expect(await killed.ended).toBe(137);
      const missing = await start(name, "--", "no-such-command");
      expect(await missing.ended).toBe(127);
      expect(missing.err()).toBe("no-such-command: command not found\n");
    });
  },
);
