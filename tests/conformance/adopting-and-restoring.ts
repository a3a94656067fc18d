import { changed, messageOf, type Bench } from "./bench";
import { firstSeen } from "./making-and-changing";
import {
  anotherValue,
  kindOf,
  pairOf,
  sampleOf,
  samples,
  settled,
  titleOf,
  wireValue,
  type Subject,
} from "./subject";
import { foreignMark, ourMark, siblingsMark } from "./subjects";
import type { Field } from "../../providers/field";
import type { JsonObject } from "../../simulator/json";

/** Tests of objects that exist before the first `up`, and of what destroy does with them. */
export function adoptingAndRestoring(bench: Bench): void {
  const { subject } = bench;
  const kind = kindOf(subject);
  const { inputs } = subject;
  const markWire = subject.mark && kind.fields[subject.mark]?.wire;
  /** The program, with `adopt` where the kind has it: it may adopt an object that differs from it. */
  const taking = kind.settings.includes("adopt")
    ? { ...inputs, adopt: true }
    : inputs;
  const differing = samples(subject);
  const sample = sampleOf(subject);
  const marked = (mark: string, more: JsonObject = {}): JsonObject =>
    markWire ? { [markWire]: mark, ...more } : more;
  const differ = (property: string): JsonObject => {
    const field = kind.fields[property];
    return field
      ? ({
          [field.wire]: wireValue(field, anotherValue(subject, property)),
        } as JsonObject)
      : {};
  };

  if (subject.mark) {
    test("continues with an object that carries its own mark, as if it had created it", async () => {
      subject.add(bench.simulator, marked(ourMark, differ(sample)));
      const resource = bench.resource();
      await resource.up(inputs);
      expect(resource.outputs).toMatchObject({ ...inputs, adopted: false });
      expect(bench.writes().join()).not.toMatch(/New-/);
      await resource.destroy();
      expect(subject.live(bench.simulator)).toBeUndefined();
    });

    test("refuses an object with the mark of another stack, names that stack, and adopts the object with adopt", async () => {
      subject.add(bench.simulator, marked(foreignMark));
      const before = bench.live();
      const resource = bench.resource();
      const message = await messageOf(resource.up(inputs));
      expect(message).toContain("ops/prod/mail");
      expect(message).toContain("adopt: true");
      expect(bench.writes()).toEqual([]);
      expect(resource.kept).toBeUndefined();
      const program = taking;
      await resource.up(program);
      expect(resource.outputs).toMatchObject({ adopted: true });
      expect(await resource.preview(program)).toEqual([]);
      expect(await resource.refresh()).toEqual([]);
      await resource.destroy();
      expect(settled(bench.live())).toEqual(settled(before));
    });

    test("refuses an object of another resource of the same stack, also with adopt", async () => {
      subject.add(bench.simulator, marked(siblingsMark));
      for (const adopt of [false, true])
        expect(
          await messageOf(bench.resource().up({ ...inputs, adopt })),
        ).toContain("ops/dev/other");
      expect(bench.writes()).toEqual([]);
    });

    test("refuses an object without a mark that differs, shows how, and adopts it with adopt", async () => {
      subject.add(bench.simulator, differ(sample));
      const before = bench.live();
      const resource = bench.resource();
      const message = await messageOf(resource.up(inputs));
      expect(message).toContain(sample);
      expect(message).toContain("adopt: true");
      expect(message).toContain(String(inputs["name"]));
      expect(bench.writes()).toEqual([]);
      const program = taking;
      await resource.up(program);
      expect(resource.outputs).toMatchObject({ adopted: true });
      expect(await resource.preview(program)).toEqual([]);
      expect(await resource.refresh()).toEqual([]);
      await resource.destroy();
      expect(settled(bench.live())).toEqual(settled(before));
    });
  }

  test("adopts an object that equals the program without a write, and does not change it on destroy", async () => {
    subject.add(bench.simulator);
    const before = bench.live();
    const resource = bench.resource();
    await resource.up(inputs);
    expect(resource.outputs).toMatchObject({ adopted: true });
    expect(await resource.preview(inputs)).toEqual([]);
    expect(await resource.refresh()).toEqual([]);
    await resource.destroy();
    expect(bench.writes()).toEqual([]);
    expect(bench.live()).toEqual(before);
  });

  test.each(bench.rows(differing))(
    "restores %s on destroy when its previous value differed",
    async (property) => {
      subject.add(bench.simulator, differ(property));
      const before = bench.live();
      const resource = bench.resource();
      await resource.up(taking);
      bench.forget();
      const { run } = await resource.destroy();
      expect(settled(bench.live())).toEqual(settled(before));
      expect(bench.writes()).toHaveLength(1);
      expect(await run.warnings()).toEqual([]);
    },
  );

  test("restores the previous values also after later updates", async () => {
    subject.add(bench.simulator, differ(sample));
    const before = bench.live();
    const resource = bench.resource();
    const program = taking;
    await resource.up(program);
    const [other = sample] = (differing[1] ?? []) as string[];
    for (const property of [other, sample])
      await resource.up(
        changed(program, { [property]: anotherValue(subject, property) }),
      );
    await resource.refresh();
    await resource.up(program);
    await resource.destroy();
    expect(settled(bench.live())).toEqual(settled(before));
  });

  // A flag that somebody else has changed since has its previous value.
  const [many] = samples(subject).filter(
    ([, { codec }]) => codec.schema.type !== "boolean",
  );
  (many ? test : test.skip)(
    "does not restore on destroy what somebody else has changed since, and warns",
    async () => {
      if (!many) return;
      const [sample, field] = many;
      subject.add(bench.simulator, differ(sample));
      const resource = bench.resource();
      await resource.up(taking);
      const third = thirdValue(subject, sample);
      subject.edit(bench.simulator, field.wire, third);
      const { run } = await resource.destroy();
      expect(bench.live()[field.wire]).toEqual(third);
      const warnings = await run.warnings(1);
      expect(warnings.join("\n")).toContain(sample);
    },
  );

  test("uses the values of its restore point instead of the live ones", async () => {
    subject.add(bench.simulator, differ(sample));
    const before = bench.live();
    const restorePoint = await firstSeen(bench);
    // An interrupted run of the same program has written the value, and its state was lost.
    const field = kind.fields[sample];
    if (!field) throw new Error("no property to change");
    subject.edit(
      bench.simulator,
      field.wire,
      wireValue(field, inputs[sample] as string),
    );
    const resource = bench.resource();
    await resource.up({ ...inputs, restorePoint });
    expect(resource.outputs).toMatchObject({ adopted: true });
    await resource.destroy();
    expect(settled(bench.live())).toEqual(settled(before));
  });

  if (kind.decides)
    test("refuses an existing object that its restore point does not contain, as after an up with --target", async () => {
      subject.add(bench.simulator);
      const program = { ...taking, restorePoint: "notHeld" };
      expect(await messageOf(bench.resource().up(program))).toContain(
        "the restore point does not hold it",
      );
      expect(bench.writes()).toEqual([]);
    });

  bench.ifMade(
    "counts as created by us when its restore point says that it did not exist",
    async () => {
      const restorePoint = await firstSeen(bench);
      expect(restorePoint).toBe(false);
      subject.add(bench.simulator);
      const resource = bench.resource();
      await resource.up({ ...inputs, restorePoint });
      expect(resource.outputs).toMatchObject({ adopted: false });
    },
  );

  const optional = differing.filter(([, { required }]) => !required);
  each(bench.rows(optional))(
    "writes the default, or on an adopted object the previous value, when %s is removed from the program",
    async (property, field) => {
      const out = Object.fromEntries(
        [property, ...pairOf(subject, property)].map((name) => [
          name,
          undefined,
        ]),
      );
      subject.add(bench.simulator, differ(property));
      const first = bench.live()[field.wire];
      const resource = bench.resource();
      await resource.up(taking);
      bench.forget();
      const after = changed(taking, out);
      await resource.up(after);
      expect(bench.writes().length).toBeLessThanOrEqual(1);
      const live = bench.live()[field.wire];
      if (field.default !== undefined)
        expect(live).toEqual(wireValue(field, field.default));
      else if (!field.implied) expect(live).toEqual(first);
      expect(await resource.preview(after)).toEqual([]);
      expect(await resource.refresh()).toEqual([]);
    },
  );

  if (subject.existence === "made")
    each(bench.rows(optional.filter(([, { implied }]) => !implied)))(
      "does not change %s of an object of ours when it is removed from the program, unless it has a default",
      async (property, field) => {
        const resource = bench.resource();
        const value = anotherValue(subject, property);
        await resource.up(changed(inputs, { [property]: value }));
        const after = changed(
          inputs,
          Object.fromEntries(
            [property, ...pairOf(subject, property)].map((name) => [
              name,
              undefined,
            ]),
          ),
        );
        await resource.up(after);
        expect(bench.live()[field.wire]).toEqual(
          wireValue(field, field.default ?? value),
        );
        expect(await resource.preview(after)).toEqual([]);
        expect(await resource.refresh()).toEqual([]);
      },
    );

  each(
    bench.rows(
      optional.filter(
        ([name, field]) =>
          field.default === undefined &&
          // A missing value is implied, and written by the first `up`.
          !field.implied &&
          // One property of a pair alone is refused.
          pairOf(subject, name).length === 0,
      ),
    ),
  )(
    "restores %s on destroy when it was added to the program later",
    async (property, field) => {
      subject.add(bench.simulator, differ(property));
      const first = bench.live()[field.wire];
      const before = changed(taking, { [property]: undefined });
      const resource = bench.resource();
      await resource.up(before);
      expect(bench.live()[field.wire]).toEqual(first);
      await resource.up(taking);
      await resource.destroy();
      expect(bench.live()[field.wire]).toEqual(first);
    },
  );

  bench.unlessOnce(
    "is deleted by destroy and by destroy --refresh when we created it",
    async () => {
      for (const refresh of [false, true]) {
        const resource = bench.resource();
        await resource.up({ ...inputs, ...subject.removable });
        await resource.destroy({ refresh });
        expect(subject.live(bench.simulator)).toBeUndefined();
      }
    },
  );

  test("is restored by destroy --refresh as by destroy", async () => {
    subject.add(bench.simulator, differ(sample));
    const before = bench.live();
    const resource = bench.resource();
    await resource.up(taking);
    await resource.destroy({ refresh: true });
    expect(settled(bench.live())).toEqual(settled(before));
  });
}

