import deepEqual from "fast-deep-equal";
import fc from "fast-check";

import { kinds, type KindName } from "../../providers/kinds";
import type { Value } from "../../providers/codecs";
import { isGuarded } from "../../providers/lifecycle/state";
import { everySubject, kindsUnderTest } from "../conformance/subjects";
import {
  kindOf,
  nameOf,
  ownFields,
  titleOf,
  wireValue,
  type Subject,
} from "../conformance/subject";
import type { Stack, StackState, Wanted } from "../sweep/stack";
import { someOf, times } from "../sample";
import { Gate, type Wire } from "./gate";
import { ledgerFor } from "./ledger";
import type { Meaning } from "./meanings";
import { seed, seeded } from "./seed";
import { startWorld, type World } from "./world";

// The vendors have one object of every kind with every property. A server between them and the handlers (gate.ts) rewrites answers with
// other spellings of the same values (meanings.ts, from the documentation and not from the library's codecs): this is not drift. Then
// every property alone and random sets of properties are changed by hand: exactly these are drift, and `up` repairs them with as few
// writes as possible. The same for properties that are added to objects of a program with only required inputs, and for whole objects.

// Long, because the machine may be busy.
jest.setTimeout(600_000 * times);

/** One object of every kind, by the name of its resource, with every property that programs can set. */
const subjects: Readonly<Record<string, Subject>> = Object.fromEntries(
  everySubject.map((subject) => [titleOf(subject), subject]),
);
let program: Wanted[] = Object.entries(subjects).map(([name, subject]) => ({
  name,
  kind: subject.kind,
  inputs: allowing(subject, subject.inputs),
}));

/** Sets `allowExposure`, so that every change by hand is repaired. */
function allowing(subject: Subject, inputs: Wanted["inputs"]) {
  return isGuarded(kindOf(subject))
    ? { ...inputs, allowExposure: true }
    : inputs;
}

/** A property of one of them. */
class Property {
  constructor(
    readonly resource: string,
    readonly property: string,
    readonly wire: string,
  ) {}

  get subject(): Subject {
    const subject = subjects[this.resource];
    if (!subject) throw new Error(`there is no ${this.resource}`);
    return subject;
  }
}
const managed: Property[] = Object.entries(subjects).flatMap(
  ([resource, subject]) =>
    ownFields(subject)
      .filter(([property]) => property in kindsUnderTest[subject.kind].meanings)
      .filter(([property]) => property in subject.inputs)
      .map(([property, { wire }]) => new Property(resource, property, wire)),
);
const shown = ({ resource, property }: Property): string =>
  `${resource}: ${property}`;

function meaningOf({ subject, property }: Property): Meaning {
  const meaning = kindsUnderTest[subject.kind].meanings[property];
  if (!meaning) throw new Error(`${subject.kind}.${property} means nothing`);
  return meaning;
}
/** Values that another administrator may set. */
const others = (at: Property): fc.Arbitrary<{ at: Property; value: unknown }> =>
  meaningOf(at)
    .other(at.subject.inputs[at.property] as never)
    .map((value) => ({ at, value }));

const drift = ledgerFor(3);
const emptyPreview = ledgerFor(4);

let world: World;
let gate: Gate;
let stack: Stack;
/** The stack's state and the vendors' objects after the first `up`. */
let before: {
  state: StackState;
  objects: ReturnType<World["simulator"]["snapshot"]>;
};

beforeAll(async () => {
  world = await startWorld({ seed: {} });
  prepare();
  gate = await Gate.open(world.simulator);
  stack = world.stack(gate.environment(world.environment));
  await stack.up(program);
  before = { state: stack.state, objects: world.simulator.snapshot() };
});
beforeEach(() => back());

/** What must be there before. */
function prepare(): void {
  for (const subject of everySubject) subject.prepare?.(world.simulator);
}
afterAll(() => gate.close());

function back(): void {
  gate.rules = {};
  world.simulator.restore(before.objects);
  stack.state = before.state;
}

/** Returns a value in its wire form. */
function encoded({ subject, property }: Property, value: unknown): unknown {
  const field = kindOf(subject).fields[property];
  if (!field) throw new Error(`${subject.kind} has no ${property}`);
  return wireValue(field, value as Value);
}

/** Changes by hand. */
const edit = (at: Property, value: unknown): void =>
  at.subject.edit(world.simulator, at.wire, encoded(at, value));

/** Returns the lines in which one list differs from another. */
const differing = (found: readonly string[], wanted: readonly string[]) => [
  ...wanted
    .filter((line) => !found.includes(line))
    .map((line) => `not shown: ${line}`),
  ...found
    .filter((line) => !wanted.includes(line))
    .map((line) => `shown: ${line}`),
];

/** Refreshes, and returns the differences between the expected drift and that of the refresh and of a following preview. */
async function wrongBesides(wanted: readonly string[]): Promise<string[]> {
  const found = differing(await stack.refresh(), wanted);
  return [...found, ...differing(await stack.preview(program), wanted)];
}

