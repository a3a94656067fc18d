import { isNativeError } from "node:util/types";

import { spaced } from "../mail-flow/visible";

/**
 * What went wrong at a vendor, so far as it makes a difference to what we do or advise.
 *
 * - `notFound`, `alreadyExists`: about the object that the request named.
 * - `unauthorized`, `forbidden`: the credentials or their rights.
 * - `dehydrated`: the tenant has never been customised; `notEntitled`: the account does not have the product.
 * - `throttled`, `transient`: later it may work. `unreachable`: no answer at all.
 * - `blocked`: something in between does not let us through: a certificate that is not trusted, a proxy that refuses.
 * - `unreadable`: an answer that is not what the vendor's API sends (HTML, half a body).
 * - `refused`: the vendor judged the request to be wrong.
 */
export type Fault =
  | "notFound"
  | "alreadyExists"
  | "unauthorized"
  | "forbidden"
  | "dehydrated"
  | "notEntitled"
  | "throttled"
  | "transient"
  | "unreachable"
  | "blocked"
  | "unreadable"
  | "refused";

/** A vendor did not do what was asked. `message` is the vendor's own reason, cleaned for printing. */
export class VendorError extends Error {
  override name = "VendorError";

  constructor(
    readonly fault: Fault,
    message: string,
    readonly details: {
      /** HTTP status; absent when there was no answer. */
      status?: number;
      /** The request may have been carried out all the same. */
      uncertain?: boolean;
      /** What the user can do about it. */
      advice?: string;
      cause?: unknown;
    } = {},
  ) {
    super(message, { cause: details.cause });
  }
}

/** True for a {@link VendorError} of one of these faults. */
export const isFault = (
  error: unknown,
  ...faults: Fault[]
): error is VendorError =>
  error instanceof VendorError && faults.includes(error.fault);

/** Something that the user can mend: its message stands alone, with what was tried and what to do. */
export class UserError extends Error {
  override name = "UserError";
}

/**
 * The object exists, but something that belongs to it is still pending.
 * The engine keeps what was reached and sends an update in every later `up` until it succeeds.
 */
export class PartialFailure extends Error {
  override name = "PartialFailure";

  constructor(
    readonly id: string,
    readonly outs: Record<string, unknown>,
    readonly reasons: readonly string[],
    cause?: unknown,
  ) {
    super(reasons.join("; "), { cause });
  }
}

/** The message of whatever was thrown. */
export const reasonOf = (error: unknown): string =>
  isNativeError(error) ? error.message || error.name : String(error);

const longest = 800;

/**
 * A vendor's text made fit to print: no control characters (a 403 of Exchange Online is 4,096 NUL bytes, observed) and none that turn the
 * direction of a text, white space folded, at most 800 characters.
 */
export function printable(text: string): string {
  const clean = spaced(text).replace(/ {2,}/g, " ").trim();
  return clean.length > longest ? `${clean.slice(0, longest)}…` : clean;
}

/** What a body that is not the vendor's own form says, fit to print. */
export const bodyText = (text: string): string =>
  /^\s*</.test(text) ? "an HTML page" : printable(text);

/** A sentence ends with one full stop, whatever the vendor's text ended with. */
export const sentence = (text: string): string =>
  /[.!?…]$/.test(text) ? text : `${text}.`;
