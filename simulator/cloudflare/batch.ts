import type { Account, EmailDomain } from "../account";
import type { Answer, VendorRequest } from "../answer";
import type { JsonObject } from "../json";
import type { World } from "../world";
import { invalid, missing, parsed, wrongPatch, wrongPut } from "./body";
import { change, create, remove, render, replace } from "./domain";
import { failure, success } from "./envelope";
import { batch as batchSchema, complaints, createDomain } from "./schemas";

/** Runs a batch atomically. Whether the vendor's batch is atomic is unknown. */
export function batch(
  world: World,
  account: Account,
  request: VendorRequest,
): Answer {
  const body = parsed(request);
  const wrong = complaints(batchSchema, body);
  if (wrong.length > 0) return invalid(request, wrong);
  const { deletes, patches, puts, posts } = body as Record<
    string,
    JsonObject[]
  > as {
    deletes: { id: string }[];
    patches: ({ id: string } & JsonObject)[];
    puts: ({ id: string } & JsonObject)[];
    posts: ({ domain: string } & JsonObject)[];
  };
  const inside = [
    ...patches.flatMap((patch, at) =>
      wrongPatch(world.quirks, patch, `/patches/${at}`),
    ),
    ...puts.flatMap((put, at) => wrongPut(world.quirks, put, `/puts/${at}`)),
    ...posts.flatMap((one, at) =>
      complaints(createDomain, one, `/posts/${at}`),
    ),
  ];
  if (inside.length > 0) return invalid(request, inside);
  const before = account.snapshot();
  const undo = (answer: Answer): Answer => {
    account.restore(before);
    return answer;
  };
  const answered = (domain: EmailDomain): JsonObject =>
    render(domain, world.quirks);
  const deleted = removeAll(world, account, request, deletes);
  if (deleted.status !== 200) return undo(deleted);
  const updated: EmailDomain[][] = [[], []];
  for (const [at, [changes, apply]] of (
    [
      [patches, change],
      [puts, replace],
    ] as const
  ).entries())
    for (const wanted of changes) {
      const domain = account.domains.find(
        ({ id }) => id === wanted.id.toLowerCase(),
      );
      if (!domain) return undo(missing(request));
      apply(account, domain, wanted, world.quirks);
      updated[at]?.push(domain);
    }
  const made: EmailDomain[] = [];
  for (const wanted of posts) {
    if (account.find(wanted.domain))
      return undo(
        failure(request, 409, [
          { code: 10409, message: `Domain ${wanted.domain} already exists` },
        ]),
      );
    made.push(create(account, wanted, world.quirks));
  }
  return success({
    deletes: deletes.map(({ id }) => ({ id })),
    patches: (updated[0] ?? []).map(answered),
    puts: (updated[1] ?? []).map(answered),
    posts: made.map(answered),
  });
}

/** Removes domains, all or none. */
export function removeAll(
  world: World,
  account: Account,
  request: VendorRequest,
  wanted: { id: string }[],
): Answer {
  const found = wanted.map(({ id }) =>
    account.domains.find((domain) => domain.id === id.toLowerCase()),
  );
  if (found.includes(undefined)) return missing(request);
  for (const domain of found) if (domain) remove(account, domain, world.quirks);
  return success(wanted.map(({ id }) => ({ id })));
}
