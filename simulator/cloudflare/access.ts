import type { Account } from "../account";
import { bearer, type Answer, type VendorRequest } from "../answer";
import type { World } from "../world";
import { failure } from "./envelope";

const read = "Cloud Email Security: Read";
const write = "Cloud Email Security: Write";

/**
 * Returns the account of a request, or an error. Checks token or legacy key, account, product and permission group, in this order.
 */
export function access(
  world: World,
  request: VendorRequest,
  needsWrite: boolean,
): Account | Answer {
  const account = world.accounts.get(
    (request.params["account_id"] ?? "").toLowerCase(),
  );
  const who = identify(world, request);
  if (who === undefined)
    return failure(request, world.quirks.badTokenStatus, [
      { code: 10000, message: "Authentication error" },
    ]);
  request.entry.authorization = who.label;
  if (!account || !who.accounts.includes(account))
    return failure(request, 403, [
      { code: 9109, message: "Unauthorized to access requested resource" },
    ]);
  if (!account.entitled)
    return failure(request, 403, [
      {
        code: 10001,
        message: "Email Security is not available in the current subscription",
      },
    ]);
  const enough = needsWrite ? [write] : [read, write];
  if (!enough.some((permission) => who.permissions.includes(permission)))
    return failure(request, 403, [
      {
        code: 10000,
        message: `Authentication error: the token lacks the permission "${needsWrite ? write : read}"`,
      },
    ]);
  return account;
}

/** Returns the token or key of a request, which the rate limit counts by. */
export function identify(
  world: World,
  request: VendorRequest,
): { label: string; permissions: string[]; accounts: Account[] } | undefined {
  const accounts = [...world.accounts.values()];
  const token = bearer(request.headers);
  if (token !== undefined) {
    const owners = accounts.filter(({ tokens }) =>
      tokens.some(({ value }) => value === token),
    );
    const found = owners[0]?.tokens.find(({ value }) => value === token);
    return found
      ? {
          label: `token ${found.label}`,
          permissions: found.permissions,
          accounts: owners,
        }
      : undefined;
  }
  const email = request.headers["x-auth-email"];
  const key = request.headers["x-auth-key"];
  const owners = accounts.filter(({ keys }) =>
    keys.some((one) => one.email === email && one.key === key),
  );
  return owners.length > 0
    ? {
        label: `key of ${String(email)}`,
        permissions: [write],
        accounts: owners,
      }
    : undefined;
}
