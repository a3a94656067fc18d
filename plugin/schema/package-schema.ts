// The format of a Pulumi package's schema, as far as it is used here.
// See https://www.pulumi.com/docs/iac/guides/building-extending/packages/schema/

/** A type of values. */
export interface TypeSpec {
  readonly type?: "boolean" | "integer" | "string" | "array" | "object";
  readonly $ref?: string;
  readonly items?: TypeSpec;
  readonly additionalProperties?: TypeSpec;
  readonly oneOf?: readonly TypeSpec[];
  /** Whether the value must be known before anything runs. */
  readonly plain?: true;
}

/** A property of a resource or of an object. */
export interface PropertySpec extends TypeSpec {
  readonly description: string;
  readonly secret?: true;
  readonly willReplaceOnChanges?: true;
}

/** The properties of a resource or of an object. */
export interface Properties {
  readonly properties: Readonly<Record<string, PropertySpec>>;
  readonly required: readonly string[];
}

/** A type with a name: an object or an enumeration. */
export type NamedTypeSpec = { readonly description: string } & (
  | ({ readonly type: "object" } & Properties)
  | {
      readonly type: "string";
      readonly enum: readonly {
        readonly value: string;
        readonly name?: string;
      }[];
    }
);

/** A resource or a component. */
export interface ResourceSpec extends Properties {
  readonly description: string;
  readonly isComponent?: true;
  readonly inputProperties: Readonly<Record<string, PropertySpec>>;
  readonly requiredInputs: readonly string[];
  readonly aliases?: readonly { readonly type: string }[];
  /** The inputs of a list of existing objects; missing if they cannot be listed. */
  readonly listInputs?: { readonly type: "object" };
}

/** A package. */
export interface PackageSpec {
  readonly name: string;
  readonly displayName: string;
  readonly version: string;
  readonly description: string;
  readonly keywords: readonly string[];
  readonly license: string;
  readonly config: {
    readonly variables: Readonly<Record<string, PropertySpec>>;
  };
  readonly provider: {
    readonly description: string;
    readonly inputProperties: Readonly<Record<string, PropertySpec>>;
  };
  readonly types: Readonly<Record<string, NamedTypeSpec>>;
  readonly resources: Readonly<Record<string, ResourceSpec>>;
  readonly language: Readonly<Record<string, unknown>>;
}
