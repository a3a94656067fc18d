import { InvalidArgumentError, Option } from "commander";

/** Returns a parser that accepts a valid value unchanged, and refuses another with this message. */
export const checked =
  (isValid: (text: string) => boolean, complaint: string) =>
  (text: string): string => {
    if (!isValid(text)) throw new InvalidArgumentError(complaint);
    return text;
  };

/** Returns a parser of whole numbers from `least` to `greatest`. */
export const wholeNumber =
  (what: string, least: number, greatest: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > greatest)
      throw new InvalidArgumentError(
        `Not ${what} from ${least} to ${greatest}.`,
      );
    return value;
  };

/** Returns a parser that collects the values of an option that may be repeated. */
export const repeatable =
  (parse = (text: string): string => text) =>
  (text: string, before: readonly string[] = []): string[] => [
    ...before,
    parse(text),
  ];

/** The option `--stack` of every command that reads the tenant. */
export const stackOption = (): Option =>
  new Option(
    "--stack <name>",
    "read the configuration of this Pulumi stack (default: the selected stack)",
  ).conflicts("snapshot");