/** Expects that an `up` repairs everything with the given number of writes. */
async function repaired(writes: number): Promise<string[]> {
  world.simulator.log.splice(0);
  await stack.up(program);
  const written = world.simulator.log.flatMap(({ write, cmdlet, method }) =>
    write ? [cmdlet ?? method] : [],
  );
  const left = [
    ...(await stack.preview(program)),
    ...(await stack.refresh()),
    ...(await stack.preview(program)),
  ];
  emptyPreview.note("after a repair", left);
  return written.length === writes
    ? left
    : [...left, `${writes} writes would do: ${written.join()}`];
}

/** Returns the expected number of writes: one for every changed object, and one to enable or disable a rule. */
const writesFor = (changed: readonly Property[]): number =>
  new Set(
    changed.map(({ resource, wire }) =>
      [
        resource,
        wire.startsWith("Rule:") ? "its rule" : "",
        wire.endsWith("State") ? "on or off" : "",
      ].join(),
    ),
  ).size;

/** Another spelling of a property. */
type Spelling = { at: Property; members: Wire };

function respell(spellings: readonly Spelling[]): void {
  gate.rules = {
    respell(noun, record) {
      const name = String(record["Name"] ?? record["domain"]);
      for (const { at, members } of spellings)
        if (isPartOf(at, noun, name)) Object.assign(record, bare(members));
    },
  };
}

const bare = (members: Wire): Wire =>
  Object.fromEntries(
    Object.entries(members).map(([wire, value]) => [
      wire.replace("Rule:", ""),
      value,
    ]),
  );

/** Whether a spelling differs from the form in which the value was sent. */
const isAnother = ({ at, members }: Spelling): boolean =>
  !deepEqual(members, {
    [at.wire]: encoded(at, at.subject.inputs[at.property]),
  });

/** Whether a record of an answer contains a property. */
function isPartOf(
  { subject, wire }: Property,
  noun: string,
  name: string,
): boolean {
  const names = [
    subject.vendorName ?? nameOf(subject),
    ...(subject.otherNames ?? []),
  ];
  return (
    kindsUnderTest[subject.kind].nounOf(wire) === noun && names.includes(name)
  );
}

/** A spelling of every property. @param values the current values that differ from the program's. */
const spelled = (
  values: (at: Property) => unknown = ({ subject, property }) =>
    subject.inputs[property],
): fc.Arbitrary<Spelling[]> =>
  fc.tuple(
    ...managed.map((at) =>
      meaningOf(at)
        .spell(at.wire, values(at) as never)
        .map((members) => ({ at, members })),
    ),
  );

test("every property of every kind has a meaning, or a reason for having none", () => {
  for (const [name, { fields }] of Object.entries(kinds)) {
    const { meanings, withoutMeaning } = kindsUnderTest[name as KindName];
    expect([...Object.keys(meanings), ...withoutMeaning].sort()).toEqual(
      Object.keys(fields).sort(),
    );
  }
});

test("other spellings of the current values are not drift", async () => {
  await fc.assert(
    fc.asyncProperty(spelled(), async (spellings) => {
      back();
      respell(spellings);
      const wrong = await wrongBesides([]);
      for (const { at, members } of spellings.filter(isAnother))
        drift.note(
          `${shown(at)} as ${JSON.stringify(members)}`,
          wrong.filter((line) => line.endsWith(shown(at))),
        );
      expect(wrong).toEqual([]);
    }),
    seeded(220, 8),
  );
});

test.each(someOf(managed, 24).map((at) => [shown(at), at] as const))(
  "%s shows alone when somebody changes it, and is repaired in one write",
  async (line, at) => {
    const [{ value } = { value: undefined }] = fc.sample(others(at), {
      seed,
      numRuns: 1,
    });
    edit(at, value);
    const wrong = [
      ...(await wrongBesides([line])),
      ...(await repaired(writesFor([at]))),
    ];
    drift.note(`${line} is ${JSON.stringify(value)}`, wrong);
    expect(wrong).toEqual([]);
  },
);

test("for any set of changed properties, exactly these are drift, in any spelling", async () => {
  const changes = fc
    .subarray([...managed], { minLength: 1 })
    .chain((set) => fc.tuple(...set.map(others)));
  const cases = changes.chain((set) =>
    spelled(
      (at) =>
        set.find((change) => change.at === at)?.value ??
        at.subject.inputs[at.property],
    ).map((spellings) => ({ set, spellings })),
  );
  await fc.assert(
    fc.asyncProperty(cases, async ({ set, spellings }) => {
      back();
      // Changes a name last, because the object is found by it.
      for (const { at, value } of [...set].sort(
        (a, b) =>
          Number(a.at.property === "name") - Number(b.at.property === "name"),
      ))
        edit(at, value);
      respell(spellings);
      const wrong = await wrongBesides(set.map(({ at }) => shown(at)));
      respell([]);
      if (wrong.length === 0)
        wrong.push(...(await repaired(writesFor(set.map(({ at }) => at)))));
      drift.note(set.map(({ at }) => shown(at)).join(), wrong);
      expect(wrong).toEqual([]);
    }),
    seeded(60, 3),
  );
});

