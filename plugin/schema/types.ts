import deepEqual from "fast-deep-equal";
import ts from "typescript";

import type { EnumValue, SchemaType } from "../../providers/codecs";
import type { Fields } from "../../providers/field";
import { commentOf, described } from "./comments";
import type {
  NamedTypeSpec,
  Properties,
  PropertySpec,
  TypeSpec,
} from "./package-schema";

/** Where a type is used. In `arguments`, a value that may not be an output is plain. */
type Use = "arguments" | "inputs" | "outputs";

/** Converts the types that `lib/` declares to those of the schema, and collects the named ones. */
export class SchemaTypes {
  /** The named types so far, by token. */
  readonly named: Record<string, NamedTypeSpec> = {};

  private readonly enumerations = new Map<string, [string, ts.Symbol]>();

  /**
   * @param exported everything that `lib/` exports, by name
   * @param values the values of each codec's enumeration
   */
  constructor(
    private readonly checker: ts.TypeChecker,
    private readonly exported: ReadonlyMap<string, ts.Symbol>,
    private readonly values: readonly (readonly EnumValue[])[],
  ) {
    for (const [name, symbol] of exported) {
      if (!(symbol.flags & ts.SymbolFlags.TypeAlias)) continue;
      const literals = literalsOf(checker.getDeclaredTypeOfSymbol(symbol));
      if (literals) this.enumerations.set(keyOf(literals), [name, symbol]);
    }
  }

  /**
   * Returns the properties of a type.
   *
   * @param owner the name of the type, for errors
   * @param fields the fields of those properties that belong to a vendor's object. Their codecs say the types.
   * @throws Error if a declaration and a codec differ, or if a type cannot be part of a schema
   */
  propertiesOf(
    type: ts.Type,
    owner: string,
    use: Use,
    fields: Fields = {},
  ): Properties {
    const properties: Record<string, PropertySpec> = {};
    const required: string[] = [];
    for (const symbol of type.getProperties().filter(isOwn)) {
      const { name } = symbol;
      const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
      const declared = this.checker.getTypeOfSymbol(symbol);
      const path = `${owner}.${name}`;
      const spec = this.typeOf(declared, path, use);
      const known = field && this.typeOfCodec(field.codec.schema, path, use);
      if (known && !deepEqual(known, spec))
        throw new Error(
          `${path} is declared as ${JSON.stringify(spec)}, but its codec has ${JSON.stringify(known)}.`,
        );
      properties[name] = {
        ...spec,
        description: described(commentOf(symbol, this.checker)),
        ...(use !== "outputs" &&
          field?.replaces && { willReplaceOnChanges: true as const }),
      };
      if (this.isRequired(symbol, declared)) required.push(name);
    }
    return { properties, required: required.sort() };
  }

  private isRequired(symbol: ts.Symbol, declared: ts.Type): boolean {
    const { type } = this.unwrapped(declared);
    return !(
      symbol.flags & ts.SymbolFlags.Optional ||
      this.checker.getNonNullableType(type) !== type
    );
  }

  /** Returns the type of a value, without `pulumi.Input` and `pulumi.Output`. */
  private unwrapped(declared: ts.Type): { type: ts.Type; wrapped: boolean } {
    const inner = this.outputIn(declared);
    return { type: inner ?? declared, wrapped: inner !== undefined };
  }

  /** Returns `T` of the `OutputInstance<T>` that both `pulumi.Input<T>` and `pulumi.Output<T>` contain. */
  private outputIn(type: ts.Type): ts.Type | undefined {
    if (type.isUnionOrIntersection())
      return type.types
        .map((part) => this.outputIn(part))
        .find((found) => found !== undefined);
    return type.symbol?.name === "OutputInstance"
      ? this.checker.getTypeArguments(type as ts.TypeReference)[0]
      : undefined;
  }

  private typeOf(declared: ts.Type, owner: string, use: Use): TypeSpec {
    const { type, wrapped } = this.unwrapped(declared);
    if (type.flags & ts.TypeFlags.Unknown) return any;
    const spec = this.typeOfValue(
      this.checker.getNonNullableType(type),
      owner,
      // What an output may contain need not be plain.
      wrapped && use === "arguments" ? "inputs" : use,
    );
    return use === "arguments" && !wrapped ? { ...spec, plain: true } : spec;
  }

