/** Whether to print colours: on a terminal, but not in a file, a pipe or a CI log, nor if NO_COLOR is set. */
export const hasColours = (): boolean =>
  // Always a boolean: `isTTY` is undefined without a terminal, and a colour library would then decide itself, and print colours in CI.
  process.stdout.isTTY === true && process.env["NO_COLOR"] === undefined;
