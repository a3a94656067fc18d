import { readFileSync } from "node:fs";
import path from "node:path";

import ts from "typescript";

/** The repository's folder. */
export const repository = path.resolve(__dirname, "../..");

/** A property or a class with its doc comment. */
export interface Documented {
  name: string;
  optional: boolean;
  /** Its type as in the source; empty for a class. */
  type: string;
  /** The comment without its tags, on one line. */
  text: string;
  /** The text of `@default`. */
  byDefault?: string;
}

/** Returns the members of an interface or a class, in the order of the source, without inherited ones. */
export function membersOf(file: string, name: string): Documented[] {
  return [...declarationIn(file, name).members].flatMap((member) =>
    (ts.isPropertySignature(member) || ts.isPropertyDeclaration(member)) &&
    ts.isIdentifier(member.name)
      ? [
          documented(
            member.name.text,
            member,
            member.questionToken,
            member.type,
          ),
        ]
      : [],
  );
}

/** Returns the members of an interface, and after them those of the interfaces that it extends and that its file imports. */
export function propertiesOf(file: string, name: string): Documented[] {
  const imports = parsed(file).statements.filter(ts.isImportDeclaration);
  const bases = (declarationIn(file, name).heritageClauses ?? []).flatMap(
    ({ types }) => types.map(({ expression }) => expression.getText()),
  );
  return [
    ...membersOf(file, name),
    ...bases.flatMap((base) => {
      const from = imports.find(({ importClause }) =>
        importClause?.namedBindings?.getText().match(`\\b${base}\\b`),
      );
      if (!from) throw new Error(`${file} imports no ${base}`);
      const target = (from.moduleSpecifier as ts.StringLiteral).text;
      return propertiesOf(
        `${path.posix.join(path.dirname(file), target)}.ts`,
        base,
      );
    }),
  ];
}

/** Returns the members of a resource's class, with those that it inherits from the classes of `lib/resource.ts`. */
export function outputsOf(file: string, name: string): Documented[] {
  const parents = (declarationIn(file, name).heritageClauses ?? [])
    .flatMap(({ types }) => types.map(({ expression }) => expression.getText()))
    .filter((parent) => /^\w+Resource$/.test(parent));
  return [
    ...membersOf(file, name),
    ...parents.flatMap((parent) => outputsOf("lib/resource.ts", parent)),
  ];
}

function declarationIn(file: string, name: string) {
  const declaration = parsed(file).statements.find(
    (statement): statement is ts.InterfaceDeclaration | ts.ClassDeclaration =>
      (ts.isInterfaceDeclaration(statement) ||
        ts.isClassDeclaration(statement)) &&
      statement.name?.text === name,
  );
  if (!declaration) throw new Error(`${file} declares no ${name}`);
  return declaration;
}

/** Returns the first sentence of a class's comment. */
export function purposeOf(file: string, name: string): string {
  const declaration = parsed(file).statements.find(
    (statement) =>
      ts.isClassDeclaration(statement) && statement.name?.text === name,
  );
  if (!declaration) throw new Error(`${file} declares no class ${name}`);
  const { text } = documented(name, declaration, undefined);
  return (
    /^.*?[^.]\.(?= |$)/.exec(text.replace(/; see .*?\./, "."))?.[0] ?? text
  );
}

function documented(
  name: string,
  node: ts.Node,
  question: ts.QuestionToken | undefined,
  type?: ts.TypeNode,
): Documented {
  const docs = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  const byDefault = ts
    .getJSDocTags(node)
    .find(({ tagName }) => tagName.text === "default");
  return {
    name,
    optional: question !== undefined,
    type: type?.getText() ?? "",
    text: oneLine(docs.map(({ comment }) => textOf(comment)).join(" ")),
    ...(byDefault && { byDefault: oneLine(textOf(byDefault.comment)) }),
  };
}

function textOf(comment: string | ts.NodeArray<ts.JSDocComment> | undefined) {
  if (comment === undefined || typeof comment === "string")
    return comment ?? "";
  return comment
    .map((part) =>
      ts.isJSDocLink(part) ? `\`${part.name?.getText() ?? ""}\`` : part.text,
    )
    .join("");
}

const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim();

function parsed(file: string): ts.SourceFile {
  const at = path.join(repository, file);
  return ts.createSourceFile(
    at,
    readFileSync(at, "utf8"),
    ts.ScriptTarget.Latest,
    true,
  );
}
