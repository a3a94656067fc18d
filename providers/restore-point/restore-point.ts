import { randomBytes } from "node:crypto";

import deepEqual from "fast-deep-equal";

import { same } from "../../mail-flow/names";
import { UserError } from "../errors";
import { equal, stored, storedValue, type Values } from "../field";
import { reasonAgainstMail } from "../exposure-guard/guarded-mail";
import type { Handlers } from "../process/handlers";
import { isRecord, textOf, textsOf } from "../json";
import {
  valuesOf,
  type Failure,
  type Item,
  type Kind,
  type State,
} from "../kind";
import { show } from "../lifecycle/claim";
import {
  accountOf,
  tenantOrAccountOf,
  refuseAnotherTenant,
  tenantOf,
} from "../lifecycle/tenant-or-account";
import { checked } from "../lifecycle/check";
import { findByName } from "../lifecycle/find-object";
import { labelOf } from "../lifecycle/state";
import { objectOf, pickKnown } from "../object-key";
import { withFailureContext } from "../lifecycle/failure-context";
import { isMark, nameIn, otherOwners } from "../mark";
import { ownerIn, reasonsOfOwnership } from "./ownership";
import {
  keyOf,
  restorePointForm as form,
  restorePointInputs as inputNames,
  type RestoredObject,
} from "./restored-object";
import type { Operation, Session } from "../session/session";
import { isUnknown } from "../unknown";

/** Returns a unique id. It is part of the marks of the program's objects, so that objects of another state have other marks. */
const newId = (): string => `restore-point-${randomBytes(6).toString("hex")}`;

type Kinds = Readonly<Record<string, Kind>>;

/** Returns the handlers of the restore point. It has its own lifecycle: it writes nothing, but only reads and refuses. */
export function restorePoint(kinds: Kinds, session: () => Session): Handlers {
  return {
    check(_olds, news) {
      session().ledger.register(form, news);
      return Promise.resolve({ inputs: news, failures: wrong(kinds, news) });
    },

    diff(_id, olds, news) {
      const { configuration } = session();
      refuseAnotherTenant(form, olds, configuration);
      const complete = (object: RestoredObject) => {
        const kind = kinds[object.kind];
        return kind && object.wanted && checked(kind, object, configuration);
      };
      const same = sameAccount(olds, news) && sameProgram(olds, news, complete);
      return Promise.resolve(same ? { changes: false } : {});
    },

    create: (inputs) =>
      withFailureContext("Cannot take the restore point", async () => {
        const id = newId();
        const outs = await take(kinds, session(), id, inputs, {});
        return { id, outs: { ...inputs, ...outs } };
      }),

    // Sends no request for a restore point of the state: the previous values are not read again.
    read: (id, state) =>
      withFailureContext("Cannot read the restore point", async () => ({
        id,
        props:
          state["tenantId"] === undefined
            ? await emptyPoint(session(), id)
            : state,
        inputs: pickKnown(inputNames, state),
      })),

    update: (id, olds, news) =>
      withFailureContext("Cannot add to the restore point", async () => {
        const values = isRecord(olds["values"]) ? olds["values"] : {};
        // The previous values of domains in another account do not apply to this account.
        const before = sameAccount(olds, news)
          ? values
          : Object.fromEntries(
              Object.entries(values).filter(
                ([key]) =>
                  kinds[key.split("/", 1)[0] ?? ""]?.scopeId === "tenantId",
              ),
            );
        const state = { ...olds, ...pickKnown(["accountId"], news) };
        const outs = await take(kinds, session(), id, news, before, state);
        return { outs: { ...news, ...outs, ...pickKnown(["takenAt"], olds) } };
      }),

    // Sends no request if the destroy has deleted every object.
    delete: (id, state) =>
      withFailureContext("Cannot remove the restore point", () =>
        sayWhatRemains(kinds, session(), id, state),
      ),
  };
}

/**
 * Returns the outputs of a restore point that is imported together with its objects. It has no values: each imported object has its own
 * previous values.
 */
async function emptyPoint(session: Session, id: string): Promise<State> {
  if (!/^restore-point-[0-9a-f]{12}$/.test(id))
    throw new UserError(
      `"${id}" is not the id of a restore point. Give restore-point- with twelve hexadecimal digits of your choice, such as ${newId()}`,
    );
  const accountId = accountOf(session, {});
  return {
    values: {},
    takenAt: new Date().toISOString(),
    tenantId: await tenantOf(session.begin(accountId)),
    ...(accountId && { accountId }),
  };
}

