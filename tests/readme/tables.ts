import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import { accessChecks } from "../../cli/doctor/access-findings";
import { mailExchangerCheck } from "../../cli/doctor/mail-exchanger-findings";
import { checks } from "../../mail-flow/findings";
import { useCaseNumbers, type UseCase } from "../../mail-flow/use-cases";
import { isKindName, kinds } from "../../providers/kinds";
import { keys, secretKeys } from "../../providers/session/configuration";
import type { Fields } from "../../providers/field";
import { isGuarded } from "../../providers/lifecycle/state";
import { formOf } from "../../providers/forms";
import { fileNameOf } from "../conformance/subject";
import {
  membersOf,
  outputsOf,
  propertiesOf,
  purposeOf,
  repository,
  type Documented,
} from "./documented";

/** The cells of a table; the first row is its head. */
export type Table = string[][];

/** The files that document a class's properties: `props` those of the vendor, `file` those that this library adds. */
const sources: Record<string, { props: string; file: string }> = {
  ...Object.fromEntries(
    Object.keys(kinds).map((name) => [
      name,
      { props: fileOfProps(name), file: `lib/${fileNameOf(name)}.ts` },
    ]),
  ),
  RestorePoint: {
    props: "providers/restore-point/restored-object.ts",
    file: "lib/restore-point.ts",
  },
  MailFlowCheck: {
    props: "providers/mail-flow-check/check-inputs.ts",
    file: "lib/mail-flow-check.ts",
  },
  OnboardingCheck: {
    props: "providers/onboarding-check/check-inputs.ts",
    file: "lib/onboarding-check.ts",
  },
};

/** Returns the file below `providers/` that declares a kind's properties. */
function fileOfProps(name: string): string {
  const found = ["cloudflare", "exchange-online", "graph"]
    .flatMap((vendor) =>
      readdirSync(path.join(repository, "providers", vendor)).map(
        (file) => `providers/${vendor}/${file}`,
      ),
    )
    .find((file) =>
      readFileSync(path.join(repository, file), "utf8").includes(
        `export interface ${name}Props`,
      ),
    );
  if (found === undefined)
    throw new Error(`no file below providers/ declares ${name}Props`);
  return found;
}

/** Every table that is generated from the code, by document and by the name in its mark. */
export const tables: Record<string, () => Record<string, Table>> = {
  "docs/configuration.md": () => ({ configuration: configuration() }),
  "docs/use-case-4.md": () => ({
    UseCase4: componentInputs(useCaseInputs(4)),
  }),
  "docs/use-cases.md": () => ({ UseCases: inputsByUseCase() }),
  "docs/inline-deployment.md": () => ({
    InlineDeployment: componentInputs(
      membersOf("lib/inline-deployment-args.ts", "InlineDeploymentArgs"),
    ),
  }),
  "docs/resources.md": () => ({
    resources: resources(),
    ...Object.fromEntries(
      Object.keys(sources).map((name) => [name, properties(name)]),
    ),
  }),
  "docs/doctor.md": () => ({
    checks: [
      ["check", "what it asks", "as a rule", "in a stack"],
      ...[...accessChecks, mailExchangerCheck].map(({ name, title }) => [
        code(name),
        title,
        "failed",
        "",
      ]),
      ...checks.map(({ name, title, severity, appliesTo }) => [
        code(name),
        title,
        severity,
        appliesTo === "stack" ? "yes" : "",
      ]),
    ],
  }),
};

const argsFile = "lib/use-case-args.ts";

/** The interfaces that the inputs of the use cases consist of, in the order of the documents. */
const inputParts = [
  "UseCaseArgs",
  "SpamWordsArgs",
  "JunkWordsArgs",
  "UserQuarantineArgs",
  "AdminQuarantineArgs",
  ...useCaseNumbers.map((useCase) => `UseCase${useCase}Args`),
];

/** Returns whether a use case has the inputs of an interface. */
function isPartOf(useCase: UseCase, part: string): boolean {
  const name = `UseCase${useCase}Args`;
  const [, parents = ""] =
    new RegExp(`interface ${name}\\s+extends([^{]*)\\{`).exec(
      readFileSync(path.join(repository, argsFile), "utf8"),
    ) ?? [];
  return part === name || parents.split(",").some((one) => one.trim() === part);
}

/** Returns the inputs of a use case. */
export const useCaseInputs = (useCase: UseCase): Documented[] =>
  inputParts
    .filter((part) => isPartOf(useCase, part))
    .flatMap((part) => membersOf(argsFile, part));

/** Returns the inputs of all use cases, and which of them have each. */
function inputsByUseCase(): Table {
  return [
    ["input", "use cases", "default", "what it is"],
    ...inputParts.flatMap((part) => {
      const having = useCaseNumbers.filter((useCase) =>
        isPartOf(useCase, part),
      );
      return membersOf(argsFile, part).map((one) => [
        code(one.name),
        having.length === useCaseNumbers.length ? "all" : having.join(", "),
        defaultOf(one),
        one.text,
      ]);
    }),
  ];
}

const componentInputs = (inputs: readonly Documented[]): Table => [
  ["input", "default", "what it is"],
  ...inputs.map((one) => [code(one.name), defaultOf(one), one.text]),
];

