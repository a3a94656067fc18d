import type { Values } from "../../providers/field";
import type { ComponentDomain } from "./component";
import { list, literal, quoted, type ProgramValue } from "./literals";
import type { ProgramResource } from "./takeover";

const notation = { true: "true", false: "false", indent: "  " };

/** Returns the program in TypeScript. */
export function typescriptProgram(
  resources: readonly ProgramResource[],
): string {
  const classes = [...new Set(resources.map(({ type }) => type))].sort();
  const names = [...classes, "usePlugin"];
  const short = `import { ${names.join(", ")} } from "pulumi-area1-m365";`;
  return [
    ...(short.length <= 80
      ? [short]
      : [
          "import {",
          ...names.map((name) => `  ${name},`),
          '} from "pulumi-area1-m365";',
        ]),
    "",
    "// The resources of the provider area1 can be imported; dynamic resources cannot.",
    "usePlugin();",
    ...resources.flatMap(({ type, name, inputs }) => [
      "",
      `new ${type}(${quoted(name)}, ${object(inputs, "")});`,
    ]),
    "",
  ].join("\n");
}

const object = (
  inputs: Readonly<Record<string, ProgramValue>>,
  indent: string,
): string =>
  [
    "{",
    ...Object.entries(inputs).map(
      ([property, value]) =>
        `${indent}  ${property}: ${valueOf(value, `${indent}  `)},`,
    ),
    `${indent}}`,
  ].join("\n");

const valueOf = (value: ProgramValue, indent: string): string =>
  Array.isArray(value) && value.some((entry) => typeof entry === "object")
    ? list(
        (value as readonly (string | ComponentDomain)[]).map((entry) =>
          typeof entry === "string"
            ? quoted(entry)
            : object(entry, `${indent}  `),
        ),
        indent,
        notation,
      )
    : literal(value as Values[string], indent, notation);
