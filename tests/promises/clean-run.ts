import type { FaultyRequest } from "../../simulator/index";
import { copyOf } from "../conformance/platform";
import type { StackState } from "../sweep/stack";
import type { Stage } from "./scenarios";
import type { World } from "./world";

/** The vendors' objects: by tenant or account, list, name of the object, and member. */
export type Objects = Readonly<Record<string, unknown>>;

/** The results of a scenario's operation without faults. */
export interface CleanRun {
  readonly stage: Stage;
  /** The titles of all requests, in order. */
  readonly requests: readonly string[];
  /** Number of operations on resources that may write. */
  readonly before: Objects;
  readonly after: Objects;
  /** The engine's state. */
  readonly keptBefore: StackState;
  readonly keptAfter: StackState;
  /** The operation's result: its steps, or the drift. */
  readonly answer: unknown;
}

/** Runs the operation without faults, and records every request to which a fault can be applied. */
export async function cleanRun(world: World, stage: Stage): Promise<CleanRun> {
  const stack = stage.begin();
  const before = copyOf(world.objects());
  const keptBefore = stack.state;
  const requests: string[] = [];
  world.simulator.faults.add({
    kind: "hook",
    match: { times: "always" },
    run: (request) => void requests.push(titleOf(request)),
  });
  const answer = await stage.scenario.run(stack);
  world.simulator.faults.clear();
  return {
    stage,
    requests,
    before,
    after: copyOf(world.objects()),
    keptBefore,
    keptAfter: stack.state,
    answer,
  };
}

/** Returns the title of a request, without ids. */
export const titleOf = ({
  vendor,
  cmdlet,
  method,
  path,
}: FaultyRequest): string =>
  cmdlet ??
  `${method} ${vendor} ${path.replace(/[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32}/g, "{id}")}`;
