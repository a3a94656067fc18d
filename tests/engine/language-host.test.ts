import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

import * as grpc from "@grpc/grpc-js";
import { LanguageRuntimeClient } from "@pulumi/pulumi/proto/language_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/language_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";

import { type OpsProject, opsProject } from "./harness";
import { isAlive } from "./processes";

const script = path.resolve(
  __dirname,
  "../../scripts/pulumi-language-nodejs.mjs",
);
/** A program that writes its process id to a file, and then never ends. */
const endless = `
import * as fs from "node:fs";
fs.writeFileSync("pids.json", JSON.stringify([process.pid, process.ppid]));
setInterval(() => {}, 1000);
void new Promise(() => {});
`;

describe("a program run by the language host", () => {
  test("gets configuration, secrets as secrets, its project and its folder; what it prints reaches the user", async () => {
    const project = await opsProject({
      name: "told",
      dependencies: "none",
      program: `
        import * as pulumi from "@pulumi/pulumi";
        const config = new pulumi.Config("area");
        console.log("said on stdout");
        console.error("said on stderr");
        export const told = [pulumi.getProject(), pulumi.getStack(), pulumi.getOrganization(), process.cwd(), pulumi.runtime.getConfig("area:tenantId")];
        export const token = config.requireSecret("token");
        export const secretKeys = JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS ?? "");
        export const list = config.requireObject("list");
      `,
    });
    const stack = await project.stack("dev", {
      config: {
        "area:tenantId": "contoso.onmicrosoft.com",
        "area:token": { secret: "geheim" },
        "area:list": '["a","b"]',
      },
    });
    const up = await stack.up();

    expect(await stack.outputs()).toEqual({
      told: [
        "told",
        "dev",
        "organization",
        project.directory,
        "contoso.onmicrosoft.com",
      ],
      token: "geheim",
      secretKeys: ["area:token"],
      list: ["a", "b"],
    });
    expect(up.stdout).toContain("said on stdout");
    expect(up.stdout).toContain("said on stderr");
    const state = JSON.stringify(await stack.export());
    expect(state).not.toContain("geheim");
  });

  test("may be JavaScript in a file that main names", async () => {
    const project = await opsProject({
      dependencies: "none",
      files: {
        "Pulumi.yaml":
          "name: plain\nmain: programs/one.js\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n",
        "programs/one.js": "exports.answer = 42;",
      },
    });
    const stack = await project.stack("dev");
    await stack.up();
    expect(await stack.outputs()).toEqual({ answer: 42 });
  });

  test("that throws fails the command with its message; one that exits, with its code", async () => {
    const project = await opsProject({
      dependencies: "none",
      program: 'throw new Error("no such mailbox");',
    });
    const stack = await project.stack("dev");
    const thrown = await stack.up([], { exit: "any" });
    expect(thrown.code).not.toBe(0);
    expect(thrown.stdout).toContain("no such mailbox");
    expect(thrown.stdout).not.toContain("non-zero exit code");

    await project.write("index.ts", "process.exit(3);");
    const exited = await stack.up([], { exit: "any" });
    expect(exited.code).not.toBe(0);
    expect(exited.stdout + exited.stderr).toContain(
      "Program exited with non-zero exit code: 3",
    );
  });

  test("is killed when the command is cancelled", async () => {
    const { running, program, host } = await startEndless();
    running.kill("SIGINT");
    const { code } = await running.ended;
    expect(code).not.toBe(0);
    await gone(program);
    await gone(host);
  });

  test("is killed, and the language host ends, if the engine has ended", async () => {
    const { running, program, host } = await startEndless();
    running.kill("SIGKILL");
    await running.ended;
    await gone(program);
    await gone(host);
  });
});

