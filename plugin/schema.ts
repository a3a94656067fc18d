// Writes the schema of the provider `area1`: run by scripts/build.mjs, and not published. Types, names and required properties are those
// of the handlers' field tables and of the classes in lib/; descriptions are their doc comments.
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import ts from "typescript";

import { components } from "../lib/components";
import type { EnumValue, SchemaType } from "../providers/codecs";
import type { Fields } from "../providers/field";
import { readingForms } from "../providers/forms";
import { isKindName, kinds } from "../providers/kinds";
import { keys, secretKeys, type Key } from "../providers/session/configuration";
import { environmentVariables } from "./configuration";
import { commentOf, sentences, type Comment } from "./schema/comments";
import type {
  PackageSpec,
  PropertySpec,
  ResourceSpec,
} from "./schema/package-schema";
import { SchemaTypes, tokenOf } from "./schema/types";

/** The fields of each resource's properties, by the name of its class. */
const fieldsOf: Readonly<Record<string, Fields>> = {
  ...Object.fromEntries(
    Object.entries({ ...kinds, ...readingForms }).map(([name, { fields }]) => [
      name,
      fields,
    ]),
  ),
};

/**
 * Returns the schema.
 *
 * @param root the repository's folder
 */
export function schemaOf(root: string): PackageSpec {
  const { version, description, keywords, license } = JSON.parse(
    readFileSync(path.join(root, "package.json"), "utf8"),
  ) as Pick<PackageSpec, "version" | "description" | "keywords" | "license">;
  const library = new Library(root);
  const resources = Object.fromEntries(
    Object.entries(fieldsOf).map(([name, fields]) => [
      tokenOf(name),
      library.resource(name, fields),
    ]),
  );
  const componentResources = Object.fromEntries(
    Object.keys(components).map((name) => [
      tokenOf(name),
      library.component(name),
    ]),
  );
  const configuration = library.configuration();
  return {
    name: "area1",
    displayName: "Cloudflare Email Security for Microsoft 365",
    version,
    description,
    keywords,
    license,
    config: { variables: configuration },
    provider: {
      description:
        "One tenant and one account. A provider that a program makes ignores the stack's configuration, and the environment except for the variables that it names.",
      inputProperties: {
        ...configuration,
        [environmentVariables]: {
          type: "array",
          items: { type: "string" },
          description:
            "Names of the environment variables that a provider of a program reads, such as `AZURE_CLIENT_SECRET`. Their values are not in the state.",
        },
      },
    },
    types: library.types.named,
    resources: { ...resources, ...componentResources },
    // An SDK then asks for the plugin of its own version.
    language: {
      csharp: { respectSchemaVersion: true },
      go: {
        importBasePath: "pulumi-area1-m365/sdk/go/area1",
        // The component's outputs are lists of resources.
        generateResourceContainerTypes: true,
        respectSchemaVersion: true,
      },
      java: { buildFiles: "gradle" },
      nodejs: { respectSchemaVersion: true },
      python: { respectSchemaVersion: true, pyproject: { enabled: true } },
    },
  };
}

/** The declarations of `lib/`. */
class Library {
  readonly types: SchemaTypes;

  private readonly checker: ts.TypeChecker;
  private readonly exported: ReadonlyMap<string, ts.Symbol>;

  constructor(root: string) {
    const entry = path.join(root, "lib/index.ts");
    const { config } = ts.readConfigFile(
      path.join(root, "tsconfig.json"),
      (file) => ts.sys.readFile(file),
    ) as { config: unknown };
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
    const program = ts.createProgram([entry], options);
    const checker = program.getTypeChecker();
    const file = program.getSourceFile(entry);
    const module = file && checker.getSymbolAtLocation(file);
    if (!module) throw new Error(`${entry} exports nothing.`);
    this.checker = checker;
    this.exported = new Map(
      checker
        .getExportsOfModule(module)
        .map((symbol) => [
          symbol.name,
          symbol.flags & ts.SymbolFlags.Alias
            ? checker.getAliasedSymbol(symbol)
            : symbol,
        ]),
    );
    this.types = new SchemaTypes(
      checker,
      this.exported,
      Object.values(fieldsOf).flatMap((fields) =>
        Object.values(fields).flatMap(({ codec }) => valuesOf(codec.schema)),
      ),
    );
  }

  resource(name: string, fields: Fields): ResourceSpec {
    return {
      ...this.members(name, fields),
      // States of Node.js programs have the types of dynamic resources.
      aliases: [{ type: `pulumi-nodejs:dynamic/area1:${name}` }],
      ...(isKindName(name) && { listInputs: { type: "object" } }),
    };
  }

  component(name: string): ResourceSpec {
    return { isComponent: true, ...this.members(name) };
  }

  private members(name: string, fields?: Fields): ResourceSpec {
    const inputs = this.types.propertiesOf(
      this.typeNamed(`${name}Args`),
      name,
      fields ? "inputs" : "arguments",
      fields,
    );
    const { properties, required } = this.types.propertiesOf(
      this.typeNamed(name),
      name,
      "outputs",
      fields,
    );
    return {
      description: this.describe(name),
      inputProperties: inputs.properties,
      requiredInputs: inputs.required,
      // A property of the vendor's object is described where it is an input.
      properties: Object.fromEntries(
        Object.entries(properties).map(([property, spec]) => [
          property,
          {
            ...spec,
            description:
              spec.description ||
              (inputs.properties[property]?.description ?? ""),
          },
        ]),
      ),
      required,
    };
  }

  /** Returns the configuration, which is also the provider's arguments. */
  configuration(): Record<string, PropertySpec> {
    const { properties } = this.types.propertiesOf(
      this.typeNamed("Area1ProviderArgs"),
      "Area1Provider",
      "inputs",
    );
    return Object.fromEntries(
      Object.entries(properties).map(([key, { description, ...type }]) => [
        key,
        {
          ...type,
          description: sentences(
            description,
            `Environment variable: \`${keys[key as Key]}\`.`,
          ),
          ...(secretKeys.some((secret) => secret === key) && {
            secret: true as const,
          }),
        },
      ]),
    );
  }

  /** Returns the description of a class. A sentence that refers to the class's properties is replaced by their comment. */
  describe(name: string): string {
    const { text } = this.comment(name);
    const props = `${name}Props`;
    if (!text.includes(`\`${props}\``)) return text;
    const { text: ofProps, see } = this.comment(props);
    return sentences(
      ...text
        .split(/(?<=\.) /)
        .map((sentence) => (sentence.includes(props) ? ofProps : sentence)),
      see && `See ${see}`,
    );
  }

  private comment(name: string): Comment {
    return commentOf(this.symbolNamed(name), this.checker);
  }

  private symbolNamed(name: string): ts.Symbol {
    const symbol = this.exported.get(name);
    if (!symbol) throw new Error(`lib/index.ts exports no ${name}.`);
    return symbol;
  }

  private typeNamed(name: string): ts.Type {
    return this.checker.getDeclaredTypeOfSymbol(this.symbolNamed(name));
  }
}

/** Returns the values of the enumeration that a type is, or is a list of; none if it is neither. */
function valuesOf(schema: SchemaType): (readonly EnumValue[])[] {
  if (schema.type === "array") return valuesOf(schema.items);
  return schema.type === "string" && schema.enum ? [schema.enum] : [];
}

if (require.main === module)
  writeFileSync(
    process.argv[2] ?? "schema.json",
    JSON.stringify(schemaOf(process.cwd())),
  );
