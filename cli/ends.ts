import type { CommanderError } from "commander";

/** Ends with 2 where a command line is wrong: 1 says that something was looked at and found. Help and version end with 0. */
export function endsWith2({ exitCode }: CommanderError): never {
  process.exit(exitCode === 0 ? 0 : 2);
}
