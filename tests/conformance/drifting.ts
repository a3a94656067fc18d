import type { Value } from "../../providers/codecs";
import type { Quirks } from "../../simulator/index";
import { isSet, type JsonObject } from "../../simulator/json";
import { changed, messageOf, type Bench } from "./bench";
import {
  anotherValue,
  kindOf,
  ownFields,
  sampleOf,
  settled,
  wireValue,
} from "./subject";

/** Tests of what a refresh shows as drift, and what it does not. */
export function drifting(bench: Bench): void {
  const { subject } = bench;
  const kind = kindOf(subject);
  const { inputs } = subject;
  const sample = sampleOf(subject);

  test.each(
    bench.rows(
      ownFields(subject).filter(
        ([name, { onlyOnCreate, replaces }]) =>
          !onlyOnCreate &&
          !replaces &&
          // Another name means another object, unless the id is the Guid, which stays.
          (name !== kind.nameField || kind.idIs === "guid"),
      ),
    ),
  )(
    "shows only %s when somebody else changed it, and repairs it",
    async (property, field) => {
      const resource = bench.resource();
      await resource.up(inputs);
      const value = anotherValue(subject, property);
      subject.edit(bench.simulator, field.wire, wireValue(field, value));
      expect(await resource.refresh()).toEqual([property]);
      expect(resource.kept?.inputs[property]).toEqual(
        field.codec.normalize(value),
      );
      expect(await resource.preview(inputs)).toEqual([property]);
      bench.forget();
      await resource.up(inputs);
      expect(bench.writes()).toHaveLength(1);
      expect(await resource.preview(inputs)).toEqual([]);
      expect(await resource.refresh()).toEqual([]);
    },
  );

  const added = Object.entries(subject.broken ?? {}).filter(
    ([property]) => !(property in inputs),
  );
  if (added.length > 0) {
    const byHand = (properties: typeof added) =>
      Object.fromEntries(
        properties.flatMap(([property, value]) => {
          const field = kind.fields[property];
          return field ? [[field.wire, wireValue(field, value as Value)]] : [];
        }),
      ) as JsonObject;

    test("removes everything that somebody added and that must be empty in one write", async () => {
      const resource = bench.resource();
      await resource.up(inputs);
      for (const [wire, value] of Object.entries(byHand(added)))
        subject.edit(bench.simulator, wire, value);
      expect(await resource.refresh()).toEqual(
        added.map(([name]) => name).sort(),
      );
      bench.forget();
      await resource.up(inputs);
      expect(bench.writes()).toHaveLength(1);
      expect(await resource.refresh()).toEqual([]);
      expect(await resource.preview(inputs)).toEqual([]);
    });

    test("restores such values to an adopted object", async () => {
      // Not all of them: a write with all would be too large.
      const exceptions = byHand(
        added.filter(([property]) => property.startsWith("exceptIf")),
      );
      subject.add(bench.simulator, exceptions);
      const first = settled(bench.live());
      const resource = bench.resource();
      const program = { ...inputs, adopt: true };
      await resource.up(program);
      for (const wire of Object.keys(exceptions))
        expect(isSet(bench.live()[wire])).toBe(false);
      expect(await resource.preview(program)).toEqual([]);
      expect(await resource.refresh()).toEqual([]);
      await resource.destroy();
      expect(settled(bench.live())).toEqual(first);
    });
  }

  test("shows no drift of properties that the program does not set and that have no default", async () => {
    const resource = bench.resource();
    await resource.up(subject.least);
    for (const [name, field] of ownFields(subject))
      if (
        !(name in (resource.kept?.inputs ?? {})) &&
        !field.implied &&
        field.default === undefined
      )
        subject.edit(
          bench.simulator,
          field.wire,
          wireValue(field, anotherValue(subject, name)),
        );
    expect(await resource.refresh()).toEqual([]);
    expect(await resource.preview(subject.least)).toEqual([]);
  });

  const vendors = spellings[kind.scopeId];
  test.each(bench.rows(vendors))(
    "shows no drift when %s",
    async (_, quirks) => {
      Object.assign(bench.simulator.quirks, quirks);
      const resource = bench.resource();
      await resource.up(inputs);
      expect(await resource.refresh()).toEqual([]);
      expect(await resource.preview(inputs)).toEqual([]);
      // A value that was read in one spelling equals the same value in another spelling.
      Object.assign(bench.simulator.quirks, vendors[0]?.[1]);
      expect(await resource.refresh()).toEqual([]);
      expect(bench.writes().length).toBeLessThanOrEqual(2);
    },
  );

  bench.ifRemade(
    "is gone when a complete list does not contain it, and an update says to refresh",
    async () => {
      const resource = bench.resource();
      await resource.up(inputs);
      subject.remove(bench.simulator);
      const message = await messageOf(
        resource.up(
          changed(inputs, { [sample]: anotherValue(subject, sample) }),
        ),
      );
      expect(message).toContain("refresh");
      expect(await resource.refresh()).toBe("gone");
    },
  );

  bench.unlessOnce(
    "is created again by the next up after somebody deleted it",
    async () => {
      const resource = bench.resource();
      await resource.up(inputs);
      subject.remove(bench.simulator);
      expect(await resource.refresh()).toBe("gone");
      expect((await resource.up(inputs)).steps).toEqual(["create"]);
      bench.live();
    },
  );

  bench.ifRemade(
    "is deleted without a warning when it no longer exists",
    async () => {
      const resource = bench.resource();
      await resource.up(inputs);
      subject.remove(bench.simulator);
      bench.forget();
      const { run } = await resource.destroy();
      expect(bench.writes()).toEqual([]);
      expect(await run.warnings()).toEqual([]);
    },
  );

  bench.ifRemade(
    "is gone when another object has its name, which destroy does not change, with a warning",
    async () => {
      const resource = bench.resource();
      await resource.up(inputs);
      subject.remake?.(bench.simulator);
      const kept = resource.kept;
      bench.forget();
      const { run } = await resource.destroy();
      expect(bench.writes()).toEqual([]);
      bench.live();
      expect((await run.warnings(1)).join()).toMatch(/made it anew/);
      resource.kept = kept;
      expect(await resource.refresh()).toBe("gone");
    },
  );
}

