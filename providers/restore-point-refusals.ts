import { UserError } from "./errors";
import { quarantineTags } from "./exchange-online/anti-spam-verdicts";
import { identityOf } from "./exchange-online/identity";
import type { Item } from "./kind";
import { isMark, nameIn, ownerOf } from "./mark";
import type { RestoredObject } from "./restored-object";
import type { Operation } from "./session";

/** The tags behind which mail is worse than spam. */
const graveTags = [
  "HighConfidenceSpamQuarantineTag",
  "PhishQuarantineTag",
  "HighConfidencePhishQuarantineTag",
];

/**
 * Refuses, before anything is written, what would go wrong: objects of another stack or another resource, `Default` in the
 * hands of another stack, and a policy that recipients would be able to release grave mail from.
 *
 * @param items what was found of the objects, in their order.
 */
export async function refuseForeign(
  operation: Operation,
  objects: readonly RestoredObject[],
  items: readonly (Item | undefined)[],
): Promise<void> {
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
  const reasons: string[] = [];
  if (ofThisStack.length > 0)
    reasons.push(
      `another resource of this stack has ${ofThisStack.join(", ")}, and there is one UseCase4 for a tenant. Remove the other; if you renamed it in the program, give it an alias to its old name`,
    );
  if (ofAnother.length > 0)
    reasons.push(
      `another stack has ${ofAnother.join(", ")}, and there is one UseCase4 for a tenant. Remove it there, choose other names, or set adopt: true if that stack no longer manages it`,
    );
  reasons.push(...(await taggedReasons(operation, objects)));
  if (reasons.length > 0)
    throw new UserError(
      `Cannot begin, and nothing was written: ${reasons.join("; ")}.`,
    );
}

/** What speaks against it in the tags of anti-spam policies. */
async function taggedReasons(
  { exchange }: Operation,
  objects: readonly RestoredObject[],
): Promise<string[]> {
  const takesDefault = objects.find(
    ({ kind, name }) =>
      kind === "AntiSpamPolicy" && name.toLowerCase() === "default",
  );
  const released = objects.filter(({ recipientsRelease }) => recipientsRelease);
  if (!takesDefault && released.length === 0) return [];
  const [policies, quarantines] = await Promise.all([
    exchange.list("Get-HostedContentFilterPolicy"),
    exchange.list("Get-QuarantinePolicy"),
  ]);
  const reasons: string[] = [];
  for (const policy of policies.items) {
    const { name } = identityOf(policy);
    for (const { name: quarantine } of released)
      for (const tag of graveTags)
        if (sameName(policy[tag], quarantine))
          reasons.push(
            `${tag} of the anti-spam policy "${name}" points at "${quarantine}", which recipients are to release from: mail of that verdict would be theirs to release. Point it at another quarantine policy first, or choose another userQuarantineName`,
          );
    if (takesDefault && !takesDefault.adopt && name.toLowerCase() === "default")
      for (const tag of quarantineTags) {
        const mark = quarantines.items.find((item) =>
          sameName(policy[tag], identityOf(item).name),
        )?.["AdminDisplayName"];
        if (isMark(mark) && ownerOf(mark, takesDefault.mark) === "anotherStack")
          reasons.push(
            `${tag} of Default points at "${String(policy[tag])}", which belongs to another stack (${nameIn(mark)}): there is one UseCase4 for a tenant. Remove it there, or set adopt: true if that stack no longer manages it`,
          );
      }
  }
  return reasons;
}

const sameName = (value: unknown, name: string): boolean =>
  typeof value === "string" && value.toLowerCase() === name.toLowerCase();

/** Who holds each object, for telling two restore points of one process apart. */
export const ownersOf = (
  objects: readonly RestoredObject[],
): { key: string; owner: string }[] =>
  objects.flatMap(({ kind, name, mark }) =>
    mark && isMark(mark)
      ? [{ key: `${kind}/${name}`.toLowerCase(), owner: nameIn(mark) }]
      : [],
  );
