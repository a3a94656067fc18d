import { claim, differences, wantedOf, type Slice } from "./claim";
import type { Value } from "./codecs";
import {
  isFault,
  PartialFailure,
  reasonOf,
  sentence,
  UserError,
  VendorError,
} from "./errors";
import { equal, type Values } from "./field";
import type { Handlers } from "./handlers";
import { isRecord } from "./json";
import {
  valuesOf,
  type Failure,
  type Identity,
  type Item,
  type Kind,
  type State,
} from "./kind";
import { isMark } from "./mark";
import type { Operation, Session } from "./session";
import type { Listing } from "./shared-list";

/** What stands for a value that a preview does not know yet. */
const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** True when a value, at any depth, is not known yet. */
export const isUnknown = (value: unknown): boolean =>
  value === unknownValue ||
  (Array.isArray(value) && value.some(isUnknown)) ||
  (isRecord(value) && Object.values(value).some(isUnknown));

/** The longest that a write is waited for to show in a read: after that its own success is trusted, with a warning. */
const longestSettling = 60_000;

/** The handlers of a kind: the same for all kinds. */
export function lifecycle(kind: Kind, session: () => Session): Handlers {
  return {
    check: (olds, news) => Promise.resolve(check(kind, olds, news, session)),
    diff: (id, olds, news) =>
      Promise.resolve(diff(kind, session(), id, olds, news)),
    create: (inputs) => create(kind, session(), inputs),
    read: (id, state) => read(kind, session(), id, state),
    update: (id, olds, news) => update(kind, session(), id, olds, news),
    delete: (id, state) => remove(kind, session(), id, state),
  };
}

// --- check and diff: no vendor is asked -----------------------------------------------------------------------------------

function check(kind: Kind, olds: State, news: State, session: () => Session) {
  const failures: Failure[] = [];
  const inputs: Record<string, unknown> = {};
  for (const [property, value] of Object.entries(news)) {
    const field = kind.fields[property];
    if (value === null || value === undefined) continue;
    if (field && !field.foreign) {
      const reason = isUnknown(value) ? undefined : field.codec.refuse(value);
      if (reason) failures.push({ property, reason });
      inputs[property] =
        reason || isUnknown(value)
          ? value
          : field.codec.normalize(value as Value);
    } else if (kind.settings.some((setting) => setting === property)) {
      if (typeof value !== "boolean" && !isUnknown(value))
        failures.push({ property, reason: "must be true or false" });
      inputs[property] = value;
    } else if (property === "restorePoint" || property === "__provider") {
      inputs[property] = value;
    } else {
      failures.push({ property, reason: unknownProperty(kind, property) });
    }
  }
  for (const [property, field] of Object.entries(kind.fields)) {
    if (inputs[property] !== undefined) continue;
    if (field.default !== undefined) inputs[property] = field.default;
    else if (field.required)
      failures.push({ property, reason: "must be given" });
  }
  const completed =
    kind.complete?.(olds, inputs, () => session().configuration) ?? inputs;
  if (isFailure(completed)) failures.push(completed);
  else if (failures.length === 0)
    failures.push(...(kind.refuse?.(given(kind, completed)) ?? []));
  // A configuration that contradicts itself is found now, not in the middle of an update.
  session();
  return { inputs: isFailure(completed) ? inputs : completed, failures };
}

const isFailure = (value: State | Failure): value is Failure =>
  typeof value["reason"] === "string" && typeof value["property"] === "string";

function unknownProperty(kind: Kind, property: string): string {
  const names = [
    ...Object.keys(kind.fields).filter((name) => !kind.fields[name]?.foreign),
    ...kind.settings,
  ];
  const close = names.find(
    (name) => name.toLowerCase() === property.toLowerCase(),
  );
  return close
    ? `is not a property; write ${close}`
    : `is not a property of this resource, which has ${names.join(", ")}`;
}