function configuration(): Table {
  const args = membersOf("lib/area1-provider.ts", "Area1ProviderArgs");
  return [
    ["stack", "environment", "default", "what it is"],
    ...Object.entries(keys).map(([key, variable]) => {
      const argument = args.find(({ name }) => name === key);
      if (!argument) throw new Error(`Area1ProviderArgs has no ${key}`);
      const secret = secretKeys.some((one) => one === key) ? " Secret." : "";
      return [
        code(`area1:${key}`),
        code(variable),
        argument.byDefault ? shown(argument.byDefault) : "",
        argument.text.replace(/ Kept as a secret\./, "") + secret,
      ];
    }),
  ];
}

function resources(): Table {
  return [
    ["class", "what it is", "outputs besides the inputs"],
    ...Object.entries(sources).map(([name, { file, props }]) => {
      const inputs = [
        ...propertiesOf(props, `${name}Props`),
        ...added(name, file),
      ].map((one) => one.name);
      const outputs = outputsOf(file, name).map((one) => one.name);
      return [
        `[${code(name)}](#${name.toLowerCase()})`,
        purposeOf(file, name),
        outputs
          .filter((output) => !inputs.includes(output))
          .map(code)
          .join(", "),
      ];
    }),
    [
      code("UseCase4"),
      "Use case 4: the resources that make its routes.",
      membersOf("lib/mail-routes.ts", "MailRoutes")
        .map(({ name }) => code(name))
        .join(", "),
    ],
    [
      code("InlineDeployment"),
      "Use case 4, the inbound connector and the lock-down.",
      `those of ${code("UseCase4")}, ${membersOf(
        "lib/inline-deployment.ts",
        "InlineDeployment",
      )
        .map(({ name }) => code(name))
        .join(", ")}`,
    ],
    [
      code("Area1Provider"),
      "An explicit provider: one tenant and one account, for a program that has several.",
      "",
    ],
  ];
}

function properties(name: string): Table {
  const source = sources[name];
  if (!source) throw new Error(`There is no class ${name}`);
  const { props, file } = source;
  const fields = fieldsOf(name);
  return [
    ["property", "values", "default", "what it is"],
    ...propertiesOf(props, `${name}Props`).map((one) => {
      const field = fields[one.name];
      return [
        code(one.name),
        field ? field.codec.type : "",
        field?.default === undefined
          ? defaultOf(one)
          : code(JSON.stringify(field.default)),
        `${one.text}${field?.replaces && !/replace|cannot be changed in place|protects the new/.test(one.text) ? " A change replaces the object." : ""}`,
      ];
    }),
    ...added(name, file).map((one) => [
      code(one.name),
      valuesOf[one.name] ?? "true or false",
      defaultOf(one),
      one.text,
    ]),
  ];
}

/** Values of the inputs that this library adds, except of flags. */
const valuesOf: Readonly<Record<string, string>> = {
  restorePoint: "from `RestorePoint.of()`",
  guardedMail: "object of `words`, `headers`, `senderIpRanges`, `verdicts`",
};

/** Returns the fields of a class. */
const fieldsOf = (name: string): Fields => formOf(name)?.fields ?? {};

/** Returns the inputs that this library adds to the vendor's. */
function added(name: string, file: string): Documented[] {
  // Restore points and checks are no vendor's objects, and have only their own inputs.
  if (!isKindName(name)) return [];
  const kind = kinds[name];
  return [
    ...membersOf(file, `${name}Args`),
    ...(kind.settings.includes("adopt")
      ? membersOf("lib/resource.ts", "AdoptArgs")
      : []),
    ...membersOf("lib/resource.ts", "RestoreArgs"),
    ...(isGuarded(kind) ? membersOf("lib/resource.ts", "GuardArgs") : []),
  ];
}

/** Returns the properties whose field and doc comment differ in the default or in being required. */
export function contradictions(): string[] {
  return Object.entries(sources).flatMap(([name, { props }]) =>
    propertiesOf(props, `${name}Props`).flatMap((one) => {
      const field = fieldsOf(name)[one.name];
      if (!field) return [];
      const said = one.byDefault;
      const given =
        field.default === undefined ? undefined : JSON.stringify(field.default);
      if (given !== undefined && said !== given)
        return [`${name}.${one.name}: default ${given}, documented ${said}`];
      return Boolean(field.required) === one.optional
        ? [`${name}.${one.name}: required ${field.required}, yet optional`]
        : [];
    }),
  );
}

/** Returns the properties of kinds for which their class declares no output. */
export const undeclaredOutputs = (): string[] =>
  Object.entries(kinds).flatMap(([name, { fields }]) => {
    const file = `lib/${fileNameOf(name)}.ts`;
    const merged = new RegExp(`extends Outputs<\\s*${name}Props\\b`);
    if (merged.test(readFileSync(path.join(repository, file), "utf8")))
      return [];
    const declared = membersOf(file, name);
    return Object.keys(fields)
      .filter((property) => !declared.some((one) => one.name === property))
      .map((property) => `${name}.${property}`);
  });

function defaultOf({ optional, byDefault }: Documented): string {
  if (byDefault !== undefined) return shown(byDefault);
  return optional ? "" : "required";
}

/** Formats a value as code, and leaves words unchanged. */
function shown(text: string): string {
  return /^(["[{\d]|true$|false$)/.test(text) ? code(text) : text;
}

const code = (text: string): string => `\`${text}\``;
