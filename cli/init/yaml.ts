import type { ComponentDomain } from "./component";
import { quoted, type ProgramValue } from "./literals";
import type { ProgramResource } from "./takeover";

/** Returns the resources of a program in YAML, for `Pulumi.yaml`. */
export const yamlProgram = (resources: readonly ProgramResource[]): string =>
  resources.length === 0
    ? "resources: {}\n"
    : [
        "resources:",
        ...resources.flatMap(({ type, name, inputs }) => [
          `  ${quoted(name)}:`,
          `    type: area1:${type}`,
          ...(Object.keys(inputs).length > 0 ? ["    properties:"] : []),
          ...members(inputs, "      "),
        ]),
        "",
      ].join("\n");

const members = (
  inputs: Readonly<Record<string, ProgramValue>>,
  indent: string,
): string[] =>
  Object.entries(inputs).flatMap(([property, value]) =>
    Array.isArray(value) && value.length > 0
      ? [
          `${indent}${property}:`,
          ...(value as readonly (string | ComponentDomain)[]).flatMap((entry) =>
            entryOf(entry, `${indent}  `),
          ),
        ]
      : [`${indent}${property}: ${scalar(value)}`],
  );

function entryOf(entry: string | ComponentDomain, indent: string): string[] {
  if (typeof entry === "string") return [`${indent}- ${scalar(entry)}`];
  const [first = "", ...others] = members(entry, `${indent}  `);
  return [`${indent}- ${first.trimStart()}`, ...others];
}

/** Returns a scalar. In a text of a Pulumi program, `$$` stands for `$`, and `${` begins an expression. */
const scalar = (value: ProgramValue): string =>
  typeof value === "string"
    ? quoted(value).replaceAll("$", "$$$$")
    : JSON.stringify(value);
