import type { Service } from "../session/credentials";
import { isFault, UserError, type VendorError } from "../errors";
import type { Operation } from "../session/session";

/** The result of a read, or its error. */
export type Attempt<T> = { readonly value: T } | { readonly error: unknown };

/** The rights of the credentials, as far as they can be determined without a write. */
export interface Access {
  /** The application permissions in Microsoft's tokens, by service; undefined if a token contains none. */
  readonly tokens: Readonly<
    Record<Service, Attempt<readonly string[] | undefined>>
  >;
  /** The cmdlets that Exchange allows. */
  readonly cmdlets: Attempt<readonly string[]>;
  /** The domains of the Cloudflare account, in lower case. */
  readonly domains: Attempt<readonly string[]>;
}

/** Reads all of it in parallel. Never fails as a whole: each part has its own error. */
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
 * Returns whether an error is conclusive: a right or a product is missing, or the credentials or the configuration are wrong. Any
 * other error may be temporary, or is a connection problem.
 */
export const isRefusal = (error: unknown): boolean =>
  error instanceof UserError ||
  isFault(error, "forbidden", "notEntitled") ||
  (isFault(error, "unauthorized") && !isOnTheWay(error));

/** Returns whether a failed sign-in has a connection problem as its cause. */
const isOnTheWay = (error: VendorError): boolean =>
  isFault(
    error.details.cause,
    "unreachable",
    "transient",
    "throttled",
    "unreadable",
    "blocked",
  );