function diff(
  kind: Kind,
  session: Session,
  id: string,
  olds: State,
  news: State,
) {
  const changed = changedProperties(kind, olds, news);
  const replaces = changed.filter(
    (property) => kind.fields[property]?.replaces,
  );
  (replaces.length > 0 ? session.replaced : session.living).add(
    keyOf(kind, id),
  );
  if (pendingOf(olds).length > 0) return { changes: true, replaces };
  // Left out where something differs: then the engine compares old and new inputs itself and shows them one by one.
  return changed.length > 0 ? { replaces } : { changes: false };
}

/** The inputs that mean something else than what is in state. */
function changedProperties(kind: Kind, olds: State, news: State): string[] {
  const names = new Set([
    ...Object.keys(kind.fields),
    ...kind.settings.filter((setting) => setting !== "adopt"),
  ]);
  return [...names].filter((name) => {
    const field = kind.fields[name];
    const before = olds[name];
    const after = news[name];
    if (before === undefined && after === undefined) return false;
    if (isUnknown(after)) return true;
    if (!field) return (before ?? false) !== (after ?? false);
    if (field.onlyWhenMade) return false;
    if (isDefaultMark(kind, name, olds) && isMark(after)) return false;
    if (before === undefined || after === undefined) return true;
    return !equal(field, before as Value, after as Value);
  });
}

/** On an adopted object a default mark is neither compared nor written. */
const isDefaultMark = (kind: Kind, property: string, state: State): boolean =>
  property === kind.markField &&
  state["adopted"] === true &&
  isMark(state[property]);

// --- create ---------------------------------------------------------------------------------------------------------------

async function create(kind: Kind, session: Session, inputs: State) {
  const operation = session.begin(text(inputs["accountId"]));
  const name = nameOf(kind, inputs);
  return trying(`Cannot create ${kind.noun} "${name}"`, async () => {
    const home = await homeOf(kind, operation);
    const wanted = given(kind, inputs);
    const slice = inputs["restorePoint"] as Slice;
    let listing = await kind.list(operation, name);
    const expected = (await kind.expect?.(operation, inputs, listing)) ?? {};
    let item = named(kind, listing, name);
    let made = false;
    if (!item) {
      const complete = { ...wanted };
      for (const [property, { implied }] of Object.entries(kind.fields)) {
        const wish = expected[property];
        if (implied && wish !== undefined && wanted[property] === undefined)
          complete[property] = implied.remedy(null, wish);
      }
      ({ listing, made } = await make(
        kind,
        operation,
        name,
        complete,
        listing,
      ).catch(async (error: unknown) => {
        throw await halfMade(kind, operation, name, error, inputs, home);
      }));
      item = named(kind, listing, name);
      if (!item)
        throw new UserError(
          `it was made, but does not show in the list within ${operation.patience.total / 1000} s. Run pulumi up again: it will be found`,
        );
    }
    const live = valuesOf(kind, item);
    const adopted =
      !made &&
      claim(kind, name, live, wanted, expected, {
        adopt: inputs["adopt"] === true,
        slice,
      }) === "adopted";
    const identity = kind.identify(item);
    const fixed = {
      adopted,
      ...(adopted && { previous: slice || live }),
      [kind.home]: home,
    };
    const written = { ...inputs };
    const changing = differences(kind, live, wanted, expected);
    if (changing.length > 0) {
      const changes = pick(changing, (property) =>
        wantedOf(kind, property, live, wanted, expected),
      );
      item = await apply(kind, operation, item, changes).catch(
        async (error: unknown) => {
          throw await partial(
            kind,
            operation,
            idOf(kind, identity),
            identity,
            error,
            { written, fixed, changes },
          );
        },
      );
    }
    const id = idOf(kind, kind.identify(item));
    if (!made) session.takenOver.add(keyOf(kind, id));
    const outs = await outsOf(kind, operation, item, written, expected);
    return { id, outs: { ...outs, ...fixed } };
  });
}

