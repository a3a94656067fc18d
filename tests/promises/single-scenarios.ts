import type { JsonObject } from "../../simulator/json";
import { changed } from "../conformance/bench";
import {
  anotherValue,
  kindOf,
  nameOf,
  sampleOf,
  titleOf,
  wireValue,
  type Subject,
} from "../conformance/subject";
import {
  area1Domain,
  everySubject,
  newArea1Domain,
  ourMark,
  transportRule,
} from "../conformance/subjects";
import type { Properties } from "../conformance/platform";
import type { Stack, Wanted } from "../sweep/stack";
import type { Scenario } from "./scenarios";
import type { World } from "./world";

const subjects: readonly Subject[] = [...everySubject, newArea1Domain];

/** Returns every operation of every kind, with one resource in the stack. */
export const singleScenarios = (): Scenario[] => [
  ...subjects.flatMap(scenariosOf),
  ...restorePoints(),
];

function scenariosOf(subject: Subject): Scenario[] {
  const kind = kindOf(subject);
  const { inputs } = subject;
  const sample = sampleOf(subject);
  const another = anotherValue(subject, sample);
  const program = (inputs: Properties): Wanted[] => [
    { name: "mail", kind: subject.kind, inputs },
  ];
  const here = program(inputs);
  const adopting = kind.settings.includes("adopt")
    ? program({ ...inputs, adopt: true })
    : here;
  const different = {
    [kind.fields[sample]!.wire]: wireValue(kind.fields[sample]!, another),
  } as JsonObject;
  const made = async (world: World, stack: Stack): Promise<unknown> => {
    subject.prepare?.(world.simulator);
    if (subject.existence === "adopted") subject.add(world.simulator);
    return stack.up(here);
  };
  const taken = async (world: World, stack: Stack): Promise<unknown> => {
    subject.prepare?.(world.simulator);
    subject.add(world.simulator, different);
    return stack.up(adopting);
  };
  const scenario = (
    name: string,
    before: (world: World, stack: Stack) => Promise<unknown>,
    run: (stack: Stack) => Promise<unknown>,
    after?: Wanted[],
  ): Scenario => ({
    name: `${name} ${titleOf(subject)}`,
    before,
    run,
    ...(name.startsWith("read") && { refreshes: true }),
    ...(after && { program: after }),
  });
  const updated = program(changed(inputs, { [sample]: another }));
  const all = [
    scenario(
      "adopt",
      (world) => {
        subject.prepare?.(world.simulator);
        subject.add(world.simulator, different);
        return Promise.resolve();
      },
      (stack) => stack.up(adopting),
      adopting,
    ),
    scenario("update", made, (stack) => stack.up(updated), updated),
    scenario(
      "replace",
      made,
      (stack) => stack.up(here, { replace: true }),
      here,
    ),
    scenario("read", made, (stack) => stack.refresh(), here),
    scenario(
      "read after a change by hand",
      async (world, stack) => {
        await made(world, stack);
        subject.edit(
          world.simulator,
          kind.fields[sample]?.wire ?? "",
          wireValue(kind.fields[sample]!, another),
        );
      },
      (stack) => stack.refresh(),
      here,
    ),
    scenario("restore", taken, (stack) => stack.destroy()),
  ];
  if (subject.existence === "made")
    all.push(
      scenario(
        "create",
        (world) => Promise.resolve(subject.prepare?.(world.simulator)),
        (stack) => stack.up(here),
        here,
      ),
      scenario("delete", made, (stack) => stack.destroy()),
      scenario(
        "read after a removal by hand",
        async (world, stack) => {
          await made(world, stack);
          subject.remove(world.simulator);
        },
        (stack) => stack.refresh(),
        here,
      ),
    );
  const { nameField } = kind;
  if (
    nameField &&
    subject.existence === "made" &&
    subject.others?.[nameField]
  ) {
    const renamed = program({
      ...inputs,
      [nameField]: subject.others[nameField],
    });
    all.push(scenario("rename", made, (stack) => stack.up(renamed), renamed));
  }
  return all;
}

function restorePoints(): Scenario[] {
  const objects = subjects.map((subject) => ({
    kind: subject.kind,
    name: nameOf(subject),
    mark: ourMark,
  }));
  const program = (some: typeof objects): Wanted[] => [
    { name: "point", kind: "RestorePoint", inputs: { objects: some } },
  ];
  const all = program(objects);
  const few = program(objects.slice(0, 1));
  const before = (world: World) => {
    transportRule.add(world.simulator);
    area1Domain.add(world.simulator);
  };
  return [
    {
      name: "create RestorePoint",
      before: (world) => Promise.resolve(before(world)),
      run: (stack) => stack.up(all),
      program: all,
    },
    {
      name: "update RestorePoint",
      before: async (world, stack) => {
        before(world);
        await stack.up(few);
      },
      run: (stack) => stack.up(all),
      program: all,
    },
  ];
}
