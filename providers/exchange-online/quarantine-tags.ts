import { isFault, reasonOf } from "../errors";
import type { Item } from "../kind";
import type { Operation } from "../session";
import { verdicts } from "./anti-spam-verdicts";
import { identityOf } from "./identity";

/** The parameters of anti-spam policies that point at quarantine policies. */
export const quarantineTags: readonly string[] = verdicts.map(
  ({ wire }) => wire[1],
);

const graveVerdicts = verdicts.filter(({ grave }) => grave);

/** Those behind which mail is worse than spam. */
export const graveTags: readonly string[] = graveVerdicts.map(
  ({ wire }) => wire[1],
);

/** Their names as properties of an anti-spam policy. */
export const graveTagProperties: readonly string[] = graveVerdicts.map(
  ({ tag }) => tag,
);

/** Which of these tags of anti-spam policies point at a quarantine policy: `SpamQuarantineTag of Default`. */
export async function tagsPointingAt(
  { exchange }: Operation,
  quarantinePolicy: string,
  tags: readonly string[],
): Promise<string[]> {
  const { items } = await exchange.list("Get-HostedContentFilterPolicy");
  return pointing(items, quarantinePolicy, (tag) => tags.includes(tag));
}

/**
 * Which tags of any threat policy point at a quarantine policy. Policies that the role may not read are left out, which is said:
 * they may point at it all the same.
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
  return lists.flatMap(({ items }) =>
    pointing(items, quarantinePolicy, (tag) => tag.endsWith("QuarantineTag")),
  );
}

const pointing = (
  items: readonly Item[],
  quarantinePolicy: string,
  counts: (tag: string) => boolean,
): string[] =>
  items.flatMap((item) =>
    Object.entries(item)
      .filter(
        ([tag, value]) =>
          counts(tag) &&
          typeof value === "string" &&
          value.toLowerCase() === quarantinePolicy.toLowerCase(),
      )
      .map(([tag]) => `${tag} of ${identityOf(item).name}`),
  );