describe("this project's language host", () => {
  test("returns Node's version, and the program's packages with the installed versions", async () => {
    const project = await opsProject({
      dependencies: "none",
      files: {
        "package.json": JSON.stringify({
          dependencies: { "@pulumi/pulumi": "^3.0.0", missing: "^1.2.3" },
        }),
      },
    });
    const { client } = await startHost(project);
    const about = await answer<messages.AboutResponse>((done) =>
      client.about(new messages.AboutRequest(), done),
    );
    expect(about.getVersion()).toBe(process.version);
    expect(about.getExecutable()).toBe(process.execPath);

    const info = new messages.ProgramInfo().setProgramDirectory(
      project.directory,
    );
    const found = await answer<messages.GetProgramDependenciesResponse>(
      (done) =>
        client.getProgramDependencies(
          new messages.GetProgramDependenciesRequest().setInfo(info),
          done,
        ),
    );
    const { version } = JSON.parse(
      readFileSync(require.resolve("@pulumi/pulumi/package.json"), "utf8"),
    ) as { version: string };
    expect(
      found
        .getDependenciesList()
        .map((each) => [each.getName(), each.getVersion()]),
    ).toEqual([
      ["@pulumi/pulumi", version],
      ["missing", "^1.2.3"],
    ]);
  });

  test("installs a program's packages with npm, and reports a failure", async () => {
    const project = await opsProject({ dependencies: "none" });
    const { client } = await startHost(project);
    const install = (directory: string) =>
      new Promise<void>((resolve, reject) => {
        const info = new messages.ProgramInfo().setProgramDirectory(directory);
        client
          .installDependencies(
            new messages.InstallDependenciesRequest().setInfo(info),
          )
          .on("data", () => {})
          .on("error", reject)
          .on("end", resolve);
      });
    await project.write("other/package.json", "{}");
    await install(path.join(project.directory, "other"));
    expect(
      existsSync(path.join(project.directory, "other/package-lock.json")),
    ).toBe(true);

    await project.write("broken/package.json", "no JSON");
    await expect(
      install(path.join(project.directory, "broken")),
    ).rejects.toThrow(/npm install failed with exit code/);
  });

  test.each(["its call", "everything"])(
    "kills the program when %s is cancelled",
    async (what) => {
      const project = await opsProject({
        dependencies: "none",
        files: {
          "index.js": "",
          "pid.js":
            'require("node:fs").writeFileSync("pid", String(process.pid));',
        },
      });
      const { client } = await startHost(project);
      // An engine that accepts the connection and never answers, so that the program waits.
      const silent = createServer().listen(0, "127.0.0.1");
      await once(silent, "listening");
      const { port } = silent.address() as AddressInfo;
      const request = new messages.RunRequest()
        .setProject("ops")
        .setStack("dev")
        .setMonitorAddress(`127.0.0.1:${port}`)
        .setInfo(
          new messages.ProgramInfo()
            .setRootDirectory(project.directory)
            .setProgramDirectory(project.directory)
            .setEntryPoint(".")
            .setOptions(Struct.fromJavaScript({ nodeargs: "-r ./pid.js" })),
        );
      let call: grpc.ClientUnaryCall | undefined;
      const outcome = answer<messages.RunResponse>(
        (done) => (call = client.run(request, done)),
      ).catch((error: unknown) => error);
      const pid = Number(await content(path.join(project.directory, "pid")));
      expect(isAlive(pid)).toBe(true);

      if (what === "its call") call?.cancel();
      else await answer<Empty>((done) => client.cancel(new Empty(), done));
      await gone(pid);
      await outcome;
      silent.close();
    },
  );

  test("ends if its parent has ended", async () => {
    const project = await opsProject({ dependencies: "none" });
    const { host, parent } = await startHost(project);
    await sleep(600);
    expect(isAlive(host)).toBe(true);
    parent.kill("SIGKILL");
    await gone(host);
  });

  test("says what to do if the SDK is not installed", async () => {
    const failed = await promisify(execFile)(
      process.execPath,
      [script, "127.0.0.1:1"],
      { cwd: "/" },
    ).catch((error: unknown) => error);
    expect(failed).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("Run npm install") as string,
    });
  });
});

async function startEndless() {
  const project = await opsProject({ program: endless, dependencies: "none" });
  const stack = await project.stack("dev");
  const running = stack.start(["up", "--yes", "--skip-preview"]);
  const [program = 0, host = 0] = JSON.parse(
    await content(path.join(project.directory, "pids.json")),
  ) as number[];
  expect([program, host].map(isAlive)).toEqual([true, true]);
  return { running, program, host };
}

/** Starts the language host as a grandchild, so that its parent can be killed. */
async function startHost(project: OpsProject): Promise<{
  client: LanguageRuntimeClient;
  host: number;
  parent: ChildProcess;
}> {
  const parent = spawn(
    process.execPath,
    [
      "-e",
      `const child = require("node:child_process").spawn(process.execPath, [${JSON.stringify(script)}, "127.0.0.1:1"], { stdio: ["ignore", "pipe", "ignore"] });
       child.stdout.once("data", (port) => console.log(JSON.stringify([child.pid, Number(port)])));
       setInterval(() => {}, 1000);`,
    ],
    {
      cwd: project.directory,
      env: project.environment,
      stdio: ["ignore", "pipe", "ignore"],
    },
  );
  const line = await new Promise<string>((resolve) =>
    parent.stdout.once("data", (data: Buffer) => resolve(String(data))),
  );
  const [host = 0, port = 0] = JSON.parse(line) as number[];
  const client = new LanguageRuntimeClient(
    `127.0.0.1:${port}`,
    grpc.credentials.createInsecure(),
  );
  started.push({ client, parent });
  await answer((done) => client.getPluginInfo(new Empty(), done));
  return { client, host, parent };
}

const started: { client: LanguageRuntimeClient; parent: ChildProcess }[] = [];

afterEach(() => {
  for (const { client, parent } of started.splice(0)) {
    client.close();
    parent.kill("SIGKILL");
  }
});

/** Waits until a file has content. */
async function content(file: string): Promise<string> {
  for (const deadline = performance.now() + 30_000; ; await sleep(50)) {
    const text = existsSync(file) ? readFileSync(file, "utf8") : "";
    if (text) return text;
    if (performance.now() > deadline) throw new Error(`no ${file} appeared`);
  }
}

function answer<Response>(
  call: (
    done: (error: grpc.ServiceError | null, response: Response) => void,
  ) => unknown,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    call((error, response) => (error ? reject(error) : resolve(response)));
  });
}

async function gone(pid: number): Promise<void> {
  for (
    const deadline = performance.now() + 10_000;
    isAlive(pid);
    await sleep(50)
  ) {
    if (performance.now() > deadline)
      throw new Error(`process ${pid} is still there`);
  }
}