/** Changes of whole objects. */
const fates: Readonly<Record<string, (subject: Subject) => void>> = {
  deleted: (subject) => subject.remove(world.simulator),
  "replaced under the same name": (subject) =>
    subject.remake?.(world.simulator),
};
// Microsoft's own objects cannot be deleted.
const mortals = everySubject
  .filter(({ existence }) => existence !== "once")
  .map(titleOf);

test.each(
  mortals.flatMap((name) => Object.keys(fates).map((fate) => [name, fate])),
)(
  "%s is gone, alone, when it was %s, and is there again",
  async (name, fate) => {
    const subject = subjects[name];
    if (!subject) throw new Error(`there is no ${name}`);
    fates[fate]?.(subject);
    const wrong = [
      ...differing(await stack.refresh(), [`${name}: gone`]),
      ...differing(await stack.preview(program), [`${name}: create`]),
    ];
    await stack.up(program);
    const left = [
      ...(await stack.preview(program)),
      ...(await stack.refresh()),
    ];
    emptyPreview.note(`${name} was ${fate}`, left);
    drift.note(`${name} was ${fate}`, [...wrong, ...left]);
    expect([...wrong, ...left]).toEqual([]);
  },
);

describe("a program with only required inputs", () => {
  const least: Wanted[] = Object.entries(subjects).map(
    ([name, { kind, least: inputs }]) => ({ name, kind, inputs }),
  );
  /** The properties that such a program implies. */
  const implied: Property[] = Object.entries(subjects).flatMap(
    ([resource, subject]) =>
      ownFields(subject)
        .filter(
          ([property, field]) => field.implied && !(property in subject.least),
        )
        .map(([property, { wire }]) => new Property(resource, property, wire)),
  );
  /** The properties that it does not manage. */
  const unmanaged: Property[] = managed.filter(({ subject, property }) => {
    const field = kindOf(subject).fields[property];
    return (
      !(property in subject.least) &&
      !field?.implied &&
      field?.default === undefined
    );
  });
  const wireOf = (at: Property): unknown =>
    encoded(
      at,
      at.subject.broken?.[at.property] ?? at.subject.inputs[at.property],
    );

  beforeAll(async () => {
    world.simulator.reset();
    prepare();
    stack = world.stack(gate.environment(world.environment));
    program = least;
    await stack.up(program);
    before = { state: stack.state, objects: world.simulator.snapshot() };
  });

  test.each(implied.map((at) => [shown(at), at] as const))(
    "%s, added by somebody, shows alone",
    async (line, at) => {
      at.subject.edit(world.simulator, at.wire, wireOf(at));
      const wrong = await wrongBesides([line]);
      drift.note(`${line} was added`, wrong);
      expect(wrong).toEqual([]);
    },
  );

  test("for any set of added conditions, exceptions and dates, exactly these are drift, and one write removes them", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.subarray([...implied], { minLength: 1 }),
        async (added) => {
          back();
          for (const at of added)
            at.subject.edit(world.simulator, at.wire, wireOf(at));
          const wrong = await wrongBesides(added.map(shown));
          if (wrong.length === 0)
            wrong.push(...(await repaired(writesFor(added))));
          drift.note(added.map(shown).join(), wrong);
          expect(wrong).toEqual([]);
        },
      ),
      seeded(25, 4),
    );
  });

  test("unmanaged properties and empty conditions are not drift", async () => {
    const nothing = fc.constantFrom<unknown>(null, [], "", undefined);
    const cases = fc.tuple(
      fc
        .subarray(
          // What a kind fills in by itself is managed.
          unmanaged.filter(
            ({ resource, property }) =>
              stack.resources.get(resource)?.kept?.inputs[property] ===
              undefined,
          ),
          { minLength: 1 },
        )
        .chain((set) => fc.tuple(...set.map(others))),
      fc.tuple(
        ...implied
          .filter(isCondition)
          .map((at) =>
            nothing.map((none) => ({ at, members: { [at.wire]: none } })),
          ),
      ),
    );
    await fc.assert(
      fc.asyncProperty(cases, async ([changed, none]) => {
        back();
        for (const { at, value } of changed) edit(at, value);
        respell(none);
        const wrong = await wrongBesides([]);
        drift.note("unmanaged", wrong);
        for (const { at, members } of none)
          drift.note(
            `${shown(at)} as ${JSON.stringify(members)}`,
            wrong.filter((line) => line.endsWith(shown(at))),
          );
        expect(wrong).toEqual([]);
      }),
      seeded(25, 4),
    );
  });
});

/** Whether it is a condition, an exception or a date, which may be empty. */
const isCondition = ({ subject, wire }: Property): boolean =>
  subject.kind === "TransportRule" || wire.startsWith("Rule:");
