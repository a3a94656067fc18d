import { isFault, UserError, VendorError } from "../errors";
import type { Values } from "../field";
import { valuesOf, type Item, type Kind, type State } from "../kind";
import type { Operation, Session } from "../session";
import type { Listing } from "../shared-list";
import { claim, differences, wantedOf, type Slice } from "./claim";
import { homeOf } from "./home";
import { named } from "./locate";
import { given, idOf, keyOf, nameOf, outsOf, pick, text } from "./state";
import { trying } from "./trying";
import { apply, halfMade, longestSettling, partial } from "./write";

export async function create(kind: Kind, session: Session, inputs: State) {
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