  private typeOfValue(type: ts.Type, owner: string, use: Use): TypeSpec {
    const literals = literalsOf(type);
    if (literals) return this.enumeration(literals, owner, use);
    if (type.flags & ts.TypeFlags.StringLike) return { type: "string" };
    // Every number of this library is whole.
    if (type.flags & ts.TypeFlags.NumberLike) return { type: "integer" };
    if (type.flags & ts.TypeFlags.BooleanLike) return { type: "boolean" };
    if (type.isUnion()) return this.choice(type, owner, use);
    if (this.checker.isArrayType(type)) {
      const [item] = this.checker.getTypeArguments(type as ts.TypeReference);
      if (!item) throw new Error(`${owner} is a list of nothing.`);
      return { type: "array", items: this.typeOf(item, owner, use) };
    }
    if (type.isClass())
      return { $ref: `#/resources/${tokenOf(type.symbol.name)}` };
    const member = type.getStringIndexType();
    if (member)
      return {
        type: "object",
        additionalProperties: this.typeOf(member, owner, "outputs"),
      };
    return this.object(type, owner, use);
  }

  /** Returns the type of a value that may be a text or an object; of another choice, nothing is known. */
  private choice(type: ts.UnionType, owner: string, use: Use): TypeSpec {
    const isKnown = type.types.every(
      (one) =>
        one.flags & ts.TypeFlags.String ||
        (one.symbol && this.exported.has(one.symbol.name)),
    );
    return isKnown
      ? { oneOf: type.types.map((one) => this.typeOf(one, owner, use)) }
      : any;
  }

  private object(type: ts.Type, owner: string, use: Use): TypeSpec {
    // `Args` only makes inputs of the members.
    const [props] =
      type.aliasSymbol?.name === "Args" ? (type.aliasTypeArguments ?? []) : [];
    if (props) return this.object(props, owner, "inputs");
    const symbol = type.aliasSymbol ?? type.symbol;
    if (!this.exported.has(symbol.name))
      throw new Error(
        `${owner} is an object, but lib/index.ts does not export its type, whose name the schema could use.`,
      );
    const name = symbol.name.replace(/Props$/, "");
    const token = tokenOf(name);
    this.named[token] ??= {
      type: "object",
      description: commentOf(symbol, this.checker).text,
      ...this.propertiesOf(type, name, use),
    };
    return { $ref: `#/types/${token}` };
  }

  private typeOfCodec(schema: SchemaType, owner: string, use: Use): TypeSpec {
    switch (schema.type) {
      case "any":
        return any;
      case "array":
        return {
          type: "array",
          items: this.typeOfCodec(schema.items, owner, use),
        };
      case "string":
        return schema.enum
          ? this.enumeration(
              schema.enum.map(({ value }) => value),
              owner,
              use,
            )
          : { type: "string" };
      default:
        return { type: schema.type };
    }
  }

  /** Returns the type of an enumeration. As an output, it is a text: a vendor may return a value that this version does not know. */
  private enumeration(
    literals: readonly string[],
    owner: string,
    use: Use,
  ): TypeSpec {
    if (use === "outputs") return { type: "string" };
    const key = keyOf(literals);
    const found = this.enumerations.get(key);
    if (!found)
      throw new Error(
        `${owner} is one of ${literals.join(", ")}, but lib/index.ts exports no type of just these values, whose name the schema could use.`,
      );
    const [name, symbol] = found;
    const token = tokenOf(name);
    this.named[token] ??= {
      type: "string",
      description: commentOf(symbol, this.checker).text,
      enum: (
        this.values.find(
          (values) => keyOf(values.map(({ value }) => value)) === key,
        ) ?? literals.map((value) => ({ value }))
      ).map(withName),
    };
    return { $ref: `#/types/${token}` };
  }
}

const any: TypeSpec = { $ref: "pulumi.json#/Any" };

/** Returns the token of a type or a resource. */
export const tokenOf = (name: string): string => `area1:index:${name}`;

/** Returns the texts that a type consists of, or undefined if it is another type. */
function literalsOf(type: ts.Type): readonly string[] | undefined {
  const parts = type.isUnion() ? type.types : [type];
  const texts = parts.flatMap((part) =>
    part.isStringLiteral() ? [part.value] : [],
  );
  return texts.length === parts.length ? texts : undefined;
}

const keyOf = (values: readonly string[]): string =>
  JSON.stringify([...values].sort());

/** Names a value in capitals: from `RETRO_SCAN`, SDKs would make `RETR_O_SCAN`. */
function withName(one: EnumValue): EnumValue {
  return /^[A-Z]+([-_][A-Z]+)*$/.test(one.value)
    ? {
        name: one.value
          .toLowerCase()
          .replace(/(?:^|[-_])([a-z])/g, (_, letter: string) =>
            letter.toUpperCase(),
          ),
        ...one,
      }
    : one;
}

/** Whether a property is declared in this repository, and not inherited from Pulumi's classes. */
const isOwn = (symbol: ts.Symbol): boolean =>
  (symbol.declarations ?? []).some(
    (declaration) =>
      (ts.isPropertyDeclaration(declaration) ||
        ts.isPropertySignature(declaration)) &&
      !declaration.getSourceFile().fileName.includes("/node_modules/"),
  );
