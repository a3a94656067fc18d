import { same } from "../../mail-flow/names";
import { isFault, reasonOf } from "../errors";
import type { Item } from "../kind";
import type { Operation } from "../session/session";
import { verdicts } from "./anti-spam-verdicts";
import { identityOf } from "./identity";

/** The parameters of anti-spam policies that refer to quarantine policies. */
export const quarantineTags: readonly string[] = verdicts.map(
  ({ tag }) => tag.charAt(0).toUpperCase() + tag.slice(1),
);

/**
 * Returns the tags of all threat policies that refer to a quarantine policy. Policies that the role may not read are skipped with a
 * warning, because they may refer to it too.
 */
export async function everyTagPointingAt(
  operation: Operation,
  quarantinePolicy: string,
): Promise<string[]> {
  const { exchange } = operation;
  const others = ["AntiPhishPolicy", "MalwareFilterPolicy"].map((noun) =>
    exchange.list(`Get-${noun}`).catch((error: unknown) => {
      if (!isFault(error, "forbidden")) throw error;
      operation.warn(
        `quarantine policy "${quarantinePolicy}": it could not be looked at whether a tag of Get-${noun} points at it: ${reasonOf(error)}`,
      );
      return { items: [] };
    }),
  );
  const lists = await Promise.all([
    exchange.list("Get-HostedContentFilterPolicy"),
    ...others,
  ]);
  return lists.flatMap(({ items }) => pointing(items, quarantinePolicy));
}

const pointing = (items: readonly Item[], quarantinePolicy: string): string[] =>
  items.flatMap((item) =>
    Object.entries(item)
      .filter(
        ([tag, value]) =>
          tag.endsWith("QuarantineTag") && same(value, quarantinePolicy),
      )
      .map(([tag]) => `${tag} of ${identityOf(item).name}`),
  );