/**
 * Makes the object, and sees it in the list. When the answer is lost, or says that it exists already, the list tells
 * whether it was made: nothing is sent twice before that is known.
 */
async function make(
  kind: Kind,
  operation: Operation,
  name: string,
  wanted: Values,
  before: Listing<Item>,
): Promise<{ listing: Listing<Item>; made: boolean }> {
  const { patience } = operation;
  let sent = 0;
  let uncertain = false;
  const listing = await patience.persist(
    async () => {
      try {
        sent++;
        await kind.create(operation, wanted);
        uncertain = true;
      } catch (error) {
        const maybe = error instanceof VendorError && error.details.uncertain;
        const exists = isFault(error, "alreadyExists");
        if (!maybe && !exists) throw error;
        uncertain ||= maybe === true;
        const found = await look(patience.left / 30);
        if (named(kind, found, name)) return found;
        throw error;
      }
      return look(Math.min(patience.left, longestSettling));
    },
    (error) =>
      error instanceof VendorError && error.details.uncertain && sent < 4
        ? patience.firstPause * 2 ** sent
        : undefined,
  );
  // "Already exists" without a doubtful try of ours before it: somebody else made it meanwhile.
  return { listing, made: uncertain };

  function look(limit: number): Promise<Listing<Item>> {
    let last = before;
    return patience.until(
      async () => (last = await kind.list(operation, name, last.begun)),
      (found) => named(kind, found, name) !== undefined,
      limit,
    );
  }
}

// --- read -----------------------------------------------------------------------------------------------------------------

async function read(kind: Kind, session: Session, id: string, state: State) {
  // `.get()` hands over nothing but the provider's text.
  const known = state[kind.home] !== undefined;
  const operation = session.begin(
    text(state["accountId"]) ||
      (session.configuration.cloudflareAccountId ?? ""),
  );
  const label = `${kind.noun} "${known ? nameOf(kind, state) || id : id}"`;
  return trying(`Cannot read ${label}`, async () => {
    const home = await homeOf(kind, operation, known ? state : undefined);
    let listing = await kind.list(operation, nameOf(kind, state) || id);
    const expected =
      (known && (await kind.expect?.(operation, state, listing, state))) || {};
    let item = found(kind, listing, id, state);
    if (!known) {
      if (!item)
        throw new UserError(`there is none with the id ${id}. Check the id`);
      const values = valuesOf(kind, item);
      const outs = await outsOf(kind, operation, item, values, expected, {});
      return {
        id,
        props: { ...outs, adopted: true, previous: values, [kind.home]: home },
        inputs: values,
      };
    }
    const again = async (): Promise<void> => {
      listing = await kind.list(operation, nameOf(kind, state), listing.begun);
      item = found(kind, listing, id, state);
    };
    // A difference or an absence may be a replica that lags: it is looked at a second time, and a read that is older than
    // what we have seen before is no read at all.
    if (!item || reported(kind, item, state, expected).changed) await again();
    if (item && isOlder(kind, item, state))
      await operation.patience.until(
        again,
        () => !item || !isOlder(kind, item, state),
        Math.min(operation.patience.left, longestSettling),
      );
    if (!item) return {};
    const { values, names } = reported(kind, item, state, expected);
    const kept = pickKnown(
      [...kind.settings, "restorePoint"],
      (key) => state[key],
    );
    const inputs = { ...kept, ...values };
    const outs = await outsOf(kind, operation, item, inputs, expected, state);
    const carried = pickKnown(
      ["adopted", "previous", "pending"],
      (k) => state[k],
    );
    return {
      id,
      props: {
        ...outs,
        ...carried,
        [kind.home]: home,
        ...(names.length > 0 && { reported: names }),
      },
      inputs,
    };
  });
}

