import { changed, type Bench } from "./bench";
import { anotherValue, kindOf, nameOf, ownFields, wireValue } from "./subject";
import type { JsonObject } from "../../simulator/json";
import type { Field } from "../../providers/field";
import type { Value } from "../../providers/codecs";
import { isGuarded } from "../../providers/lifecycle/state";
import { Resource } from "./resource";

/** Tests of creation, of previews without changes afterwards, of updates in place and of replacement. */
export function makingAndChanging(bench: Bench): void {
  const { subject } = bench;
  const kind = kindOf(subject);
  const { inputs, least } = subject;

  test("has the program's values after up, at the vendor and in the outputs", async () => {
    const resource = bench.resource();
    expect(await resource.preview(inputs)).toEqual(["create"]);
    expect((await resource.up(inputs)).steps).toEqual(["create"]);
    expectLive(bench.live(), inputs, kind.fields);
    expect(resource.outputs).toMatchObject(inputs);
    expect(resource.outputs).toMatchObject({ adopted: bench.existsBefore });
    expect(resource.outputs[kind.scopeId]).toBe(
      kind.scopeId === "tenantId"
        ? bench.simulator.tenant.id
        : bench.simulator.account.id,
    );
  });

  test("is created from the required inputs alone, with the documented defaults", async () => {
    const resource = bench.resource();
    await resource.up(least);
    const defaults = Object.fromEntries(
      Object.entries(kind.fields).flatMap(([name, field]) =>
        field.default === undefined ? [] : [[name, field.default]],
      ),
    );
    expect(resource.kept?.inputs).toMatchObject({ ...defaults, ...least });
    expect(await resource.preview(least)).toEqual([]);
    expect(await resource.refresh()).toEqual([]);
  });

  test("shows no change after up, after a refresh, and after another up", async () => {
    const resource = bench.resource();
    await resource.up(inputs);
    bench.forget();
    expect(await resource.preview(inputs)).toEqual([]);
    expect(await resource.refresh()).toEqual([]);
    expect(await resource.preview(inputs)).toEqual([]);
    expect((await resource.up(inputs)).steps).toEqual([]);
    expect(await resource.refresh()).toEqual([]);
    expect(bench.writes()).toEqual([]);
  });

  test("is checked with the same result a second time, and checking values that were read does not change them", async () => {
    const resource = bench.resource();
    await resource.up(inputs);
    const handlers = resource.run().of(subject.kind);
    const once = await handlers.check({}, inputs);
    const twice = await handlers.check(once.inputs, once.inputs);
    expect(twice).toEqual(once);
    await resource.refresh();
    const read = resource.kept?.inputs ?? {};
    expect((await handlers.check(read, read)).inputs).toEqual(read);
  });

  test("sends no request in check and diff", async () => {
    const resource = bench.resource();
    await resource.up(inputs);
    bench.simulator.log.splice(0);
    await resource.preview(inputs);
    await resource.preview(least);
    expect(bench.simulator.log).toEqual([]);
  });

  const inPlace = ownFields(subject).filter(
    ([, { replaces, onlyOnCreate }]) => !replaces && !onlyOnCreate,
  );
  test.each(bench.rows(inPlace))(
    "changes %s in place with exactly one write",
    async (property, field) => {
      const beside = Object.fromEntries(
        (subject.without?.[property] ?? []).map((name) => [name, undefined]),
      );
      const before = changed(inputs, beside);
      const value = anotherValue(subject, property);
      const after = changed(before, { [property]: value });
      const resource = bench.resource();
      await resource.up(changed(before, { [property]: inputs[property] }));
      bench.forget();
      expect(await resource.preview(after)).toEqual([property]);
      expect((await resource.up(after)).steps).toEqual(["update"]);
      expectLive(bench.live(), { [property]: value }, { [property]: field });
      expect(bench.writes()).toHaveLength(1);
      expect(await resource.preview(after)).toEqual([]);
      expect(await resource.refresh()).toEqual([]);
    },
  );

  test("changes every property at once with one Set for each object, and one Enable or Disable", async () => {
    const resource = bench.resource();
    const without = new Set(Object.values(subject.without ?? {}).flat());
    const before = changed(
      inputs,
      Object.fromEntries([...without].map((name) => [name, undefined])),
    );
    await resource.up(before);
    bench.forget();
    const after = changed(
      before,
      Object.fromEntries(
        inPlace
          .filter(([name]) => !without.has(name))
          .map(([name]) => [name, anotherValue(subject, name)]),
      ),
    );
    await resource.up(after);
    const writes = bench.writes();
    expect(new Set(writes).size).toBe(writes.length);
    expect(writes.filter((name) => /^(Set|PATCH|PUT)/.test(name)).length).toBe(
      writes.filter((name) => !/^(Enable|Disable)/.test(name)).length,
    );
    expect(await resource.preview(after)).toEqual([]);
    expect(await resource.refresh()).toEqual([]);
  });

  const replacing = ownFields(subject).filter(
    ([name, { replaces }]) => replaces && subject.others?.[name] !== undefined,
  );
  if (replacing.length > 0)
    test.each(replacing)(
      "is replaced when %s changes: the new object is created before the old one is deleted",
      async (property) => {
        const resource = bench.resource();
        await resource.up(least);
        const old = resource.kept?.id;
        bench.forget();
        const after = changed(least, {
          [property]: anotherValue(subject, property),
        });
        expect(await resource.preview(after)).toEqual([`replace ${property}`]);
        await resource.up(after);
        expect(resource.kept?.id).not.toBe(old);
        const writes = bench.writes();
        expect(writes[0]).toMatch(/^(New|POST)/);
        expect(writes.findLastIndex((w) => /^(New|POST)/.test(w))).toBeLessThan(
          Math.max(
            writes.findIndex((w) => /^(Remove|DELETE)/.test(w)),
            writes.length,
          ),
        );
        expect(await resource.preview(after)).toEqual([]);
        expect(await resource.refresh()).toEqual([]);
      },
    );

  if (isGuarded(kind))
    test("shows a change of guardedMail as an update that writes nothing, and refuses a wrong value of it", async () => {
      const guarding = (words: string[]) => ({
        ...inputs,
        guardedMail: { words, headers: ["area1"] },
      });
      const resource = bench.resource();
      await resource.up(guarding(["MALICIOUS"]));
      bench.forget();
      expect(await resource.preview(guarding(["MALICIOUS"]))).toEqual([]);
      for (const after of [guarding(["MALICIOUS", "BEC"]), inputs]) {
        expect(await resource.preview(after)).toEqual(["guardedMail"]);
        expect((await resource.up(after)).steps).toEqual(["update"]);
        expect(await resource.preview(after)).toEqual([]);
        expect(await resource.refresh()).toEqual([]);
        expect(await resource.preview(after)).toEqual([]);
      }
      expect(bench.writes()).toEqual([]);
      await expect(resource.preview(guarding([]))).rejects.toThrow(
        /^guardedMail words must be a list of words, and not empty$/,
      );
    });

  test("is adopted by --replace, and not deleted at the end of that operation", async () => {
    const resource = bench.resource();
    await resource.up(inputs);
    const before = bench.live();
    bench.forget();
    const { id } = resource.kept ?? {};
    await resource.replace(inputs);
    expect(bench.writes()).toEqual([]);
    expect(bench.live()).toEqual(before);
    expect(resource.kept?.id).toBe(id);
    expect(await resource.preview(inputs)).toEqual([]);
    expect(await resource.refresh()).toEqual([]);
  });

  test("is not deleted when the next up cleans up after an interrupted replacement", async () => {
    const resource = bench.resource();
    await resource.up(inputs);
    const before = bench.live();
    const leftover = await resource.interruptedReplace(inputs);
    await resource.cleanUp(inputs, leftover);
    expect(bench.live()).toEqual(before);
    expect(await resource.refresh()).toEqual([]);
  });

  test("is still deleted or restored after it was replaced by itself, with the values of its restore point", async () => {
    const before = subject.live(bench.simulator);
    const program = { ...inputs, restorePoint: await firstSeen(bench) };
    const resource = bench.resource();
    await resource.up(program);
    await resource.replace(program);
    await resource.destroy();
    const after = subject.live(bench.simulator);
    if (before)
      for (const [, { wire }] of ownFields(subject))
        expect([wire, after?.[wire]]).toEqual([wire, before[wire]]);
    else expect(after === undefined).toBe(subject.existence === "made");
  });
}

/** Creates a restore point; returns its value for the subject's resource, or false if the object does not exist. */
export async function firstSeen(bench: Bench): Promise<unknown> {
  const { kind } = bench.subject;
  const name = nameOf(bench.subject);
  const point = new Resource("RestorePoint", bench.platform, bench.environment);
  await point.up({ objects: [{ kind, name }] });
  const values = point.outputs["values"] as Record<string, unknown>;
  return values[`${kind}/${name}`] ?? false;
}

/** Returns a set in a fixed order, to compare it. */
const inOrder = (value: unknown): unknown =>
  Array.isArray(value) ? [...(value as unknown[])].sort() : value;

/** Expects every value of a program at the vendor, in the vendor's form. */
function expectLive(
  live: JsonObject,
  program: Record<string, unknown>,
  fields: Readonly<Record<string, Field>>,
): void {
  const expected: Record<string, unknown> = {};
  const found: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(program)) {
    const field = fields[name];
    if (!field) continue;
    expected[name] = inOrder(wireValue(field, value as Value));
    found[name] = inOrder(live[field.wire]);
  }
  expect(found).toEqual(expected);
}
