import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

import { describeLanguage, opsProject, type OpsProject } from "./harness";
import { isAlive } from "./processes";

const execute = promisify(execFile);

/** The same program in each language: its project, its folder, a configured value and a secret one, and what it prints. */
const programs = {
  yaml: `
config:
  tenantId: { type: string }
  token: { type: string, secret: true }
outputs:
  told: ["\${pulumi.project}", "\${pulumi.stack}", "\${pulumi.cwd}", "\${tenantId}"]
  token: "\${token}"
`,
  python: `
import os
import pulumi

config = pulumi.Config()
print("said on stdout", flush=True)
told = [pulumi.get_project(), pulumi.get_stack(), os.getcwd(), config.require("tenantId")]
pulumi.export("told", told)
pulumi.export("token", config.require_secret("token"))
`,
  go: `package main

import (
	"fmt"
	"os"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		fmt.Println("said on stdout")
		folder, err := os.Getwd()
		if err != nil {
			return err
		}
		settings := config.New(ctx, "")
		ctx.Export("told", pulumi.ToStringArray([]string{ctx.Project(), ctx.Stack(), folder, settings.Require("tenantId")}))
		ctx.Export("token", settings.RequireSecret("token"))
		return nil
	})
}
`,
};

/** A program in each language that fails, and its message. */
const failing = {
  yaml: [
    "outputs:\n  answer: ${missing}\n",
    'resource or variable named "missing"',
  ],
  python: ['raise Exception("no such mailbox")\n', "no such mailbox"],
  go: [
    programs.go
      .replace(
        /\t\tfmt[^]*?return nil/,
        '\t\treturn errors.New("no such mailbox")',
      )
      .replace(
        /import \([^]*?\n\)/,
        'import (\n\t"errors"\n\n\t"github.com/pulumi/pulumi/sdk/v3/go/pulumi"\n)',
      ),
    "no such mailbox",
  ],
} as const;

for (const language of ["yaml", "python", "go"] as const) {
  describeLanguage(language, `a program in ${language}`, () => {
    test("gets configuration, secrets as secrets, its project and its folder; what it prints reaches the user", async () => {
      const project = await opsProject({
        runtime: language,
        name: "told",
        dependencies: "none",
        program: programs[language],
      });
      const stack = await project.stack("dev", {
        config: {
          tenantId: "contoso.onmicrosoft.com",
          token: { secret: "geheim" },
        },
      });
      const up = await stack.up();

      expect(await stack.outputs()).toEqual({
        told: ["told", "dev", project.directory, "contoso.onmicrosoft.com"],
        token: "geheim",
      });
      if (language !== "yaml") expect(up.stdout).toContain("said on stdout");
      expect(JSON.stringify(await stack.export())).not.toContain("geheim");
      await stack.preview(["--expect-no-changes"]);
    }, 600_000);

    test("that fails, fails the command with its message once", async () => {
      const [program, message] = failing[language];
      const project = await opsProject({
        runtime: language,
        dependencies: "none",
        program,
      });
      const stack = await project.stack("dev");
      const { code, stdout, stderr } = await stack.up([], { exit: "any" });
      expect(code).not.toBe(0);
      expect(stdout + stderr).toContain(message);
      expect(stdout + stderr).not.toContain("exit status");
    }, 600_000);
  });
}

describeLanguage("python", "a program in python that does not end", () => {
  const endless = `
import os, time
with open("pids.new", "w") as file:
    file.write(f"{os.getpid()} {os.getppid()}")
os.rename("pids.new", "pids")
time.sleep(600)
`;

  test.each([
    ["SIGINT", "the command is cancelled"],
    ["SIGKILL", "the engine has ended"],
  ] as const)(
    "ends on %s, and with it the language host: %s",
    async (signal, _when) => {
      const project = await opsProject({
        runtime: "python",
        dependencies: "none",
        program: endless,
      });
      const stack = await project.stack("dev");
      const running = stack.start(["up", "--yes", "--skip-preview"]);
      const file = path.join(project.directory, "pids");
      while (!existsSync(file)) await sleep(50);
      const pids = (await readFile(file, "utf8")).split(" ").map(Number);
      expect(pids.map(isAlive)).toEqual([true, true]);

      running.kill(signal);
      expect((await running.ended).code).not.toBe(0);
      while (pids.some(isAlive)) await sleep(50);
    },
    60_000,
  );
});

const schema = JSON.stringify({
  name: "toy",
  version: "0.1.0",
  resources: {
    "toy:index:Ball": {
      description: "A ball of the tests.",
      inputProperties: { color: { type: "string" } },
      requiredInputs: ["color"],
      properties: { color: { type: "string" } },
    },
  },
  language: {
    go: {
      importBasePath: "example.com/toy/sdk/go/toy",
      respectSchemaVersion: true,
    },
  },
});

describeLanguage("python", "an SDK for Python", () => {
  test("is generated from a schema, and a program imports it", async () => {
    const project = await withSdk("python");
    const run = (command: string, ...args: string[]) =>
      execute(command, args, {
        cwd: project.directory,
        env: project.environment,
      });
    await run("venv/bin/python", "-m", "pip", "install", "./sdks/python");
    const { stdout } = await run(
      "venv/bin/python",
      "-c",
      "import pulumi_toy; print(pulumi_toy.Ball.__name__)",
    );
    expect(stdout).toBe("Ball\n");
  }, 300_000);
});

describeLanguage("go", "an SDK for Go", () => {
  test("is generated from a schema, and compiles", async () => {
    const project = await withSdk("go");
    expect(
      await readFile(
        path.join(project.directory, "sdks/go/toy/ball.go"),
        "utf8",
      ),
    ).toContain("// A ball of the tests.");
    for (const file of ["go.mod", "go.sum"]) {
      const text = await readFile(path.join(project.directory, file), "utf8");
      await project.write(
        `sdks/go/${file}`,
        text.replace(/^module .*/, "module example.com/toy/sdk/go"),
      );
    }
    await execute("go", ["vet", "./..."], {
      cwd: path.join(project.directory, "sdks/go"),
      env: project.environment,
    });
  }, 600_000);
});

async function withSdk(language: "python" | "go"): Promise<OpsProject> {
  const project = await opsProject({
    runtime: language,
    dependencies: "none",
    files: { "schema.json": schema },
  });
  await execute(
    "pulumi",
    [
      "package",
      "gen-sdk",
      "schema.json",
      "--language",
      language,
      "--out",
      "sdks",
    ],
    { cwd: project.directory, env: project.environment },
  );
  expect(existsSync(path.join(project.directory, "sdks", language))).toBe(true);
  return project;
}
