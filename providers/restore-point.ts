import {
  ownersOf,
  refuseDelivery,
  refuseForeign,
} from "./restore-point-refusals";
import { equal, valueIn, type Values } from "./field";
import type { Handlers } from "./handlers";
import { isRecord } from "./json";
import {
  valuesOf,
  type Failure,
  type Item,
  type Kind,
  type State,
} from "./kind";
import { show } from "./lifecycle/claim";
import { homeOf } from "./lifecycle/home";
import { named } from "./lifecycle/locate";
import { labelOf, objectOf, pickKnown, text } from "./lifecycle/state";
import { trying } from "./lifecycle/trying";
import { dropsMalicious, keyOf, type RestoredObject } from "./restored-object";
import type { Operation, Session } from "./session";
import { isUnknown } from "./unknown";

const id = "restore-point";

type Kinds = Readonly<Record<string, Kind>>;

/** The handlers of a kind with a life of its own: it only reads, and refuses. */
export function restorePoint(kinds: Kinds, session: () => Session): Handlers {
  return {
    check(_olds, news) {
      tellWhatIsWanted(session(), news);
      return Promise.resolve({
        inputs: news,
        failures: [...wrong(kinds, news), ...claimedTwice(news, session())],
      });
    },

    diff: (_id, olds, news) =>
      Promise.resolve(
        sameObjects(olds, news) && sameAccount(olds, news)
          ? { changes: false }
          : {},
      ),

    create: (inputs) =>
      trying("Cannot take the restore point", async () => {
        const outs = await take(kinds, session(), inputs, {});
        return { id, outs: { ...inputs, ...outs } };
      }),

    // Costs no request: what was is not read again.
    read: (_id, state) =>
      Promise.resolve({
        id,
        props: state,
        inputs: pickKnown(["objects", "accountId"], (name) => state[name]),
      }),

    update: (_id, olds, news) =>
      trying("Cannot add to the restore point", async () => {
        const values = isRecord(olds["values"]) ? olds["values"] : {};
        // What domains were in another account says nothing of this one.
        const before = sameAccount(olds, news)
          ? values
          : Object.fromEntries(
              Object.entries(values).filter(
                ([key]) =>
                  kinds[key.split("/", 1)[0] ?? ""]?.home === "tenantId",
              ),
            );
        const state = {
          ...olds,
          ...pickKnown(["accountId"], (name) => news[name]),
        };
        const outs = await take(kinds, session(), news, before, state);
        return {
          outs: {
            ...news,
            ...outs,
            ...pickKnown(["takenAt"], (name) => olds[name]),
          },
        };
      }),

    // Costs no request where the destroy has come by everything.
    delete: (_id, state) =>
      trying("Cannot remove the restore point", () =>
        sayWhatRemains(kinds, session(), state),
      ),
  };
}

/** Tells those who write what a program wants of mail, so that they refuse what would let it out. */
function tellWhatIsWanted(session: Session, news: State): void {
  for (const object of objectsOf(news)) {
    const name = object.name.toLowerCase();
    if (object.recipientsRelease) session.onlyForSpam.add(name);
    if (object.kind === "Area1Domain" && !object.dropsMalicious)
      session.deliveries.set(name, (operation) =>
        refuseDelivery(operation, name),
      );
  }
}

/**
 * Says which objects are not what they were first, of those that no delete of this process was for. The engine knows nothing of
 * what a killed process wrote, so that a destroy without another `up` passes it by; without the restore point nobody knows any more
 * what was there first.
 */
async function sayWhatRemains(
  kinds: Kinds,
  session: Session,
  state: State,
): Promise<void> {
  const { values } = state;
  if (!isRecord(values)) return;
  const passedBy = objectsOf(state).flatMap((object) => {
    const kind = kinds[object.kind];
    return kind && !session.parted.has(objectOf(kind, state, object.name))
      ? [{ kind, object }]
      : [];
  });
  const operation = session.begin(text(state["accountId"]));
  await Promise.all(
    passedBy.map(async ({ kind, object }) => {
      await homeOf(kind, operation, state);
      const item = await lookUp(kinds, operation, object);
      const now = item ? valuesOf(kind, item) : null;
      const differs = difference(kind, values[keyOf(object)], now);
      if (differs !== undefined)
        operation.warn(
          `${labelOf(kind, object.name)}: ${differs}. This stack did not know of that, as after an up that was interrupted; set it right by hand`,
        );
    }),
  );
}

/** How an object is not what it was first, if it is not. What was there is told in full: it stands nowhere else any more. */
function difference(
  kind: Kind,
  first: unknown,
  now: Values | null,
): string | undefined {
  if (first === null) return now ? "was not there first, is now" : undefined;
  if (!isRecord(first)) return undefined;
  if (!now) return "was there first, is no more";
  const changed = Object.entries(kind.fields).flatMap(([property, field]) => {
    const [was, is] = [first as Values, now].map((values) =>
      valueIn(values, property, field),
    );
    if (was === undefined || is === undefined || equal(field, is, was))
      return [];
    const whole = Array.isArray(was) ? was.map(String).join(", ") : "";
    return [`${property} was first ${whole || show(was)}, is ${show(is)}`];
  });
  return changed.length > 0 ? changed.join("; ") : undefined;
}

/**
 * Reads what is new, one list per kind, side by side.
 *
 * @param state what was taken before: with the credentials of another tenant or account nothing is added to it.
 */