/** The live values of what is managed, each spelled as in state while it means the same. */
function reported(kind: Kind, item: Item, state: State, expected: Values) {
  const live = valuesOf(kind, item);
  const before = Array.isArray(state["reported"]) ? state["reported"] : [];
  const values: Record<string, Value> = {};
  const names: string[] = [];
  let changed = false;
  for (const [property, field] of Object.entries(kind.fields)) {
    const stored = state[property] as Value | undefined;
    const value = live[property];
    const managed = stored !== undefined && !before.includes(property);
    if (managed) {
      const same =
        value === undefined ||
        field.onlyWhenMade === true ||
        isDefaultMark(kind, property, state) ||
        equal(field, value, stored);
      values[property] = same ? stored : value;
      changed ||= !same;
    } else if (
      value !== undefined &&
      field.implied &&
      !field.implied.holds(value, expected[property] ?? null)
    ) {
      values[property] = value;
      names.push(property);
      changed = true;
    }
  }
  return { values, names, changed };
}

function isOlder(kind: Kind, item: Item, state: State): boolean {
  const live = Date.parse(kind.identify(item).changedAt ?? "");
  const seen = Date.parse(text(state["changedAt"]));
  return live < seen;
}

// --- update ---------------------------------------------------------------------------------------------------------------

async function update(
  kind: Kind,
  session: Session,
  id: string,
  olds: State,
  news: State,
) {
  const operation = session.begin(text(olds["accountId"]));
  const name = nameOf(kind, olds);
  return trying(`Cannot update ${kind.noun} "${name}"`, async () => {
    const home = await homeOf(kind, operation, olds);
    let listing = await kind.list(operation, name);
    let item = found(kind, listing, id, olds);
    if (!item) {
      listing = await kind.list(operation, name, listing.begun);
      item = found(kind, listing, id, olds);
    }
    if (!item)
      throw new UserError(
        "it no longer exists. Run pulumi refresh, then pulumi up makes it again",
      );
    const changed = new Set([
      ...changedProperties(kind, olds, news),
      ...pendingOf(olds),
    ]);
    const followed = [...changed].some(
      (property) =>
        news[property] === undefined && kind.fields[property]?.implied,
    );
    const expected = (followed &&
      (await kind.expect?.(operation, news, listing, olds))) || {
      ...kind.expected?.(olds),
      ...known(kind, news),
    };
    const live = valuesOf(kind, item);
    const previous = olds["previous"] as Values | undefined;
    const changes: Record<string, Value> = {};
    for (const property of changed) {
      const field = kind.fields[property];
      if (!field || isUnknown(news[property])) continue;
      const target = targetOf(kind, property, { live, news, olds, expected });
      const value = live[property];
      if (target === undefined) continue;
      if (value === undefined || !equal(field, value, target))
        changes[property] = target;
    }
    const adopted = olds["adopted"] === true;
    const fixed = {
      adopted,
      // A property that is managed from now on was first seen now, unless it was before.
      ...(adopted && { previous: { ...live, ...previous } }),
      [kind.home]: home,
    };
    const inputs = pickKnown(
      Object.keys(news).filter((key) => key !== "__provider"),
      (key) => news[key],
    );
    if (Object.keys(changes).length > 0)
      item = await apply(kind, operation, item, changes).catch(
        async (error: unknown) => {
          throw await partial(kind, operation, id, { name }, error, {
            written: inputs,
            fixed,
            changes,
          });
        },
      );
    const outs = await outsOf(kind, operation, item, inputs, expected);
    return { outs: { ...outs, ...fixed } };
  });
}

/** Given values stand for what is expected of themselves. */
const known = (kind: Kind, inputs: State): Values =>
  kind.expected ? given(kind, inputs) : {};

/** What a changed property becomes; undefined where it is left as it is. */
function targetOf(
  kind: Kind,
  property: string,
  {
    live,
    news,
    olds,
    expected,
  }: { live: Values; news: State; olds: State; expected: Values },
): Value | undefined {
  const adopted = olds["adopted"] === true;
  const previous = (olds["previous"] as Values | undefined)?.[property];
  const wish = news[property] as Value | undefined;
  // Back to the default mark on an adopted object: its own text returns.
  if (
    wish !== undefined &&
    property === kind.markField &&
    isMark(wish) &&
    adopted
  )
    return previous;
  if (wish !== undefined) return wish;
  const implied = kind.fields[property]?.implied;
  if (implied)
    return implied.holds(live[property] ?? null, expected[property] ?? null)
      ? undefined
      : implied.remedy(live[property] ?? null, expected[property] ?? null);
  return adopted ? previous : undefined;
}

