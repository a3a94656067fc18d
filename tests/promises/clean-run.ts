import type { FaultyRequest } from "../../simulator/index";
import { copyOf } from "../conformance/platform";
import type { StackState } from "../sweep/stack";
import type { Stage } from "./scenarios";
import type { World } from "./world";

/** What the vendors hold: by tenant or account, list, name of the object, and member. */
export type Objects = Readonly<Record<string, unknown>>;

/** What a scenario's operation does when nothing goes wrong. */
export interface CleanRun {
  readonly stage: Stage;
  /** Every request, in order, by what it asks. */
  readonly requests: readonly string[];
  /** How many operations on resources may write. */
  readonly before: Objects;
  readonly after: Objects;
  /** What the engine kept. */
  readonly keptBefore: StackState;
  readonly keptAfter: StackState;
  /** What the operation answered: its steps, or the drift. */
  readonly answer: unknown;
}

/** Plays the operation, undisturbed, and writes down every request that a fault could come to. */
export async function cleanRun(world: World, stage: Stage): Promise<CleanRun> {
  const stack = stage.begin();
  const before = copyOf(world.objects());
  const keptBefore = stack.state;
  const requests: string[] = [];
  world.simulator.faults.add({
    kind: "hook",
    match: { times: "always" },
    run: (request) => void requests.push(askedBy(request)),
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

/** What a request asks, without ids. */
export const askedBy = ({
  vendor,
  cmdlet,
  method,
  path,
}: FaultyRequest): string =>
  cmdlet ??
  `${method} ${vendor} ${path.replace(/[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32}/g, "{id}")}`;
