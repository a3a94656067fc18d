import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";

import { propertyOf } from "../../mail-flow/names";
import { conditions } from "../../providers/exchange-online/transport-rule-conditions";
import { membersOf, repository, type Documented } from "./documented";

const folder = "providers/exchange-online";

/** The file with the exceptions of a transport rule. It is generated, because TypeScript keeps no comments of renamed properties. */
export const exceptionsFile = `${folder}/transport-rule-exceptions.ts`;

/** Returns the exceptions of a transport rule with their comments, which are those of its conditions. */
export const exceptionsOfRules = (): Documented[] =>
  membersOf(
    `${folder}/transport-rule-conditions.ts`,
    "TransportRuleConditions",
  ).map((condition) => ({
    ...condition,
    name: exceptionOf(condition.name),
    text: `Exception: ${condition.text
      .slice(0, 1)
      .toLowerCase()}${condition.text.slice(1)}`.replace(
      /`(\w+)`/g,
      (quoted, name: string) =>
        name in conditions ? `\`${exceptionOf(name)}\`` : quoted,
    ),
  }));

const exceptionOf = (condition: string): string =>
  propertyOf(
    `ExceptIf${condition.slice(0, 1).toUpperCase()}${condition.slice(1)}`,
  );

/** Writes the file with the exceptions. */
export async function writeExceptions(): Promise<void> {
  const at = path.join(repository, exceptionsFile);
  const text = await readFile(at, "utf8");
  const types = exceptionsOfRules().flatMap(({ type }) =>
    /^(string|number|boolean|readonly string\[\])$/.test(type) ? [] : [type],
  );
  const start = text.indexOf("/**\n * The exceptions");
  const members = exceptionsOfRules().map(
    ({ name, type, text }) => `${comment(text)}\n  ${name}?: ${type};`,
  );
  await writeFile(
    at,
    `import type { ${types.join(", ")} } from "./transport-rule-conditions";

${text.slice(start, text.indexOf("{\n", start) + 2)}${members.join("\n")}
}
`,
  );
}

/** Returns a doc comment in lines of at most 140 characters. */
function comment(text: string): string {
  const whole = `  /** ${text} */`;
  if (whole.length <= 140) return whole;
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines.at(-1) ?? "";
    if (last.length + word.length < 132)
      lines[lines.length - 1] = last === "" ? word : `${last} ${word}`;
    else lines.push(word);
  }
  return ["  /**", ...lines.map((line) => `   * ${line}`), "   */"].join("\n");
}