/**
 * Warns of objects that differ from their previous values, among those that this process has not deleted. If a process was killed,
 * the engine may not have recorded its writes, and a destroy without another `up` does not undo them. After the deletion of the
 * restore point, the previous values are stored nowhere.
 */
async function sayWhatRemains(
  kinds: Kinds,
  session: Session,
  id: string,
  state: State,
): Promise<void> {
  const { values } = state;
  // Another restore point of the program has these values.
  if (!isRecord(values) || session.ledger.isRegistered(form, state)) return;
  const passedBy = objectsOf(state).flatMap((object) => {
    const kind = kinds[object.kind];
    return kind &&
      !session.ledger.hasDeleted(objectOf(kind, state, object.name))
      ? [{ kind, object }]
      : [];
  });
  const operation = session.begin(textOf(state["accountId"]));
  await Promise.all(
    passedBy.map(async ({ kind, object }) => {
      await tenantOrAccountOf(kind, operation, state);
      const item = await lookUp(kinds, operation, object);
      const first = values[keyOf(object)];
      // Somebody else has created it since.
      if (first === null && ownerIn(item, object, id) in otherOwners) return;
      const now = item ? valuesOf(kind, item) : null;
      const differs = difference(kind, first, now);
      if (differs !== undefined)
        operation.warn(
          `${labelOf(kind, object.name)}: ${differs}. This stack did not know of that, as after an up that was interrupted; set it right by hand`,
        );
    }),
  );
}

/** Describes how an object differs from its previous values, if it does. Lists are given in full: they are stored nowhere else. */
function difference(
  kind: Kind,
  first: unknown,
  now: Values | null,
): string | undefined {
  if (first === null) return now ? "was not there first, is now" : undefined;
  if (!isRecord(first)) return undefined;
  if (!now) return "was there first, is no more";
  const changed = Object.entries(kind.fields).flatMap(([property, field]) => {
    const was = storedValue(first as Values, property, field);
    const is = now[property];
    if (
      field.derived ||
      was === undefined ||
      is === undefined ||
      equal(field, is, was)
    )
      return [];
    const whole = Array.isArray(was) ? was.map(String).join(", ") : "";
    return [`${property} was first ${whole || show(was)}, is ${show(is)}`];
  });
  return changed.length > 0 ? changed.join("; ") : undefined;
}

/**
 * Reads the previous values of new objects, in parallel, with one list per kind. Checks the program before it is carried out.
 *
 * @param state the stored restore point: nothing is added to it with the credentials of another tenant.
 */
async function take(
  kinds: Kinds,
  session: Session,
  id: string,
  inputs: State,
  before: State,
  state?: State,
) {
  const objects = objectsOf(inputs);
  const fresh = objects.filter((object) => !(keyOf(object) in before));
  const account = accountOf(session, inputs);
  const operation = session.begin(account);
  const tenantId = await tenantOf(operation, state);
  const items = await Promise.all(
    fresh.map((object) => lookUp(kinds, operation, object)),
  );
  const reasons = [
    ...heldElsewhere(session, objects),
    ...(await reasonsOfOwnership(operation, id, fresh, items)),
    ...fresh.flatMap((object, index) =>
      reasonsOfLoss(kinds[object.kind], object, items[index]),
    ),
  ];
  const values: Record<string, unknown> = Object.fromEntries(
    objects.map((object) => [keyOf(object), before[keyOf(object)]]),
  );
  for (const [index, object] of fresh.entries()) {
    const kind = kinds[object.kind];
    const item = items[index];
    values[keyOf(object)] =
      kind && item ? stored(kind, valuesOf(kind, item)) : null;
  }
  if (reasons.length === 0) {
    const { reasonAgainstProgram } =
      await import("../exposure-guard/program-guard.js");
    const reason = await reasonAgainstProgram(operation, {
      kinds,
      inputs,
      objects,
      before: objectsOf(state ?? {}),
      values: { ...before, ...values },
    });
    if (reason !== undefined) reasons.push(reason);
  }
  if (reasons.length > 0)
    throw new UserError(
      `Cannot begin, and nothing was written: ${reasons.join("; ").replace(/\.$/, "")}.`,
    );
  return {
    values,
    takenAt: new Date().toISOString(),
    tenantId,
    ...(account && { accountId: account }),
  };
}

