import type { Service } from "../session/credentials";
import { isFault, UserError, type VendorError } from "../errors";
import type { Operation } from "../session/session";

/** What was learnt, or the error that kept it from being learnt. */
export type Attempt<T> = { readonly value: T } | { readonly error: unknown };

/** What the credentials may do, as far as it can be told without a write. */
export interface Access {
  /** Microsoft's tokens by service: the application permissions in them; undefined where a token names none. */
  readonly tokens: Readonly<
    Record<Service, Attempt<readonly string[] | undefined>>
  >;
  /** The cmdlets that Exchange lets them run. */
  readonly cmdlets: Attempt<readonly string[]>;
  /** The domains of the Cloudflare account, in lower case. */
  readonly domains: Attempt<readonly string[]>;
}

/** Asks for all of it side by side; nothing here fails as a whole. */
export async function readAccess(
  operation: Operation,
  domains: () => Promise<readonly string[]>,
): Promise<Access> {
  const { exchange, session, patience } = operation;
  const [forExchange, forGraph, cmdlets, names] = await Promise.all([
    learnt(() => session.permissions("exchange", patience)),
    learnt(() => session.permissions("graph", patience)),
    learnt(() => exchange.allowedCmdlets(patience)),
    learnt(domains),
  ]);
  return {
    tokens: { exchange: forExchange, graph: forGraph },
    cmdlets,
    domains: names,
  };
}

async function learnt<T>(work: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    return { error };
  }
}

/**
 * Whether an error says that a right is missing, or a product, or that the credentials or the configuration are wrong: an answer in
 * itself. Everything else may be over in a moment, or is a fault of the way there.
 */
export const isRefusal = (error: unknown): boolean =>
  error instanceof UserError ||
  isFault(error, "forbidden", "notEntitled") ||
  (isFault(error, "unauthorized") && !isOnTheWay(error));

/** A sign-in fails as one; what it failed of stands behind it. */
const isOnTheWay = (error: VendorError): boolean =>
  isFault(
    error.details.cause,
    "unreachable",
    "transient",
    "throttled",
    "unreadable",
    "blocked",
  );
