import { randomBytes } from "node:crypto";
import { generationOf } from "../../mail-flow/message";
import { same } from "../../mail-flow/names";
import {
  judgedUseCase,
  useCaseOf,
  type TenantUseCase,
} from "../../mail-flow/use-case";
import { useCaseDefaults, type UseCase } from "../../mail-flow/use-cases";
import type { Values } from "../../providers/field";
import { textOf } from "../../providers/json";
import { kinds, type KindName } from "../../providers/kinds";
import { isMark, nameIn } from "../../providers/mark";
import type { Kind } from "../../providers/kind";
import {
  compareWithUseCase,
  objectName,
  type Child,
  type ComponentInputs,
  type Difference,
} from "./component";
import { resourceNames } from "./resource-names";
import { resourceInputs } from "./resource-inputs";
import type { Tenant, TenantObject } from "./tenant";

/** A resource of the program. */
export type ProgramResource =
  | {
      readonly type: `UseCase${UseCase}`;
      readonly name: string;
      readonly inputs: ComponentInputs;
    }
  | {
      readonly type: KindName;
      readonly name: string;
      readonly inputs: Values;
    };

/** An entry of the import file. */
export interface ImportEntry {
  readonly type: string;
  readonly name: string;
  readonly id?: string;
  readonly parent?: string;
  readonly component?: true;
  /** The inputs of a component, which no vendor can be asked for. */
  readonly inputs?: ComponentInputs;
}

/** An object of which the program has no resource, or not every property. */
export interface LeftOut {
  /** The vendor's noun and the name. */
  readonly object: string;
  /** In words that follow the object's name. */
  readonly reason: string;
}

/** A program that manages what a tenant has, and the file with which it is imported. */
export interface Takeover {
  readonly useCase: TenantUseCase;
  readonly differences: readonly Difference[];
  readonly program: readonly ProgramResource[];
  readonly imports: readonly ImportEntry[];
  /** Objects of which there is no resource, because a resource cannot have their values. */
  readonly notImported: readonly LeftOut[];
  /** Objects of which the program does not state a property. */
  readonly notManaged: readonly LeftOut[];
  /** The number of objects that have no part in the use case and that were not asked for. */
  readonly others: number;
  /** What an administrator should know, in sentences. */
  readonly remarks: readonly string[];
}

/** The options of a takeover. */
export interface TakeoverOptions {
  /** Whether objects that have no part in the use case become resources, too. */
  readonly all: boolean;
  /** Returns random hexadecimal digits, for the id of the restore point. */
  readonly random?: (digits: number) => string;
}

/** The name of the component, which is also the beginning of its resources' names. */
const componentName = "mail";

/** Returns the takeover of a tenant. Reads and writes nothing. */
export function takeoverOf(
  tenant: Tenant,
  {
    all,
    random = (digits) => randomBytes(digits / 2).toString("hex"),
  }: TakeoverOptions,
): Takeover {
  const useCase = useCaseOf(tenant.snapshot);
  const compared = judgedUseCase(useCase);
  const component = `UseCase${compared}` as const;
  const { differences, children, inputs, remarks } = compareWithUseCase(
    tenant,
    compared,
  );
  const { inboundConnectors } = tenant.snapshot;
  const inComponent = new Set(
    inputs ? children.map(({ object }) => object) : [],
  );
  const belongs = belongsToUseCase(tenant, children);
  const apart = tenant.objects.filter((object) => !inComponent.has(object));
  const chosen = apart.filter((object) => all || (!inputs && belongs(object)));
  const nameOf = resourceNames(inputs ? [componentName] : []);
  const notImported: LeftOut[] = [];
  const notManaged: LeftOut[] = [];
  const own = inProgramOrder(chosen).flatMap((object) => {
    const found = resourceInputs(object, tenant);
    if ("reasons" in found) {
      notImported.push(
        ...found.reasons.map((reason) => ({
          object: objectName(object),
          reason,
        })),
      );
      return [];
    }
    notManaged.push(
      ...found.unmanaged.map((reason) => ({
        object: objectName(object),
        reason,
      })),
    );
    return [{ object, name: nameOf(object), inputs: found.inputs }];
  });
  return {
    useCase,
    differences,
    program: [
      ...(inputs ? [{ type: component, name: componentName, inputs }] : []),
      ...own.map(({ object, name, inputs }) => ({
        type: object.kind,
        name,
        inputs,
      })),
    ],
    imports: [
      ...(inputs ? componentImports(component, inputs, children, random) : []),
      ...own.map(({ object, name }) => ({
        type: typeToken(object.kind),
        name,
        id: object.id,
      })),
    ],
    notImported,
    notManaged,
    others: apart.length - chosen.length,
    remarks: [
      ...remarks,
      ...(all && "unavailable" in inboundConnectors
        ? [
            `Inbound connectors could not be read, so that none is in the program. ${inboundConnectors.unavailable}`,
          ]
        : []),
      ...marksOf([...inComponent, ...own.map(({ object }) => object)]),
    ],
  };
}

