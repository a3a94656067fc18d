import {
  LocalWorkspace,
  type PulumiFn,
  type Stack,
} from "@pulumi/pulumi/automation";

import type { OpsProject } from "./ops-project";

/**
 * A stack whose program is a function of the test: no language host and no compiler, so it is faster than the command
 * line. The provider still comes from the project's `node_modules`.
 *
 * Pass `onEvent: (event) => events.push(event)` to `up`, `preview`, `refresh` or `destroy`, and read `{ events }` with
 * `steps`, `drift`, `plan` and `diagnostics`.
 */
export async function inlineStack(options: {
  project: OpsProject;
  program: PulumiFn;
  /** @default "dev" */
  name?: string;
  config?: Record<string, string | { secret: string }>;
  env?: Record<string, string>;
}): Promise<Stack> {
  const { project, program, name = "dev", config = {}, env = {} } = options;
  const { directory, environment } = project;
  const { PATH = "", PULUMI_HOME = "" } = environment;
  // The Automation API looks for the engine before it applies `envVars`.
  process.env.PATH = PATH;
  const stack = await LocalWorkspace.createOrSelectStack(
    { stackName: name, projectName: "ops", program },
    {
      workDir: directory,
      pulumiHome: PULUMI_HOME,
      envVars: { ...environment, ...env },
    },
  );
  await stack.setAllConfig(
    Object.fromEntries(
      Object.entries(config).map(([key, value]) => [
        key,
        typeof value === "string"
          ? { value }
          : { value: value.secret, secret: true },
      ]),
    ),
  );
  return stack;
}
