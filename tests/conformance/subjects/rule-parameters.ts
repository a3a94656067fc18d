import fc from "fast-check";

import { propertyOf } from "../../../mail-flow/names";
import {
  actions,
  cmdletParameters,
  conditions,
  exceptions,
} from "../../../simulator/exchange/parameters";
import type { Parameter } from "../../../simulator/exchange/parameter-types";
import { addresses } from "../../promises/meanings-of-addresses";
import {
  anyCase,
  choice,
  exactSet,
  flag,
  oneOfThese,
  set,
  whole,
  written,
  type Meaning,
} from "../../promises/meanings";

/** What the tests know of a parameter of a transport rule, by its type in Microsoft's documentation. */
export interface RuleParameter {
  /** Its name in programs. */
  readonly property: string;
  /** A value in the form of programs. */
  readonly value: unknown;
  /** Another value. */
  readonly other: unknown;
  readonly meaning: Meaning;
}

type Values = Omit<RuleParameter, "property">;

const made = <T>(value: T, other: T, meaning: Meaning<T>): Values => ({
  value,
  other,
  meaning,
});

/** The meaning of a text in which every character counts. */
const exact = (...others: string[]): Meaning<string> => ({
  spell: written((value: string) => fc.constantFrom(value)),
  other: (value) => oneOfThese(others, value),
});

/** The meaning of a size, in any unit. */
const size: Meaning<string> = {
  spell: written((value: string) => {
    const megabytes = Number(/\d+/.exec(value)?.[0]);
    const bytes = megabytes * 1024 ** 2;
    return fc.constantFrom<unknown>(
      value,
      value.toLowerCase(),
      `${value} (${bytes.toLocaleString("en-US")} bytes)`,
      `${megabytes * 1024} KB`,
      String(bytes),
      bytes,
    );
  }),
  other: (value) => oneOfThese(["10 MB", "11 MB", "3 MB"], value),
};

/** The meaning of a moment, in any time zone. */
const moment: Meaning<string> = {
  spell: written((value: string) => {
    const hours = (offset: number) =>
      new Date(Date.parse(value) + offset * 3_600_000)
        .toISOString()
        .slice(0, -1);
    return fc.constantFrom(
      value,
      value.replace(".000Z", "Z"),
      value.replace("Z", "0000+00:00"),
      `${hours(2)}+02:00`,
      `${hours(-5)}-05:00`,
    );
  }),
  other: (value) =>
    oneOfThese(["2031-01-31T12:00:00.000Z", "2030-06-01T00:00:00.000Z"], value),
};

/** The meaning of sensitive information types: tables, or their JSON texts. */
const tables: Meaning<readonly string[]> = {
  spell: written((value: readonly string[]) =>
    fc.constantFrom<unknown>(
      value,
      value.map((text) => JSON.parse(text) as unknown),
      value.map((text) => ({
        "@odata.type": "#Exchange.GenericHashTable",
        ...(JSON.parse(text) as object),
      })),
    ),
  ),
  other: (value) =>
    oneOfThese(
      [
        ['{"name":"EU Debit Card Number"}'],
        ['{"minCount":"1","name":"SWIFT"}'],
      ],
      value,
      (a, b) => a.join() === b.join(),
    ),
};

/** The meaning of words in properties with names: their order does not matter. */
const namedWords = (...others: string[]): Meaning<readonly string[]> => ({
  spell: written((value: readonly string[]) =>
    fc.constantFrom(
      value,
      value.map((entry) => entry.toUpperCase()),
      value.map((entry) => {
        const [name = "", words = ""] = entry.split(":");
        return `${name}:${words.split(",").reverse().join(",")}`;
      }),
    ),
  ),
  other: (value) =>
    oneOfThese(
      others.map((one) => [one]),
      value,
      (a, b) => a.join() === b.join(),
    ),
});

/** Texts that name an object of the organization. */
const names =
  /^(?:ExceptIf)?(HasClassification|ApplyClassification|ApplyRights|RouteMessageOutboundConnector|GenerateIncidentReport|DlpPolicy)/;

function valuesOf(wire: string, { type, pattern }: Parameter): Values {
  if (typeof type === "object") {
    const [first = "", second = "", third = ""] = type.values;
    return type.many
      ? made([first, second].sort(), [third], set(type.values))
      : made(first, second, choice(...type.values));
  }
  switch (type) {
    case "flag":
      return made(true, false, flag());
    case "scl":
      return made(3, 7, whole(-1, 9));
    case "integer":
      return made(450, 421, whole(400, 500));
    case "headerName":
      return made("X-Test", "X-Other", anyCase("X-Other", "X-Another"));
    case "size":
      return made("10 MB", "3 MB", size);
    case "dateTime":
      return made(
        "2031-01-31T12:00:00.000Z",
        "2030-06-01T00:00:00.000Z",
        moment,
      );
    case "tables":
      return made(
        ['{"minCount":"2","name":"Credit Card Number"}'],
        ['{"name":"EU Debit Card Number"}'],
        tables,
      );
    case "ipRanges":
      return made(
        ["198.51.100.0/24", "203.0.113.7"],
        ["192.0.2.0/24"],
        addresses,
      );
    case "words":
      return wire.includes("ADAttribute") || wire.includes("PropertyContains")
        ? made(
            ["Department:Sales,Research"],
            ["Department:Finance"],
            namedWords("Department:Finance", "Company:Contoso,Fabrikam"),
          )
        : made(
            ["first", "second word"],
            ["third"],
            set(["first", "third", "fourth"]),
          );
    case "texts":
      if (wire.includes("ADAttribute"))
        return made(
          ["Office:^B[0-9]{1,3}$"],
          ["Office:^C"],
          exactSet(["Office:^C", "Title:^Head"]),
        );
      return wire.endsWith("Patterns")
        ? made(["B{1,2} ", "^a+$"], ["^c"], exactSet(["^c", "^A+$"]))
        : made(
            ["ann@example.com", "bob@example.com"],
            ["eve@example.com"],
            set(["ann@example.com", "eve@example.com", "Sales"]),
          );
    case "text":
      if (pattern)
        return made("5.7.1", "5.7.900", exact("5.7.1", "5.7.900", "5.7.999"));
      return names.test(wire)
        ? made("Some name", "Another name", anyCase("Another name", "Third"))
        : made("Text: ", "other text", exact("other text", "Text:"));
    default:
      throw new Error(`${wire} has no type that the tests know`);
  }
}

const described = (parameters: Readonly<Record<string, Parameter>>) =>
  Object.entries(parameters).map(([wire, parameter]): RuleParameter => ({
    property: propertyOf(wire),
    ...valuesOf(wire, parameter),
  }));

const { ActivationDate, ExpiryDate, DlpPolicy } =
  cmdletParameters["New-TransportRule"] ?? {};
if (!ActivationDate || !ExpiryDate || !DlpPolicy)
  throw new Error("a parameter is missing");

/** The parameters of a rule, besides its settings. */
export const ruleParameters = {
  conditions: described(conditions),
  exceptions: described(exceptions),
  actions: described(actions),
  others: described({ ActivationDate, ExpiryDate, DlpPolicy }),
};

/** Every one of them. */
export const everyRuleParameter = Object.values(ruleParameters).flat();

/** Returns a property of parameters, by the names of programs. */
export const byProperty = <K extends keyof Values>(
  parameters: readonly RuleParameter[],
  which: K,
): Record<string, Values[K]> =>
  Object.fromEntries(
    parameters.map((parameter) => [parameter.property, parameter[which]]),
  );
