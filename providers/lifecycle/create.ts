import { textOf } from "../json";
import { isFault, UserError, VendorError } from "../errors";
import { isCancelled } from "../http/patience";
import { stored, type Values } from "../field";
import { valuesOf, type Item, type Kind, type State } from "../kind";
import type { Operation, Session } from "../session/session";
import type { Listing } from "../session/shared-list";
import { claim, differences, wantedOf, type Slice } from "./claim";
import { checkExposure } from "./check-exposure";
import { tenantOrAccountOf } from "./tenant-or-account";
import { findByName } from "./find-object";
import { liveValue, nothingReplaced } from "./list-views";
import {
  pendingOuts,
  inputsOf,
  idOf,
  keyOf,
  labelOf,
  outsOf,
  pick,
} from "./state";
import { nameOf } from "../object-key";
import { withFailureContext } from "./failure-context";
import {
  applyOrKeep,
  partlyCreated,
  longestSettling,
  emptyBefore,
} from "./write";

export async function create(kind: Kind, session: Session, inputs: State) {
  const operation = session.begin(textOf(inputs["accountId"]));
  const name = nameOf(kind, inputs);
  return withFailureContext(
    `Cannot create ${labelOf(kind, name)}`,
    async () => {
      const home = await tenantOrAccountOf(kind, operation);
      const wanted = inputsOf(kind, inputs);
      const isHeld = inputs["restorePoint"] !== "notHeld";
      const slice = isHeld ? (inputs["restorePoint"] as Slice) : undefined;
      let listing = await kind.list(operation, name);
      const expected = (await kind.expect?.(operation, inputs, listing)) ?? {};
      let item = findByName(kind, listing, name);
      let made = false;
      if (!item) {
        const complete = { ...wanted };
        for (const [property, { implied }] of Object.entries(kind.fields)) {
          const wish = expected[property];
          if (implied && wish !== undefined && wanted[property] === undefined)
            complete[property] = implied.remedy(null, wish);
        }
        // A program that manages only a domain may have no access to Microsoft. With `guardedMail`, it has.
        if (kind.decides?.(undefined) || inputs["guardedMail"] !== undefined)
          await checkExposure(kind, operation, {
            name,
            values: complete,
            inputs,
          });
        ({ listing, made } = await make(
          kind,
          operation,
          name,
          complete,
          listing,
        ).catch(async (error: unknown) => {
          throw await partlyCreated(kind, operation, name, error, inputs, home);
        }));
        item = findByName(kind, listing, name);
        if (!item)
          throw new UserError(
            `it was made, but ${isCancelled() ? "the command was cancelled before the list showed it" : `does not show in the list within ${operation.patience.total / 1000} s`}. Run pulumi up again: it will be found`,
          );
      }
      const live = valuesOf(kind, item);
      const key = keyOf(kind, idOf(kind, kind.identify(item)));
      if (!made && session.ledger.owns(key))
        throw new UserError(
          "another resource of this program has it already. Give each its own name",
        );
      const whose = made
        ? "ours"
        : claim(kind, name, live, wanted, expected, {
            adopt: inputs["adopt"] === true,
            slice,
          });
      if (whose === "ours" && !made && inputs["restorePoint"] === undefined)
        operation.warn(
          `${labelOf(kind, name)}: it carries the mark of this resource already, as after an up that was interrupted. If another state of the same project, stack and resource names made it, take it out of this one (pulumi state delete): a destroy would remove what is theirs`,
        );
      const adopted = whose === "adopted";
      if (adopted && !isHeld && kind.decides)
        throw new UserError(
          "it exists, and the restore point does not hold it, so that nobody can tell what mail a destroy would expose on its way back. Run pulumi up without --target, or with the restore point among the targets",
        );
      let fixed = {
        adopted,
        ...(adopted && { previous: slice || stored(kind, live) }),
        [kind.scopeId]: home,
      };
      let pending: readonly string[] = [];
      const changing = differences(kind, live, wanted, expected, whose).filter(
        // In an object just created, a property that is not returned counts as having the value that was sent.
        (property) => !made || live[property] !== undefined,
      );
      const unseen = changing.filter(
        (property) =>
          liveValue(kind, property, live, wanted[property]) === undefined,
      );
      if (changing.length > 0) {
        const changes = pick(changing, (property) =>
          wantedOf(kind, property, live, wanted, expected),
        );
        const id = idOf(kind, kind.identify(item));
        const reached = {
          written: inputs,
          fixed,
          changes,
          expected,
          replaced: nothingReplaced,
        };
        ({ item, pending } = await applyOrKeep(
          kind,
          operation,
          id,
          item,
          reached,
        ));
      }
      if (fixed.previous) {
        const none = emptyBefore(kind, unseen, item);
        fixed = { ...fixed, previous: { ...none, ...fixed.previous } };
        const notReturned = unseen.filter((property) => !(property in none));
        if (notReturned.length > 0)
          operation.warn(
            `${labelOf(kind, name)}: what ${notReturned.join(", ")} was is not returned, so destroy cannot restore it`,
          );
      }
      const id = idOf(kind, kind.identify(item));
      session.ledger.create(keyOf(kind, id), made ? undefined : fixed);
      const outs = await outsOf(kind, operation, item, inputs, expected);
      return { id, outs: { ...outs, ...fixed, ...pendingOuts(pending) } };
    },
  );
}

/** Maximum number of attempts to create an object after responses with an uncertain outcome. */
const mostTries = 4;

/**
 * Creates the object, and waits until the list shows it. If the response is lost, or says that the object already exists, a complete
 * list shows whether it was created: the request is not sent again before that is known.
 *
 * @returns the list, and whether this process created the object. An "already exists" that does not follow an uncertain attempt of this
 * process means that somebody else created the object meanwhile.
 */
async function make(
  kind: Kind,
  operation: Operation,
  name: string,
  wanted: Values,
  before: Listing<Item>,
): Promise<{ listing: Listing<Item>; made: boolean }> {
  const { patience } = operation;
  let listing = before;
  let made = false;
  for (let tries = 1; ; tries++) {
    const failure = await failureOf(kind.create(operation, wanted));
    const uncertain =
      failure instanceof VendorError && failure.details.uncertain === true;
    if (failure && !uncertain && !isFault(failure, "alreadyExists"))
      throw failure;
    made ||= !failure || uncertain;
    listing = await patience.untilListed(
      (newerThan) => kind.list(operation, name, newerThan),
      (latest) => findByName(kind, latest, name) !== undefined,
      failure ? patience.left / 30 : Math.min(patience.left, longestSettling),
      listing.begun,
    );
    if (!failure || findByName(kind, listing, name)) return { listing, made };
    if (!uncertain || tries === mostTries) throw failure;
  }
}

const failureOf = (work: Promise<void>): Promise<Error | undefined> =>
  work.then(
    () => undefined,
    (error: unknown) =>
      error instanceof Error ? error : new Error(String(error)),
  );