/** Defines a test for each property, or none if the list is empty. */
const each =
  (properties: readonly [string, Field][]) =>
  (
    title: string,
    check: (property: string, field: Field) => Promise<void>,
  ): void => {
    if (properties.length > 0) test.each(properties)(title, check);
  };

/** Returns a value in the vendor's form that differs from ours and from the previous one. */
function thirdValue(subject: Subject, property: string): unknown {
  const field = kindOf(subject).fields[property];
  if (!field) throw new Error(`there is no ${property}`);
  const taken = [subject.inputs[property], anotherValue(subject, property)].map(
    (value) => JSON.stringify(wireValue(field, value as string)),
  );
  const candidates = [
    ["Preview"],
    "1.00:00:00",
    "2029-01-01T00:00:00.000Z",
    "Audit",
    "AuditAndNotify",
    5,
    ["third.example"],
    ["203.0.113.200"],
    "Third Policy",
    "DefaultFullAccessPolicy",
    true,
    false,
  ];
  const found = candidates
    .filter((value) => field.codec.refuse(value) === undefined)
    .map((value) => wireValue(field, value as string))
    .find((value) => !taken.includes(JSON.stringify(value)));
  if (found === undefined)
    throw new Error(`no third value of ${titleOf(subject)} ${property}`);
  return found;
}
