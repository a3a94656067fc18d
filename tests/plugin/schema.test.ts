import { useCaseNumbers } from "../../mail-flow/use-cases";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import { outputsOf, type MailRoutes } from "../../lib/mail-routes";
import { reasonAgainst } from "../../lib/use-case-args";
import { schemaOf } from "../../plugin/schema";
import type {
  NamedTypeSpec,
  PropertySpec,
  TypeSpec,
} from "../../plugin/schema/package-schema";
import type { Codec, Value } from "../../providers/codecs";
import { reasonAgainstMail } from "../../providers/exposure-guard/guarded-mail";
import type { Fields } from "../../providers/field";
import { readingForms } from "../../providers/forms";
import { kinds } from "../../providers/kinds";
import { keys, secretKeys } from "../../providers/session/configuration";
import { inProcess } from "../conformance/chosen-platform";
import { repository } from "../readme/documented";

const schema = schemaOf(repository);
const resources = Object.entries(schema.resources).map(([token, resource]) => ({
  name: lastOf(token),
  ...resource,
}));
const types = Object.entries(schema.types).map(([token, type]) => ({
  name: lastOf(token),
  type,
}));
const fieldsOf: Record<string, Fields> = {
  ...Object.fromEntries(
    Object.entries({ ...kinds, ...readingForms }).map(([name, { fields }]) => [
      name,
      fields,
    ]),
  ),
};

// Programs of users have these names. `UPDATE_GOLDEN=1 npm test -- tests/plugin/schema.test.ts` adds new ones; a name that is missing
// afterwards breaks programs.
test("the tokens, properties and values are those in tests/golden/schema.txt", () => {
  const text = `${[
    "provider",
    ...linesOf("input", schema.provider.inputProperties, []),
    ...resources.flatMap(({ name, isComponent, aliases = [], ...resource }) => [
      "",
      [
        isComponent ? "component" : "resource",
        name,
        ...aliases.map(({ type }) => `also ${type}`),
      ].join(" "),
      ...linesOf("input", resource.inputProperties, resource.requiredInputs),
      ...linesOf("output", resource.properties, resource.required),
    ]),
    ...types.flatMap(({ name, type }) => ["", ...linesOfType(name, type)]),
  ].join("\n")}\n`;
  const file = path.join(repository, "tests/golden/schema.txt");
  if (process.env["UPDATE_GOLDEN"]) writeFileSync(file, text);
  expect(text).toBe(readFileSync(file, "utf8"));
});

test("the package has the version and the licence of package.json, and no path of this machine", () => {
  const manifest = JSON.parse(
    readFileSync(path.join(repository, "package.json"), "utf8"),
  ) as Record<string, unknown>;
  expect(schema).toMatchObject({
    name: "area1",
    version: manifest["version"],
    license: manifest["license"],
  });
  expect(JSON.stringify(schema)).not.toContain(repository);
  expect(JSON.stringify(schema)).not.toContain("node_modules");
});

test("there is a resource for every kind, the restore point and the checks, with the type of Node.js programs as alias", () => {
  const custom = resources.filter(({ isComponent }) => !isComponent);
  expect(custom.map(({ name }) => name).sort()).toEqual(
    Object.keys({ ...kinds, ...readingForms }).sort(),
  );
  for (const { name, aliases } of custom)
    expect(aliases).toEqual([{ type: `pulumi-nodejs:dynamic/area1:${name}` }]);
  const components = resources.filter(({ isComponent }) => isComponent);
  expect(components.map(({ name }) => name).sort()).toEqual([
    "InlineDeployment",
    ...useCaseNumbers.map((useCase) => `UseCase${useCase}`),
  ]);
  for (const { aliases } of components) expect(aliases).toBeUndefined();
});