// --- delete ---------------------------------------------------------------------------------------------------------------

async function remove(kind: Kind, session: Session, id: string, state: State) {
  const key = keyOf(kind, id);
  // The object lives on under another entry of the state: a replacement, perhaps one that was interrupted, took it over.
  if (
    session.takenOver.has(key) ||
    (session.living.has(key) && !session.replaced.has(key))
  )
    return;
  const operation = session.begin(text(state["accountId"]));
  const name = nameOf(kind, state) || id;
  const label = `${kind.noun} "${name}"`;
  await trying(`Cannot delete ${label}`, async () => {
    if (!session.replaced.has(key)) await homeOf(kind, operation, state);
    const first = await kind.list(operation, name);
    let item = atPlace(kind, first, id);
    item ??= atPlace(kind, await kind.list(operation, name, first.begun), id);
    if (!item) return;
    if (!isSame(kind, item, state)) {
      operation.warn(
        `${label} is left alone: it is not the one that this stack knows, somebody made it anew`,
      );
      return;
    }
    if (
      state["adopted"] === true ||
      (kind.isGiven(name) && state["adopted"] !== false)
    ) {
      await restore(kind, operation, label, item, state);
      return;
    }
    const left = await kind.remove(operation, item, state);
    if (left) operation.warn(`${label} is left where it is: ${left}`);
    else await gone(kind, operation, id, name);
  });
}

/** Gives back the first-seen values of what we managed, where they are still what we wrote. */
async function restore(
  kind: Kind,
  operation: Operation,
  label: string,
  item: Item,
  state: State,
): Promise<void> {
  const live = valuesOf(kind, item);
  const previous = (state["previous"] ?? {}) as Values;
  const expected = kind.expected?.(state) ?? {};
  const changes: Record<string, Value> = {};
  const changedSince: string[] = [];
  for (const [property, field] of Object.entries(kind.fields)) {
    const first = previous[property];
    const now = live[property] ?? (field.foreign ? null : undefined);
    const managed = state[property] as Value | undefined;
    if (first === undefined || now === undefined || field.onlyWhenMade)
      continue;
    if (isDefaultMark(kind, property, state)) continue;
    if (managed === undefined && !field.implied) continue;
    if (equal(field, now, first)) continue;
    const wrote =
      managed ??
      field.implied?.remedy(first, expected[property] ?? null) ??
      null;
    if (!equal(field, now, wrote)) {
      changedSince.push(property);
      continue;
    }
    const instead = await kind.giveBack?.(operation, property, first);
    if (instead) operation.warn(`${label}: ${instead.warning}`);
    const value = instead ? instead.value : first;
    if (value !== undefined) changes[property] = value;
  }
  if (changedSince.length > 0)
    operation.warn(
      `${label} keeps ${changedSince.join(", ")}: somebody else has changed that since`,
    );
  if (Object.keys(changes).length > 0)
    await apply(kind, operation, item, changes);
}

async function gone(
  kind: Kind,
  operation: Operation,
  id: string,
  name: string,
): Promise<void> {
  let last: number | undefined;
  await operation.patience.until(
    async () => {
      const listing = await kind.list(operation, name, last);
      last = listing.begun;
      return atPlace(kind, listing, id);
    },
    (item) => item === undefined,
    Math.min(operation.patience.left, longestSettling),
  );
}

// --- shared ---------------------------------------------------------------------------------------------------------------

