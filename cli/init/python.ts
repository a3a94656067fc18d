import type { Values } from "../../providers/field";
import type { ComponentDomain } from "./component";
import { list, literal, quoted, type ProgramValue } from "./literals";
import type { ProgramResource } from "./takeover";

const notation = { true: "True", false: "False", indent: "    " };

/** Returns the program in Python, with the SDK that `pulumi package add` generates. */
export const pythonProgram = (resources: readonly ProgramResource[]): string =>
  [
    "import pulumi_area1 as area1",
    ...resources.flatMap(({ type, name, inputs }) => [
      "",
      `area1.${type}(`,
      `    ${quoted(name)},`,
      ...parameters(inputs, "    "),
      ")",
    ]),
    "",
  ].join("\n");

const parameters = (
  inputs: Readonly<Record<string, ProgramValue>>,
  indent: string,
): string[] =>
  Object.entries(inputs).map(
    ([property, value]) =>
      `${indent}${snakeCase(property)}=${valueOf(value, indent)},`,
  );

const valueOf = (value: ProgramValue, indent: string): string =>
  Array.isArray(value) && value.some((entry) => typeof entry === "object")
    ? list(
        (value as readonly (string | ComponentDomain)[]).map((entry) =>
          typeof entry === "string"
            ? quoted(entry)
            : [
                "area1.UseCaseDomainArgs(",
                ...parameters(entry, `${indent}        `),
                `${indent}    )`,
              ].join("\n"),
        ),
        indent,
        notation,
      )
    : literal(value as Values[string], indent, notation);

/**
 * Returns a property's name in Pulumi's SDKs for Python: `setScl` becomes `set_scl`, `addXHeaderValue` becomes `add_x_header_value`, and
 * the keyword `from` becomes `from_`.
 */
const snakeCase = (property: string): string =>
  property
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1_$2")
    .toLowerCase()
    .replace(keywords, "$&_");

/** The keywords of Python that Pulumi's SDKs end with an underscore. */
const keywords =
  /^(and|as|assert|async|await|break|class|continue|def|del|elif|else|except|exec|finally|for|from|global|if|import|in|is|lambda|nonlocal|not|or|pass|print|raise|return|try|while|with|yield)$/;
