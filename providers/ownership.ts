import { same } from "../mail-flow/names";
import { identityOf } from "./exchange-online/identity";
import { quarantineTags } from "./exchange-online/quarantine-tags";
import type { Item } from "./kind";
import { isMark, nameIn, ownerOf } from "./mark";
import type { RestoredObject } from "./restored-object";
import type { Operation } from "./session";

/**
 * Why the objects of a program may not be taken: they carry the mark of another stack or of another resource of this stack, or
 * `Default` is in the hands of another stack.
 *
 * @param items what was found of the objects, in their order.
 */
export async function reasonsOfOwnership(
  operation: Operation,
  objects: readonly RestoredObject[],
  items: readonly (Item | undefined)[],
): Promise<string[]> {
  const ofThisStack: string[] = [];
  const ofAnother: string[] = [];
  for (const [index, object] of objects.entries()) {
    const item = items[index];
    const found = item?.["Comments"] ?? item?.["AdminDisplayName"];
    const owner = object.mark ? ownerOf(found, object.mark) : "nobody";
    const whose = `"${object.name}" (of ${nameIn(String(found))})`;
    if (owner === "thisStack") ofThisStack.push(whose);
    else if (owner === "anotherStack" && !object.adopt) ofAnother.push(whose);
  }
  return [
    ...(ofThisStack.length > 0
      ? [
          `another resource of this stack has ${ofThisStack.join(", ")}, and there is one UseCase4 for a tenant. Remove the other; if you renamed it in the program, give it an alias to its old name`,
        ]
      : []),
    ...(ofAnother.length > 0
      ? [
          `another stack has ${ofAnother.join(", ")}, and there is one UseCase4 for a tenant. Remove it there, choose other names, or set adopt: true if that stack no longer manages it`,
        ]
      : []),
    ...(await reasonsInDefault(operation, objects)),
  ];
}

/** `Default` belongs to another stack whose quarantine policies its tags point at. */
async function reasonsInDefault(
  { exchange }: Operation,
  objects: readonly RestoredObject[],
): Promise<string[]> {
  const ours = objects.find(
    ({ kind, name }) => kind === "AntiSpamPolicy" && same(name, "Default"),
  );
  if (!ours || ours.adopt) return [];
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
    return isMark(mark) && ownerOf(mark, ours.mark) === "anotherStack"
      ? [
          `${tag} of Default points at "${String(policy?.[tag])}", which belongs to another stack (${nameIn(mark)}): there is one UseCase4 for a tenant. Remove it there, or set adopt: true if that stack no longer manages it`,
        ]
      : [];
  });
}
