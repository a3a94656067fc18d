import { startSimulator, type Simulator } from "../../simulator/index";
import { afterwards } from "./clean-up";
import {
  opsProject,
  type OpsProject,
  type OpsProjectOptions,
} from "./ops-project";
import type { Stack, StackOptions } from "./stack";

/** A simulated tenant and account, and a stack that manages them. */
export interface TenantWithStack {
  simulator: Simulator;
  project: OpsProject;
  stack: Stack;
  /** Returns the requests to the vendors since its last call, without those for tokens. */
  requests(): Simulator["log"];
  /** Returns the writes among these requests. */
  writes(): Simulator["log"];
}

/** Starts a simulator and creates an ops folder with the packed library, whose stack uses the simulator. */
export async function tenantWithStack(
  program: string | undefined,
  options: Pick<
    OpsProjectOptions,
    "runtime" | "files" | "sdk" | "dependencies"
  > & {
    seed?: NonNullable<Parameters<typeof startSimulator>[0]>["seed"];
    quirks?: NonNullable<Parameters<typeof startSimulator>[0]>["quirks"];
    stack?: StackOptions;
  } = {},
): Promise<TenantWithStack> {
  const { seed, quirks, stack, ...rest } = options;
  const simulator = await startSimulator({
    ...(seed && { seed }),
    ...(quirks && { quirks }),
    ...certificate(),
  });
  afterwards(() => void simulator.close());
  const project = await opsProject({
    ...rest,
    ...(program !== undefined && { program }),
  });
  const patience = { AREA1_PATIENCE_MS: "60000" };
  const made = await project.stack("dev", {
    ...stack,
    env: { ...simulator.environment, ...patience, ...stack?.env },
  });
  const requests = (): Simulator["log"] =>
    simulator.log.splice(0).filter(({ vendor }) => vendor !== "entra");
  return {
    simulator,
    project,
    stack: made,
    requests,
    writes: () => requests().filter(({ write }) => write),
  };
}

/** Returns the directory of `npm test` with the simulator's certificate, which the environment trusts. */
export function certificate(): { certificateDirectory?: string } {
  const directory = process.env.AREA1_CERTIFICATE_DIRECTORY;
  return directory ? { certificateDirectory: directory } : {};
}

/** Returns all objects, without the properties that every write changes, such as times. */
export function essence(
  simulator: Simulator,
): ReturnType<Simulator["snapshot"]> {
  const trace =
    /^(WhenChanged|WhenCreated|LastModifiedBy|modified_at|last_modified|emails_processed|authorization)/;
  return JSON.parse(
    JSON.stringify(simulator.snapshot(), (key, value: unknown) =>
      trace.test(key) ? undefined : value,
    ),
  ) as ReturnType<Simulator["snapshot"]>;
}