async function take(
  kinds: Kinds,
  session: Session,
  inputs: State,
  before: State,
  state?: State,
) {
  const objects = objectsOf(inputs);
  const fresh = objects.filter((object) => !(keyOf(object) in before));
  const account =
    typeof inputs["accountId"] === "string"
      ? inputs["accountId"]
      : (session.configuration.cloudflareAccountId ?? "");
  const operation = session.begin(account);
  const tenantId = await homeOf({ home: "tenantId" }, operation, state);
  if (account) await homeOf({ home: "accountId" }, operation, state);
  const items = await Promise.all(
    fresh.map((object) => lookUp(kinds, operation, object)),
  );
  const beginning = beginningToDeliver(objects, state);
  await refuseForeign(operation, fresh, items, {
    released: newlyReleased(objects, state),
    delivered: await droppingToday(kinds, operation, beginning),
    firstOfDefault: before["AntiSpamPolicy/Default"],
  });
  const values: Record<string, unknown> = Object.fromEntries(
    objects.map((object) => [keyOf(object), before[keyOf(object)]]),
  );
  for (const [index, object] of fresh.entries())
    values[keyOf(object)] = valuesIn(kinds, object, items[index]);
  return {
    values,
    takenAt: new Date().toISOString(),
    tenantId,
    ...(account && { accountId: account }),
  };
}

/** The quarantine policies that recipients are to release from, and were not before. */
function newlyReleased(
  objects: readonly RestoredObject[],
  state: State | undefined,
): string[] {
  const before = state ? objectsOf(state) : [];
  return objects
    .filter(
      ({ kind, name, recipientsRelease }) =>
        recipientsRelease &&
        !before.some(
          (old) =>
            old.kind === kind && old.name === name && old.recipientsRelease,
        ),
    )
    .map(({ name }) => name);
}

/** The domains that are to deliver Malicious, and were not before as far as the restore point knows. */
function beginningToDeliver(
  objects: readonly RestoredObject[],
  state: State | undefined,
): RestoredObject[] {
  const before = state ? objectsOf(state) : [];
  return objects.filter(
    ({ kind, name, dropsMalicious }) =>
      kind === "Area1Domain" &&
      !dropsMalicious &&
      !before.some(
        (old) => old.kind === kind && old.name === name && !old.dropsMalicious,
      ),
  );
}

/** Those of the domains for which Cloudflare drops Malicious now. */
async function droppingToday(
  kinds: Kinds,
  operation: Operation,
  domains: readonly RestoredObject[],
): Promise<string[]> {
  const found = await Promise.all(
    domains.map(async (object) => {
      const item = await lookUp(kinds, operation, object);
      const dropped = valuesIn(kinds, object, item)?.["dropDispositions"];
      return dropsMalicious(dropped) ? [object.name] : [];
    }),
  );
  return found.flat();
}

async function lookUp(
  kinds: Kinds,
  operation: Operation,
  { kind: kindName, name }: RestoredObject,
): Promise<Item | undefined> {
  const kind = kinds[kindName];
  if (!kind) return undefined;
  return named(kind, await kind.list(operation, name), name);
}

function valuesIn(
  kinds: Kinds,
  object: RestoredObject,
  item: Item | undefined,
): Values | null {
  const kind = kinds[object.kind];
  return kind && item ? valuesOf(kind, item) : null;
}

function wrong(kinds: Kinds, news: State): Failure[] {
  const failures: Failure[] = Object.keys(news)
    .filter((key) => !["objects", "accountId", "__provider"].includes(key))
    .map((property) => ({
      property,
      reason:
        "is not a property of this resource, which has objects, accountId",
    }));
  if (isUnknown(news["objects"])) return failures;
  if (!Array.isArray(news["objects"]) || objectsOf(news).length === 0)
    return [
      ...failures,
      {
        property: "objects",
        reason: "must be a list of {kind, name}, and not empty",
      },
    ];
  const seen = new Set<string>();
  for (const object of objectsOf(news)) {
    const key = keyOf(object).toLowerCase();
    if (!kinds[object.kind])
      failures.push({
        property: "objects",
        reason: `has the kind ${object.kind}; there are ${Object.keys(kinds).join(", ")}`,
      });
    if (seen.has(key))
      failures.push({
        property: "objects",
        reason:
          object.kind === "QuarantinePolicy"
            ? `has the quarantine policy "${object.name}" twice: userQuarantineName and adminQuarantineName must differ, or Malicious would be released by its recipient`
            : `has ${keyOf(object)} twice`,
      });
    seen.add(key);
  }
  return failures;
}

/** Two restore points for one object are two programs for one tenant, in one program. */
function claimedTwice(news: State, session: Session): Failure[] {
  if (isUnknown(news["objects"])) return [];
  const failures: Failure[] = [];
  for (const { key, owner } of ownersOf(objectsOf(news))) {
    const other = session.claimed.get(key);
    if (other !== undefined && other !== owner)
      failures.push({
        property: "objects",
        reason: `has ${key}, which ${other} holds already: there is one UseCase4 for a tenant`,
      });
    else session.claimed.set(key, owner);
  }
  return failures.slice(0, 1);
}

const objectsOf = (inputs: State): RestoredObject[] =>
  (Array.isArray(inputs["objects"]) ? inputs["objects"] : []).filter(
    (object): object is RestoredObject =>
      isRecord(object) &&
      typeof object["kind"] === "string" &&
      typeof object["name"] === "string",
  );

function sameObjects(olds: State, news: State): boolean {
  if (isUnknown(news["objects"])) return false;
  const keys = (state: State): string =>
    objectsOf(state)
      .map(
        (object) =>
          keyOf(object) +
          (object.recipientsRelease ? " released" : "") +
          (object.dropsMalicious ? " drops" : ""),
      )
      .sort()
      .join("\n");
  return keys(olds) === keys(news);
}

/** A restore point that was given no account has that of the configuration, which `homeOf` holds to the state's. */
const sameAccount = (olds: State, news: State): boolean =>
  news["accountId"] === undefined || news["accountId"] === olds["accountId"];