/** Other spellings of the same values and other forms of the answers, by vendor. */
const spellings: Readonly<
  Record<"tenantId" | "accountId", [string, Partial<Quirks>][]>
> = {
  tenantId: [
    ["no spelling but the default one", {}],
    ["collections of one come bare", { bareSingletons: true }],
    ["lists come in another order", { shuffleLists: true }],
    ["names come with the tenant", { identityPrefix: true }],
    ["permissions come as a number", { permissionsReadBack: "number" }],
    ["idle permission bits are set", { idlePermissionBits: "set" }],
    ["idle permission bits are cleared", { idlePermissionBits: "cleared" }],
    ["SetSCL comes as text", { sclType: "string" }],
    ["IP ranges come normalised", { ipRangeForm: "normalised" }],
    ["New- answers nothing", { newReturnsObject: false }],
    ["writes answer without a body", { writeAnswer: "emptyBody" }],
    ["writes answer 204", { writeAnswer: "noContent" }],
    ["an empty list is null", { emptyValue: "null" }],
    ["an empty list is absent", { emptyValue: "absent" }],
  ],
  accountId: [
    ["POST answers 200", { createStatus: 200 }],
    ["the verification is not found", { verification: "notFound" }],
    ["missing fields get defaults", { omittedDefaults: "default" }],
    ["answers carry last_modified", { lastModified: true }],
    ["statistics are absent", { statistics: "absent" }],
    ["statistics are null", { statistics: "null" }],
    ["all volatile fields change", { volatile: "all" }],
    ["status comes in lower case", { statusCase: "lower" }],
    ["status is null", { statusCase: "null" }],
    ["arrays come reversed", { arrayOrder: "reversed" }],
    ["IPs come in shortest form", { ipForm: "normalised" }],
    [
      "answers lack optional fields",
      { omittedFields: ["require_tls_inbound", "folder", "integration_id"] },
    ],
  ],
};
