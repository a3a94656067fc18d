import { isFault, UserError, VendorError } from "../errors";
import type { Values } from "../field";
import { valuesOf, type Item, type Kind, type State } from "../kind";
import type { Operation, Session } from "../session";
import type { Listing } from "../shared-list";
import { claim, differences, wantedOf, type Slice } from "./claim";
import { homeOf } from "./home";
import { named } from "./locate";
import {
  pendingOuts,
  given,
  idOf,
  keyOf,
  labelOf,
  nameOf,
  objectOf,
  outsOf,
  pick,
  text,
} from "./state";
import { trying } from "./trying";
import { applyOrKeep, halfMade, longestSettling } from "./write";

export async function create(kind: Kind, session: Session, inputs: State) {
  const operation = session.begin(text(inputs["accountId"]));
  const name = nameOf(kind, inputs);
  return trying(`Cannot create ${labelOf(kind, name)}`, async () => {
    const home = await homeOf(kind, operation);
    const wanted = given(kind, inputs);
    // What was in another account says nothing of this one.
    const slice = session.moving.has(objectOf(kind, inputs))
      ? undefined
      : (inputs["restorePoint"] as Slice);
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
        inputs,
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
    const key = keyOf(kind, idOf(kind, kind.identify(item)));
    if (!made && session.owned.has(key))
      throw new UserError(
        "another resource of this program has it already. Give each its own name",
      );
    const whose = made
      ? "ours"
      : claim(kind, name, live, wanted, expected, {
          adopt: inputs["adopt"] === true,
          slice,
        });
    const adopted = whose === "adopted";
    const fixed = {
      adopted,
      ...(adopted && { previous: slice || live }),
      [kind.home]: home,
    };
    let owed: readonly string[] = [];
    const changing = differences(kind, live, wanted, expected, whose).filter(
      // What was sent a moment ago, and is not told, is what was sent.
      (property) => !made || live[property] !== undefined,
    );
    const unseen = changing.filter((property) => live[property] === undefined);
    if (adopted && unseen.length > 0)
      operation.warn(
        `${labelOf(kind, name)}: what ${unseen.join(", ")} was is not told, so that destroy cannot give it back`,
      );
    if (changing.length > 0) {
      const changes = pick(changing, (property) =>
        wantedOf(kind, property, live, wanted, expected),
      );
      const id = idOf(kind, kind.identify(item));
      const reached = { written: inputs, fixed, changes, expected };
      ({ item, owed } = await applyOrKeep(kind, operation, id, item, reached));
    }
    const id = idOf(kind, kind.identify(item));
    session.owned.add(keyOf(kind, id));
    if (!made) session.takenOver.set(keyOf(kind, id), fixed);
    const outs = await outsOf(kind, operation, item, inputs, expected);
    return { id, outs: { ...outs, ...fixed, ...pendingOuts(owed) } };
  });
}

/** Most times that a doubtful request to make an object is sent. */
const mostTries = 4;

/**
 * Makes the object, and sees it in the list. When the answer is lost, or says that it exists already, a complete list
 * tells whether it was made: nothing is sent twice before that is known.
 *
 * @returns the list, and whether it was us who made the object: "already exists" without a doubtful try of ours before it means
 * that somebody else did meanwhile.
 */
async function make(
  kind: Kind,
  operation: Operation,
  name: string,
  wanted: Values,
  inputs: State,
  before: Listing<Item>,
): Promise<{ listing: Listing<Item>; made: boolean }> {
  const { patience } = operation;
  let listing = before;
  let made = false;
  for (let tries = 1; ; tries++) {
    const failure = await failureOf(kind.create(operation, wanted, inputs));
    const doubtful =
      failure instanceof VendorError && failure.details.uncertain === true;
    if (failure && !doubtful && !isFault(failure, "alreadyExists"))
      throw failure;
    made ||= !failure || doubtful;
    await patience.until(
      async () => (listing = await kind.list(operation, name, listing.begun)),
      () => named(kind, listing, name) !== undefined,
      failure ? patience.left / 30 : Math.min(patience.left, longestSettling),
    );
    if (!failure || named(kind, listing, name)) return { listing, made };
    if (!doubtful || tries === mostTries) throw failure;
  }
}

const failureOf = (work: Promise<void>): Promise<Error | undefined> =>
  work.then(
    () => undefined,
    (error: unknown) =>
      error instanceof Error ? error : new Error(String(error)),
  );