/** Returns the reason why an existing object is not adopted: the program would take entries out of a list without saying so. */
function reasonsOfLoss(
  kind: Kind | undefined,
  { name, keeps, wanted }: RestoredObject,
  item: Item | undefined,
): string[] {
  if (!kind || !item || !keeps) return [];
  const { property, input } = keeps;
  const left = textsOf(wanted?.[property]);
  const lost = textsOf(valuesOf(kind, item)[property]).filter(
    (entry) => !left.some((one) => same(one, entry)),
  );
  return lost.length === 0
    ? []
    : [
        `the ${kind.noun} "${name}" has ${lost.join(", ")} in ${property}, which this program would take out. Set ${input} to all entries that it is to have`,
      ];
}

async function lookUp(
  kinds: Kinds,
  operation: Operation,
  { kind: kindName, name }: RestoredObject,
): Promise<Item | undefined> {
  const kind = kinds[kindName];
  return kind && findByName(kind, await kind.list(operation, name), name);
}

function wrong(kinds: Kinds, news: State): Failure[] {
  const failures: Failure[] = Object.keys(news)
    .filter(
      (key) => ![...inputNames, "__provider"].some((name) => name === key),
    )
    .map((property) => ({
      property,
      reason: `is not a property of this resource, which has ${inputNames.join(", ")}`,
    }));
  const { guardedMail } = news;
  if (guardedMail !== undefined && !isUnknown(guardedMail)) {
    const reason = reasonAgainstMail(guardedMail);
    if (reason) failures.push({ property: "guardedMail", reason });
  }
  if (isUnknown(news["objects"])) return failures;
  // Without a property: otherwise the engine prints the property's whole value before the reason, here the complete program.
  const refuse = (reason: string): void =>
    void failures.push({ property: "", reason });
  const objects = objectsOf(news);
  // An imported restore point has no objects yet.
  if (objects.length === 0 && Object.keys(news).length > 0)
    refuse("objects must be a list of {kind, name}, and not empty");
  const seen = new Set<string>();
  for (const object of objects) {
    const key = keyOf(object).toLowerCase();
    if (!kinds[object.kind])
      refuse(
        `objects has the kind ${object.kind}; there are ${Object.keys(kinds).join(", ")}`,
      );
    if (seen.has(key))
      refuse(
        object.kind === "QuarantinePolicy"
          ? `the quarantine policy "${object.name}" is there twice: userQuarantineName and adminQuarantineName must differ, or Malicious would be released by its recipient`
          : `objects has ${keyOf(object)} twice`,
      );
    seen.add(key);
  }
  return failures;
}

/** Returns a reason if another restore point of this program has one of the objects: a tenant can have only one use case. */
function heldElsewhere(
  { ledger }: Session,
  objects: readonly RestoredObject[],
): string[] {
  for (const object of objects) {
    if (!isMark(object.mark)) continue;
    const key = keyOf(object).toLowerCase();
    const other = ledger.hold(key, nameIn(object.mark));
    if (other !== undefined)
      return [`${other} holds ${key} already, and a tenant has one use case`];
  }
  return [];
}

const objectsOf = (inputs: State): RestoredObject[] =>
  (Array.isArray(inputs["objects"]) ? inputs["objects"] : []).filter(
    (object): object is RestoredObject =>
      isRecord(object) &&
      typeof object["kind"] === "string" &&
      typeof object["name"] === "string",
  );

/** Returns whether two programs have the same objects with equivalent properties. Order, marks and spelling are ignored. */
function sameProgram(
  olds: State,
  news: State,
  complete: (object: RestoredObject) => State | undefined,
): boolean {
  if (
    isUnknown(news["objects"]) ||
    isUnknown(news["guardedMail"]) ||
    !deepEqual(olds["guardedMail"], news["guardedMail"]) ||
    (olds["allowExposure"] ?? false) !== (news["allowExposure"] ?? false)
  )
    return false;
  const before = new Map(
    objectsOf(olds).map((object) => [keyOf(object), object]),
  );
  const after = objectsOf(news);
  return (
    before.size === after.length &&
    after.every((object) => {
      const earlier = before.get(keyOf(object));
      return (
        earlier !== undefined &&
        (deepEqual(earlier.wanted, object.wanted) ||
          deepEqual(complete(earlier), complete(object)))
      );
    })
  );
}

/** Returns whether the account is unchanged. A missing input means the configured one; `tenantOrAccountOf` compares it with the state. */
const sameAccount = (olds: State, news: State): boolean =>
  news["accountId"] === undefined || news["accountId"] === olds["accountId"];
