import { withChanges, type ObjectChange } from "../../mail-flow/overlay";
import { harmsOf, type Harm, type HarmOptions } from "../../mail-flow/exposure";
import { generationOf } from "../../mail-flow/message";
import type { Snapshot } from "../../mail-flow/snapshot";
import {
  guardedMailIn,
  harmsOfChanges,
  inWords,
  confirmedByFreshRead,
  refused,
  remedies,
} from "./exposure-guard";
import type { Value } from "../codecs";
import { equal, storedValue, type Values } from "../field";
import { isRecord, textOf } from "../json";
import { valuesOf, type Item, type Kind, type State } from "../kind";
import { checked } from "../lifecycle/check";
import { differences, wantedOf } from "../lifecycle/claim";
import { findByName } from "../lifecycle/find-object";
import { replacedIn, resolved } from "../lifecycle/list-views";
import { restorable } from "../lifecycle/requirements";
import { inputsOf, pick } from "../lifecycle/state";
import { keyOf, type RestoredObject } from "../restore-point/restored-object";
import { isRefusal } from "../snapshot/access";
import type { Operation } from "../session/session";
import type { Listing } from "../session/shared-list";

/** A program as its restore point describes it. */
export interface JudgedProgram {
  readonly kinds: Readonly<Record<string, Kind>>;
  /** The restore point's inputs: they contain the guarded mail and whether it may be exposed. */
  readonly inputs: State;
  /** The objects, in the order of their writes. */
  readonly objects: readonly RestoredObject[];
  /** The program's objects when it was last checked; empty for a new program. */
  readonly before: readonly RestoredObject[];
  /** Previous values by `kind/name`; null for an object that did not exist. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** The harms of a program, and the write that causes them. */
interface Harmful {
  readonly harms: readonly Harm[];
  readonly change?: ObjectChange | undefined;
}

/** One write of a program, or a group of writes that do not influence each other. */
interface Step {
  readonly changes: readonly ObjectChange[];
  readonly options?: HarmOptions;
}

/**
 * Checks a program before anything is written: its writes one after the other, in their order, and then those of a destroy.
 *
 * @returns the reason why it is refused, with what to do; undefined if it is allowed.
 */
export async function reasonAgainstProgram(
  operation: Operation,
  program: JudgedProgram,
): Promise<string | undefined> {
  const { live, found } = await confirmedByFreshRead(
    operation,
    (live) => harmsOfProgram(operation, program, live),
    (harmful) => harmful === undefined,
  );
  if (!found) return undefined;
  const { harms, change } = found;
  return `${inWords(harms)}. ${remedies(harms, live, change)}`;
}

async function harmsOfProgram(
  operation: Operation,
  program: JudgedProgram,
  live: Snapshot,
): Promise<Harmful | undefined> {
  const guarded = guardedMailIn(program.inputs);
  let now = live;
  for (const { changes, options } of await stepsOf(operation, program)) {
    // Only harms that are not allowed: for allowed ones, the write itself warns.
    const harms = refused(
      program.inputs,
      harmsOfChanges(now, changes, guarded, options),
    );
    // The program is refused, so the later writes need no check.
    if (harms.length > 0) return { harms, change: changes[0] };
    now = withChanges(now, changes);
  }
  return harmsOfDestroy(operation, program, now);
}

/** Returns the writes of an `up` in their order: first the objects of the program, then those that it no longer has. */
async function stepsOf(
  operation: Operation,
  program: JudgedProgram,
): Promise<Step[]> {
  const { kinds, objects, before } = program;
  const steps: Step[] = [];
  let domains: ObjectChange[] | undefined;
  // In parallel, so that the MX hosts of many domains are read from Microsoft Graph in one batch.
  const changes = await Promise.all(
    objects.map((object) => changeOf(operation, program, object)),
  );
  for (const change of changes) {
    if (!change) continue;
    // A domain does not influence the mail of another domain, so domains that follow each other are one step.
    if (kinds[change.kind]?.scopeId !== "accountId") {
      domains = undefined;
      steps.push({ changes: [change] });
    } else if (domains) domains.push(change);
    else steps.push({ changes: (domains = [change]) });
  }
  const kept = new Set(objects.map(keyOf));
  for (const object of [...before].reverse()) {
    if (kept.has(keyOf(object))) continue;
    const left = leaving(operation, program, object);
    const givenUp = generationOf(
      textOf(object.wanted?.["headerContainsMessageHeader"]),
    );
    if (left) steps.push({ changes: [left.change], options: { givenUp } });
  }
  return steps;
}

/**
 * Returns the expected values of properties that the program omits, such as the host to which a domain's mail is forwarded. Returns
 * none if the vendor refuses to return them: the resource itself then uses the last known values.
 */
async function expectedOf(
  kind: Kind,
  operation: Operation,
  inputs: State,
  listing: Listing<Item>,
): Promise<Values> {
  try {
    return (await kind.expect?.(operation, inputs, listing)) ?? {};
  } catch (error) {
    if (isRefusal(error)) return {};
    throw error;
  }
}

/** Returns the change that the program will make to an object; undefined if it does not influence where mail goes. */
async function changeOf(
  operation: Operation,
  { kinds, before, values: firstSeen }: JudgedProgram,
  object: RestoredObject,
): Promise<ObjectChange | undefined> {
  const { name } = object;
  const kind = kinds[object.kind];
  if (!kind?.decides || !object.wanted) return undefined;
  const listing = await kind.list(operation, name);
  const item = findByName(kind, listing, name);
  const wanted = completed(operation, kind, object);
  const expected = await expectedOf(kind, operation, wanted, listing);
  if (!item) return { kind: kind.name, name, values: wanted };
  const key = keyOf(object);
  const earlier = before.find((other) => keyOf(other) === key);
  const live = valuesOf(kind, item);
  const changed = differences(kind, live, wanted, expected, "ours");
  const values = resolved(
    kind,
    live,
    {
      ...pick(changed, (property) =>
        wantedOf(kind, property, live, wanted, expected),
      ),
      ...takenOut(
        kind,
        earlier ? completed(operation, kind, earlier) : {},
        wanted,
        live,
        firstSeen[key],
      ),
    },
    replacedIn(
      earlier ? completed(operation, kind, earlier) : {},
      isRecord(firstSeen[key]) ? (firstSeen[key] as Values) : undefined,
    ),
  );
  return Object.keys(values).some((property) => kind.decides?.(property))
    ? { kind: kind.name, name, values }
    : undefined;
}

/** Returns the previous values of properties that were removed from the program. */
const takenOut = (
  kind: Kind,
  earlier: Values,
  wanted: Values,
  live: Values,
  first: unknown,
): Values =>
  Object.fromEntries(
    Object.keys(earlier).flatMap((property) => {
      const field = kind.fields[property];
      if (field?.view) return property in wanted ? [] : [[property, null]];
      const value = isRecord(first)
        ? storedValue(first as Values, property, field)
        : undefined;
      const now = live[property];
      return property in wanted ||
        !field ||
        field.implied ||
        value === undefined ||
        (now !== undefined && equal(field, now, value))
        ? []
        : [[property, value]];
    }),
  );

/** Returns the inputs of a resource, with defaults. */
const completed = (
  { session: { configuration } }: Operation,
  kind: Kind,
  object: RestoredObject,
): Values => inputsOf(kind, checked(kind, object, configuration));

/** The effect on an object when its resource is deleted. */
interface Leaving {
  /** Removal of a created object, or restore of an adopted object's previous values, as far as its other settings allow it. */
  readonly change: ObjectChange;
  /** The object as it was before the stack. */
  readonly first: ObjectChange;
}

function leaving(
  operation: Operation,
  { kinds, values: firstSeen }: JudgedProgram,
  object: RestoredObject,
): Leaving | undefined {
  const { kind: kindName, name } = object;
  const kind = kinds[kindName];
  const seen = firstSeen[keyOf({ kind: kindName, name })];
  if (!kind?.decides || seen === undefined) return undefined;
  if (!isRecord(seen)) {
    const change = { kind: kindName, name };
    return kind.decides(undefined) ? { change, first: change } : undefined;
  }
  const inputs = completed(operation, kind, object);
  // Of a list that is managed in part, what others change meanwhile is not known before.
  const managed = Object.fromEntries(
    Object.entries(inputs).map(([property, value]) => [
      kind.fields[property]?.view?.of ?? property,
      value,
    ]),
  );
  const first = Object.entries(kind.fields).flatMap(
    ([property, field]): [string, Value][] => {
      const { implied } = field;
      const value = storedValue(seen as Values, property, field);
      // Null, for example, for a domain without a host to forward mail to, or a rule without a condition.
      if (implied) return [[property, value ?? null]];
      return value !== undefined && property in managed
        ? [[property, value]]
        : [];
    },
  );
  const restored = restorable(
    kind,
    { ...(seen as Values), ...managed },
    Object.fromEntries(
      first.filter(
        ([property, value]) =>
          (property in seen ||
            (kind.fields[property]?.sparse && property in managed)) &&
          !(kind.scopeId === "accountId" && value === null),
      ),
    ),
  );
  return {
    change: { kind: kindName, name, values: restored, restores: true },
    first: { kind: kindName, name, values: Object.fromEntries(first) },
  };
}

/** Returns harms during a destroy: mail that would get nearer to its recipient than it was before the stack. */
function harmsOfDestroy(
  operation: Operation,
  program: JudgedProgram,
  before: Snapshot,
): Harmful | undefined {
  const { objects, inputs } = program;
  const guarded = guardedMailIn(inputs);
  const leave = [...objects]
    .reverse()
    .flatMap((object) => leaving(operation, program, object) ?? []);
  const allowed = withChanges(
    before,
    leave.map(({ first }) => first),
  );
  let now = before;
  for (const { change } of leave) {
    const next = withChanges(now, [change]);
    const harms = refused(
      inputs,
      harmsOf(now, next, guarded, { allowed }).filter(
        ({ kind }) => kind === "exposed",
      ),
    );
    if (harms.length > 0) return { harms };
    now = next;
  }
  return undefined;
}
