import {
  PartialFailure,
  reasonOf,
  sentence,
  UserError,
  VendorError,
} from "../errors";

/** Adds the failed operation to the beginning of an error's message, unless the message already has one. */
export async function withFailureContext<T>(
  tried: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PartialFailure)
      throw new PartialFailure(
        error.id,
        error.outs,
        error.reasons.map((reason) => `${tried}: ${reason}`),
        error,
      );
    const reason = reasonFor(error);
    throw new UserError(
      reason.startsWith("Cannot ") ? reason : `${tried}: ${reason}`,
      { cause: error },
    );
  }
}

/** Returns the error's reason, and the advice if there is one. */
export function reasonFor(error: unknown): string {
  const reason = sentence(reasonOf(error));
  const advice =
    error instanceof VendorError ? error.details.advice : undefined;
  return advice ? `${reason} ${advice}` : reason;
}
