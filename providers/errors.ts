import { isNativeError } from "node:util/types";

import { spaced } from "../mail-flow/visible";

/**
 * The class of a vendor's error. There is one for each case that needs a different reaction or advice.
 *
 * - `notFound`, `alreadyExists`: about the object that the request named.
 * - `unauthorized`, `forbidden`: the credentials or their rights.
 * - `dehydrated`: the tenant has never been customised; `notEntitled`: the account does not have the product.
 * - `throttled`, `transient`: a later retry may succeed. `unreachable`: there was no response.
 * - `blocked`: the connection is blocked, by a certificate that is not trusted or a proxy that refuses.
 * - `unreadable`: a response that the vendor's API does not send (HTML, an incomplete body).
 * - `refused`: the vendor rejected the request as invalid.
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

/** The error of a failed request to a vendor. `message` is the vendor's own reason, cleaned for printing. */
export class VendorError extends Error {
  override name = "VendorError";

  constructor(
    readonly fault: Fault,
    message: string,
    readonly details: {
      /** HTTP status; missing if there was no response. */
      status?: number;
      /** Whether the request may have been carried out despite the error. */
      uncertain?: boolean;
      /** What the user can do about it. */
      advice?: string;
      cause?: unknown;
    } = {},
  ) {
    super(message, { cause: details.cause });
  }
}

/** Returns whether an error is a {@link VendorError} with one of these faults. */
export const isFault = (
  error: unknown,
  ...faults: Fault[]
): error is VendorError =>
  error instanceof VendorError && faults.includes(error.fault);

/** An error that the user can fix. Its message is complete: it says what failed and what to do. */
export class UserError extends Error {
  override name = "UserError";
}

/**
 * The error if the object exists but a part of the work is still pending.
 * The engine stores the outputs, and sends an update in every later `up` until it succeeds.
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

/** Returns the message of any thrown value. */
export const reasonOf = (error: unknown): string =>
  isNativeError(error) ? error.message || error.name : String(error);

const longest = 800;

/**
 * Cleans a vendor's text for printing: replaces control characters (Exchange Online sent a 403 with 4,096 NUL bytes, observed) and those
 * that change the direction of text by spaces, collapses white space, and cuts the text to 800 characters.
 */
export function printable(text: string): string {
  const clean = spaced(text).replace(/ {2,}/g, " ").trim();
  return clean.length > longest ? `${clean.slice(0, longest)}…` : clean;
}

/** Describes a body that is not in the vendor's own format, for printing. */
export const bodyText = (text: string): string =>
  /^\s*</.test(text) ? "an HTML page" : printable(text);

/** Adds a full stop to a text that does not end a sentence already. */
export const sentence = (text: string): string =>
  /[.!?…]$/.test(text) ? text : `${text}.`;