const typeToken = (name: string): string => `area1:index:${name}`;

function componentImports(
  component: string,
  inputs: ComponentInputs,
  children: readonly Child[],
  random: (digits: number) => string,
): ImportEntry[] {
  const child = (type: string, suffix: string, id: string): ImportEntry => ({
    type: typeToken(type),
    name: `${componentName}-${suffix}`,
    id,
    parent: componentName,
  });
  return [
    {
      type: typeToken(component),
      name: componentName,
      component: true,
      inputs,
    },
    child("RestorePoint", "restore-point", `restore-point-${random(12)}`),
    ...children.map(({ suffix, object }) =>
      child(object.kind, suffix, object.id),
    ),
    child("MailFlowCheck", "mail-flow-check", "mail-flow-check"),
  ];
}

/** Returns whether an object has to do with Cloudflare's dispositions, also in another use case. */
function belongsToUseCase(
  { objects }: Tenant,
  children: readonly Child[],
): (object: TenantObject) => boolean {
  const parts = new Set(children.map(({ object }) => object));
  const byDefault = objects.find(
    ({ kind, name }) => kind === "AntiSpamPolicy" && same(name, "Default"),
  );
  const { userQuarantineName, adminQuarantineName } = useCaseDefaults;
  const quarantines = [
    userQuarantineName,
    adminQuarantineName,
    ...Object.entries(byDefault?.live ?? {}).flatMap(([property, value]) =>
      property.endsWith("QuarantineTag") && typeof value === "string"
        ? [value]
        : [],
    ),
  ];
  return (object) =>
    parts.has(object) ||
    (object.kind === "TransportRule" &&
      generationOf(textOf(object.live["headerContainsMessageHeader"])) !==
        undefined) ||
    (object.kind === "QuarantinePolicy" &&
      quarantines.some((name) => same(name, object.name)));
}

/** Returns objects in the order in which the component writes them: what others refer to comes first. */
function inProgramOrder(objects: readonly TenantObject[]): TenantObject[] {
  const order: readonly KindName[] = [
    "QuarantinePolicy",
    "QuarantineNotification",
    "AntiSpamPolicy",
    "InboundConnector",
    "TransportRule",
    "ConnectionFilter",
    "OrganizationConfig",
    "Area1Domain",
  ];
  return order.flatMap((kind) => objects.filter((one) => one.kind === kind));
}

/** Returns a sentence for each object that a stack manages already, by its mark. */
const marksOf = (objects: readonly TenantObject[]): string[] =>
  objects.flatMap((object) => {
    const { markField }: Kind = kinds[object.kind];
    const mark = markField && object.live[markField];
    return isMark(mark)
      ? [
          `${objectName(object)} has the mark of a stack (${nameIn(mark)}). If that stack still exists, remove the object from its state first (pulumi state delete), so that two stacks do not manage it.`,
        ]
      : [];
  });
