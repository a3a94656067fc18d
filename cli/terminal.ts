/** Whether colours are for the eyes of a person at a terminal: not in a file, a pipe or a pipeline's log, nor where NO_COLOR stands. */
export const hasColours = (): boolean =>
  // Left out where there is no terminal, and a colour library takes that for a question to itself, which CI answers with yes.
  process.stdout.isTTY === true && process.env["NO_COLOR"] === undefined;
