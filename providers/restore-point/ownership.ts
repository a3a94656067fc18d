import { same } from "../../mail-flow/names";
import { identityOf } from "../exchange-online/identity";
import { quarantineTags } from "../exchange-online/quarantine-tags";
import type { Item } from "../kind";
import {
  isMark,
  isOfState,
  markOfState,
  nameIn,
  otherOwners,
  ownerOf,
  type Owner,
} from "../mark";
import type { RestoredObject } from "./restored-object";
import type { Operation } from "../session/session";

/**
 * Returns the reasons why the objects of a program may not be managed: they have the mark of another stack or of another resource of
 * this stack, or another stack manages `Default`.
 *
 * @param id the id of the restore point.
 * @param items the existing objects, in the order of `objects`.
 */
export async function reasonsOfOwnership(
  operation: Operation,
  id: string,
  objects: readonly RestoredObject[],
  items: readonly (Item | undefined)[],
): Promise<string[]> {
  const has = new Map<Owner, string[]>();
  for (const [index, object] of objects.entries()) {
    const item = items[index];
    const owner = ownerIn(item, object, id);
    if (object.adopt && owner in otherOwners) continue;
    const whose = `"${object.name}" (of ${nameIn(String(markIn(item)))})`;
    has.set(owner, [...(has.get(owner) ?? []), whose]);
  }
  const ofThisStack = has.get("thisStack");
  return [
    ...(ofThisStack
      ? [
          `another resource of this stack has ${ofThisStack.join(", ")}, and a tenant has one use case. Remove the other; if you renamed it in the program, give it an alias to its old name`,
        ]
      : []),
    ...Object.entries(otherOwners).flatMap(([owner, called]) => {
      const objects = has.get(owner as Owner);
      return objects
        ? [
            `${called} has ${objects.join(", ")}, and a tenant has one use case. Remove it there, choose other names, or set adopt: true if nobody manages it there any more${owner === "namesake" ? ". If it is this state's own, its restore point is being replaced: leave that out of --replace, or untaint it" : ""}`,
          ]
        : [];
    }),
    ...(ofThisStack ? [] : await reasonsInDefault(operation, id, objects)),
  ];
}

/** Returns the mark of an object. The property that contains it depends on the kind. */
const markIn = (item: Item | undefined): unknown =>
  item?.["Comments"] ?? item?.["AdminDisplayName"];

/** Returns the owner of an object, from the point of view of the restore point with this id. */
export const ownerIn = (
  item: Item | undefined,
  { mark }: RestoredObject,
  id: string,
): Owner => (mark ? ownerOf(markIn(item), markOfState(mark, id)) : "nobody");

/** Returns the reasons why `Default` belongs to another state: its tags refer to quarantine policies of that state. */
async function reasonsInDefault(
  { exchange }: Operation,
  id: string,
  objects: readonly RestoredObject[],
): Promise<string[]> {
  const ours = objects.find(
    ({ kind, name }) => kind === "AntiSpamPolicy" && same(name, "Default"),
  );
  if (!ours?.mark || ours.adopt) return [];
  const own = markOfState(ours.mark, id);
  const [policies, quarantines] = await Promise.all([
    exchange.list("Get-HostedContentFilterPolicy"),
    exchange.list("Get-QuarantinePolicy"),
  ]);
  const policy = policies.items.find((item) =>
    same(identityOf(item).name, "Default"),
  );
  return quarantineTags.flatMap((tag) => {
    const mark = quarantines.items.find((item) =>
      same(policy?.[tag], identityOf(item).name),
    )?.["AdminDisplayName"];
    if (!isMark(mark) || isOfState(mark, own)) return [];
    const owner =
      ownerOf(mark, own) === "anotherStack" ? "anotherStack" : "namesake";
    return [
      `${tag} of Default points at "${String(policy?.[tag])}", which belongs to ${otherOwners[owner]} (${nameIn(mark)}): a tenant has one use case. Remove it there, or set adopt: true if nobody manages it there any more`,
    ];
  });
}