describe.each(resources.filter(({ isComponent }) => !isComponent))(
  "The resource $name",
  ({ name, inputProperties, requiredInputs, properties }) => {
    test("has the inputs that its handlers accept", async () => {
      const handlers = inProcess
        .run({ CLOUDFLARE_ACCOUNT_ID: "0123456789abcdef0123456789abcdef" })
        .of(name);
      const names = Object.keys(inputProperties);
      const { failures } = await handlers.check(
        {},
        Object.fromEntries([...names, "nonsense"].map((one) => [one, {}])),
      );
      const unknown = failures.filter(({ reason }) =>
        reason.startsWith("is not a property"),
      );
      expect(unknown.map(({ property }) => property)).toEqual(["nonsense"]);
      const [, list = "", count] =
        /(?:which has (.+)|has all (\d+))$/.exec(unknown[0]?.reason ?? "") ??
        [];
      if (count !== undefined) {
        expect(names.length).toBe(Number(count) + 1);
        return;
      }
      const accepted = list.split(", ");
      // The handlers do not offer it in this message, because programs seldom set it themselves.
      if (name in kinds) accepted.push("restorePoint");
      expect(Object.keys(inputProperties).sort()).toEqual(accepted.sort());
    });

    test("requires the inputs that have no default and are the object's own", () => {
      const fields = Object.entries(fieldsOf[name] ?? {});
      expect(requiredInputs).toEqual(
        name === "RestorePoint"
          ? ["objects"]
          : fields
              .filter(([, { required }]) => required)
              .map(([property]) => property)
              .sort(),
      );
    });

    test("returns every input that is a property of the object", () => {
      expect(Object.keys(properties)).toEqual(
        expect.arrayContaining(Object.keys(fieldsOf[name] ?? {})),
      );
    });
  },
);

test.each(useCaseNumbers)(
  "the component UseCase%d has the inputs that the class accepts",
  (useCase) => {
    const reason = reasonAgainst(
      { domains: [], nonsense: true } as never,
      useCase,
    );
    const [, list = ""] = /which has (.+)\.$/.exec(reason ?? "") ?? [];
    const { inputProperties = {}, requiredInputs } =
      schema.resources[`area1:index:UseCase${useCase}`] ?? {};
    expect(Object.keys(inputProperties).sort()).toEqual(
      list.split(", ").sort(),
    );
    expect(requiredInputs).toEqual(["domains"]);
    expect(
      Object.keys(inputProperties)
        .filter((name) => inputProperties[name]?.plain)
        .sort(),
    ).toEqual(
      [
        "domains",
        "header",
        "check",
        ...(useCase === 1 ? ["holdMalicious"] : []),
      ].sort(),
    );
  },
);

test.each(useCaseNumbers)(
  "the component UseCase%d has the outputs that it returns",
  (useCase) => {
    expect(
      Object.keys(
        schema.resources[`area1:index:UseCase${useCase}`]?.properties ?? {},
      ).sort(),
    ).toEqual([...Object.keys(outputsOf({} as MailRoutes)), "rules"].sort());
  },
);

test("a domain of UseCase4 has the inputs of Area1Domain that UseCase4 does not set itself", () => {
  const domain = schema.types["area1:index:UseCaseDomain"];
  const inputs = schema.resources["area1:index:Area1Domain"]?.inputProperties;
  if (domain?.type !== "object") throw new Error("is no object");
  expect(
    [...Object.keys(domain.properties), "restorePoint", "guardedMail"].sort(),
  ).toEqual(Object.keys(inputs ?? {}).sort());
  expect(domain.required).toEqual(["domain"]);
});

test("the configuration has every key, and the secret ones are secret", () => {
  const { variables } = schema.config;
  expect(Object.keys(variables).sort()).toEqual(Object.keys(keys).sort());
  const { environmentVariables: names, ...rest } =
    schema.provider.inputProperties;
  expect(rest).toEqual(variables);
  expect(names).toMatchObject({ type: "array", items: { type: "string" } });
  const secret = Object.keys(variables).filter((key) => variables[key]?.secret);
  expect(secret.sort()).toEqual([...secretKeys].sort());
  expect(
    Object.keys(variables).filter((key) => variables[key]?.type === "integer"),
  ).toEqual(["requestTimeoutMs", "patienceMs"]);
  // An SDK would copy the values of these variables into states.
  expect(JSON.stringify(schema)).not.toContain("defaultInfo");
});

