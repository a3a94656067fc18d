/**
 * Does work without recording stack traces. Pulumi's runtime records one for each of its promises, and mapping these to the TypeScript
 * sources takes most of the time of a program with mocks.
 */
export async function withoutStackTraces<T>(
  work: () => Promise<T>,
): Promise<T> {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return await work();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