/** One update, and the object as a read shows it afterwards. */
async function apply(
  kind: Kind,
  operation: Operation,
  item: Item,
  changes: Values,
): Promise<Item> {
  const identity = kind.identify(item);
  const name = text(changes[kind.nameField ?? ""]) || identity.name;
  await kind.update(operation, item, changes);
  let last: number | undefined;
  let latest: Item | undefined;
  const owed = (): string[] => {
    const live = latest ? valuesOf(kind, latest) : {};
    return Object.entries(changes).flatMap(([property, value]) => {
      const field = kind.fields[property];
      const now = live[property];
      return latest && (!field || now === undefined || equal(field, now, value))
        ? []
        : [property];
    });
  };
  await operation.patience.until(
    async () => {
      const listing = await kind.list(operation, name, last);
      last = listing.begun;
      latest = identity.guid
        ? listing.items.find((it) => kind.identify(it).guid === identity.guid)
        : named(kind, listing, name);
    },
    () => owed().length === 0,
    Math.min(operation.patience.left, longestSettling),
  );
  if (owed().length > 0)
    operation.warn(
      `${kind.noun} "${name}" was changed, but does not show it yet: ${owed().join(", ")}. Run pulumi refresh later to make sure`,
    );
  return latest ?? item;
}

/** An object of several parts of which only some were made: it is ours by its mark, so the next update makes the rest. */
async function halfMade(
  kind: Kind,
  operation: Operation,
  name: string,
  error: unknown,
  inputs: State,
  home: string,
): Promise<unknown> {
  const mark = kind.markField;
  let item: Item | undefined;
  try {
    item = named(kind, await kind.list(operation, name), name);
  } catch {
    // The reason of the failure is worth more than that it cannot be looked at.
  }
  const live = item && valuesOf(kind, item);
  if (
    !item ||
    !live ||
    !mark ||
    !isMark(live[mark]) ||
    live[mark] !== inputs[mark]
  )
    return error;
  const identity = kind.identify(item);
  return partial(kind, operation, idOf(kind, identity), identity, error, {
    written: inputs,
    fixed: { adopted: false, [kind.home]: home },
    changes: given(kind, inputs),
  });
}

/** What was reached when an update failed, so that the next one goes on from there. */
async function partial(
  kind: Kind,
  operation: Operation,
  id: string,
  { name }: Pick<Identity, "name">,
  error: unknown,
  reached: { written: State; fixed: State; changes: Values },
): Promise<unknown> {
  let item: Item | undefined;
  try {
    item = named(kind, await kind.list(operation, name), name);
  } catch {
    // The reason of the failure is worth more than that it cannot be looked at.
  }
  if (!item) return error;
  const live = valuesOf(kind, item);
  const pending = Object.entries(reached.changes).flatMap(
    ([property, value]) => {
      const field = kind.fields[property];
      const now = live[property];
      return field && now !== undefined && !equal(field, now, value)
        ? [property]
        : [];
    },
  );
  const outs = {
    ...reached.written,
    ...pick(pending, (property) => live[property] ?? null),
    ...identityOuts(kind, item),
    ...reached.fixed,
    pending,
  };
  return new PartialFailure(id, outs, [reasonFor(error)], error);
}

async function outsOf(
  kind: Kind,
  operation: Operation,
  item: Item,
  inputs: State,
  expected: Values,
  state?: State,
) {
  return {
    ...inputs,
    ...identityOuts(kind, item),
    ...(await kind.outputs?.(operation, item, expected, state)),
  };
}

function identityOuts(kind: Kind, item: Item) {
  const { guid, changedAt } = kind.identify(item);
  return {
    ...(guid && { [kind.home === "tenantId" ? "guid" : "domainId"]: guid }),
    ...(changedAt && { changedAt }),
  };
}