// SDKs for C# make a class of every type, and a member with a capital of every property. In Java, the files of classes have their names.
test("no names are the same in the SDK of another language", () => {
  const owners: [string, string[]][] = [
    ["Provider", Object.keys(schema.provider.inputProperties)],
    ["Config", Object.keys(schema.config.variables)],
    ...resources.map(
      ({ name, inputProperties, properties }): [string, string[]] => [
        name,
        [...new Set([inputProperties, properties].flatMap(Object.keys))],
      ],
    ),
    ...types.map(({ name, type }): [string, string[]] => [
      name,
      type.type === "object" ? Object.keys(type.properties) : [],
    ]),
  ];
  expect(repeated(["Utilities", ...owners.map(([name]) => name)])).toEqual([]);
  for (const [name, properties] of owners)
    // The last ones are members of every resource.
    expect([
      name,
      repeated([name, ...properties, "id", "urn", "pulumi"]),
    ]).toEqual([name, []]);
  for (const { name, type } of types)
    if (type.type === "string")
      expect([name, repeated(type.enum.map(memberOf))]).toEqual([name, []]);
});

test("an SDK sends no defaults: the handlers fill them in", () => {
  expect(JSON.stringify(schema)).not.toContain('"default"');
});

test("everything has a description", () => {
  const described: [string, string][] = [
    ["provider", schema.provider.description],
    ...ofProperties("provider", schema.provider.inputProperties),
    ...resources.flatMap(
      ({ name, description, inputProperties, properties }) => [
        [name, description] as [string, string],
        ...ofProperties(name, inputProperties),
        ...ofProperties(name, properties),
      ],
    ),
    ...types.flatMap(({ name, type }) => [
      [name, type.description] as [string, string],
      ...(type.type === "object" ? ofProperties(name, type.properties) : []),
    ]),
  ];
  expect(described.length).toBeGreaterThan(200);
  expect(
    described.filter(([, text]) => !/[.…]$|See https:\/\/\S+$/.test(text)),
  ).toEqual([]);
  expect(
    described.filter(([, text]) => /\{?@(link|default|see)/.test(text)),
  ).toEqual([]);
});

// Every enumeration in an input, with the code that accepts or refuses its values.
const enumerations: [string, readonly string[], Judge][] = [
  ...resources.flatMap(({ name, inputProperties }) =>
    Object.entries(inputProperties).flatMap(
      ([property, spec]): [string, readonly string[], Judge][] => {
        const values = valuesOf(spec);
        const codec = fieldsOf[name]?.[property]?.codec;
        return values && codec
          ? [[`${name}.${property}`, values, byCodec(codec, spec)]]
          : [];
      },
    ),
  ),
  [
    "GuardedMail.headers",
    valuesOfType("HeaderGeneration"),
    (value) => reasonAgainstMail({ headers: [value] }) === undefined,
  ],
  [
    "GuardedMail.verdicts",
    valuesOfType("GuardedVerdict"),
    (value) => reasonAgainstMail({ verdicts: [value] }) === undefined,
  ],
  [
    "UseCase4.header",
    valuesOfType("UseCaseHeader"),
    (value) =>
      reasonAgainst({ domains: ["example.com"], header: value as never }, 4) ===
      undefined,
  ],
];

test("these tests know every enumeration", () => {
  const known = enumerations.map(([, values]) => JSON.stringify(values));
  for (const { name, type } of types)
    if (type.type === "string")
      expect([name, known]).toEqual([
        name,
        expect.arrayContaining([JSON.stringify(valuesOfType(name))]),
      ]);
});

test.each(enumerations)(
  "%s accepts each value of its enumeration, and no other",
  (_property, values, accepts) => {
    expect(values.length).toBeGreaterThan(1);
    expect(values.filter((value) => !accepts(value))).toEqual([]);
    expect(accepts("Another")).toBe(false);
    expect(accepts("")).toBe(false);
  },
);

test.each(
  Object.entries(fieldsOf).flatMap(([name, fields]) =>
    Object.entries(fields).flatMap(([property, { codec }]) => {
      const spec =
        schema.resources[`area1:index:${name}`]?.inputProperties[property];
      const values = spec && valuesOf(spec);
      return values ? [[`${name}.${property}`, values, codec] as const] : [];
    }),
  ),
)("%s has the values in their canonical form", (_property, values, codec) => {
  const isList = codec.schema.type === "array";
  for (const value of values)
    for (const spelling of [value, value.toLowerCase(), value.toUpperCase()])
      expect(
        [codec.normalize((isList ? [spelling] : spelling) as Value)].flat(),
      ).toContain(value);
});

/** Returns whether a value is accepted. */
type Judge = (value: string) => boolean;

function byCodec(codec: Codec, { type }: TypeSpec): Judge {
  return (value) =>
    codec.refuse(type === "array" ? [value] : value) === undefined;
}

/** Returns the values of the enumeration that a property, or each entry of it, has; undefined if it has none. */
function valuesOf({ $ref, items }: TypeSpec): readonly string[] | undefined {
  if (items) return valuesOf(items);
  const type = schema.types[$ref?.replace("#/types/", "") ?? ""];
  return type?.type === "string"
    ? type.enum.map(({ value }) => value)
    : undefined;
}

function valuesOfType(name: string): readonly string[] {
  return valuesOf({ $ref: `#/types/area1:index:${name}` }) ?? [];
}

function ofProperties(
  owner: string,
  properties: Readonly<Record<string, PropertySpec>>,
): [string, string][] {
  return Object.entries(properties).map(([name, { description }]) => [
    `${owner}.${name}`,
    description,
  ]);
}

function linesOfType(name: string, type: NamedTypeSpec): string[] {
  return type.type === "object"
    ? [`object ${name}`, ...linesOf("member", type.properties, type.required)]
    : [
        `enumeration ${name}`,
        ...type.enum.map(
          ({ value, name: alias }) =>
            `  value ${value}${alias === undefined ? "" : ` named ${alias}`}`,
        ),
      ];
}

const linesOf = (
  role: string,
  properties: Readonly<Record<string, PropertySpec>>,
  required: readonly string[],
): string[] =>
  Object.keys(properties)
    .sort()
    .flatMap((name) => {
      const spec = properties[name];
      if (!spec) return [];
      const marks = [
        ...(required.includes(name) ? ["required"] : []),
        ...(spec.plain ? ["plain"] : []),
        ...(spec.secret ? ["secret"] : []),
        ...(spec.willReplaceOnChanges ? ["replaces"] : []),
      ];
      return [`  ${[`${role} ${name}: ${shown(spec)}`, ...marks].join(", ")}`];
    });

function shown(spec: TypeSpec): string {
  if (spec.$ref) return spec.$ref.replace(/^.*[:/]/, "");
  if (spec.oneOf) return spec.oneOf.map(shown).join(" or ");
  if (spec.items) return `list of ${shown(spec.items)}`;
  return spec.additionalProperties
    ? `map of ${shown(spec.additionalProperties)}`
    : (spec.type ?? "");
}

/** Returns the names that occur more than once, without regard to case. */
function repeated(names: readonly string[]): string[] {
  const small = names.map((name) => name.toLowerCase());
  return names.filter((_, at) => small.indexOf(small[at] ?? "") !== at);
}

/** Returns the letters and digits of an enumeration's value, of which SDKs make the name of a member. */
const memberOf = ({ name, value }: { name?: string; value: string }): string =>
  (name ?? value).replace(/\W|_/g, "");

function lastOf(token: string): string {
  return token.slice(token.lastIndexOf(":") + 1);
}