/** The tenant or account of the credentials; refuses to act with those of another than the state's. */
async function homeOf(
  kind: Kind,
  { session, patience, account }: Operation,
  state?: State,
): Promise<string> {
  const stored = text(state?.[kind.home]);
  if (kind.home === "accountId") {
    const configured = session.configuration.cloudflareAccountId ?? account;
    if (!configured)
      throw new UserError(
        "no Cloudflare account is given. Set area1:cloudflareAccountId or CLOUDFLARE_ACCOUNT_ID",
      );
    if (stored && stored.toLowerCase() !== configured.toLowerCase())
      throw foreign("Cloudflare account", stored, configured);
    return stored || configured;
  }
  const tenant = await session.tenantId(patience);
  if (stored && stored.toLowerCase() !== tenant.toLowerCase())
    throw foreign("tenant", stored, tenant);
  return tenant;
}

const foreign = (what: string, stored: string, now: string): UserError =>
  new UserError(
    `it belongs to ${what} ${stored}, but the configuration is for ${now}. Nothing was done; configure the right one`,
  );

const given = (kind: Kind, inputs: State): Values =>
  Object.fromEntries(
    Object.keys(kind.fields).flatMap((name) => {
      const value = inputs[name];
      return value === undefined || isUnknown(value)
        ? []
        : [[name, value as Value]];
    }),
  );

const nameOf = (kind: Kind, state: State): string =>
  kind.nameField ? text(state[kind.nameField]) : "";

const idOf = (kind: Kind, { name, guid }: Identity): string =>
  kind.idIs === "guid" ? (guid ?? name) : name;

const keyOf = (kind: Kind, id: string): string =>
  `${kind.name}/${id.toLowerCase()}`;

const text = (value: unknown): string =>
  typeof value === "string" ? value : "";

/** The object of a name; a kind without names has one object. */
export function named(
  kind: Kind,
  listing: Listing<Item>,
  name: string,
): Item | undefined {
  return kind.nameField
    ? listing.items.find(
        (item) => kind.identify(item).name.toLowerCase() === name.toLowerCase(),
      )
    : listing.items[0];
}

/** Whatever stands under an id. */
function atPlace(
  kind: Kind,
  listing: Listing<Item>,
  id: string,
): Item | undefined {
  return kind.idIs === "guid"
    ? listing.items.find(
        (item) => kind.identify(item).guid?.toLowerCase() === id.toLowerCase(),
      )
    : named(kind, listing, id);
}

/** The object of an id, if it is still the one in state: another one under the same name is not. */
function found(
  kind: Kind,
  listing: Listing<Item>,
  id: string,
  state: State,
): Item | undefined {
  const item = atPlace(kind, listing, id);
  return item && isSame(kind, item, state) ? item : undefined;
}

function isSame(kind: Kind, item: Item, state: State): boolean {
  const { guid } = kind.identify(item);
  const known = text(state["guid"]);
  return !guid || !known || guid.toLowerCase() === known.toLowerCase();
}

const pendingOf = (state: State): string[] =>
  Array.isArray(state["pending"]) ? state["pending"].map(String) : [];

const pick = (
  names: readonly string[],
  value: (name: string) => Value,
): Values => Object.fromEntries(names.map((name) => [name, value(name)]));

const pickKnown = (
  names: readonly string[],
  value: (name: string) => unknown,
): Record<string, unknown> =>
  Object.fromEntries(
    names.flatMap((name) => {
      const v = value(name);
      return v === undefined ? [] : [[name, v]];
    }),
  );

/** Puts what was tried before the reason, once. */
async function trying<T>(tried: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PartialFailure)
      throw new PartialFailure(
        error.id,
        error.outs,
        error.reasons.map((reason) => `${tried}: ${reason}`),
        error,
      );
    const reason = reasonFor(error);
    throw new UserError(
      reason.startsWith("Cannot ") ? reason : `${tried}: ${reason}`,
      { cause: error },
    );
  }
}

/** The vendor's reason, and what to do. */
function reasonFor(error: unknown): string {
  const reason = sentence(reasonOf(error));
  const advice =
    error instanceof VendorError ? error.details.advice : undefined;
  return advice ? `${reason} ${advice}` : reason;
}
