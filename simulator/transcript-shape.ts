import { inWords, isObject, type Json, type JsonObject } from "./json";
import type { Exchange } from "./transcript-exchange";

type Answered = Exchange["answer"];

/** Returns the objects of an answer: the rows of a list, or the single object. */
export function rowsOf(body: Json | undefined): JsonObject[] {
  if (!isObject(body)) return [];
  const rows = body["value"] ?? body["result"] ?? body;
  return Array.isArray(rows)
    ? rows.filter(isObject)
    : isObject(rows)
      ? [rows]
      : [];
}

/** Returns the name of an object. */
export function nameOf(row: JsonObject): Json | undefined {
  return row["Name"] ?? row["domain"] ?? row["DomainName"] ?? row["id"];
}

/** Describes how an answer of the simulator differs from the vendor's. Compares values only if they are fixed words of the vendor. */
export function differencesOfAnswers(
  theirs: Answered,
  ours: Answered,
): string[] {
  if (theirs.status !== ours.status)
    return [
      `the vendor answers ${theirs.status}, the simulator ${ours.status}`,
    ];
  return [
    ...headers(theirs, ours),
    ...kinds(theirs, ours),
    ...reasons(theirs.body, ours.body),
    ...(theirs.body === undefined || ours.body === undefined
      ? []
      : shapes("", shapeOf(theirs.body), shapeOf(ours.body))),
  ];
}

function headers(theirs: Answered, ours: Answered): string[] {
  const media = ({ headers: all }: Answered) =>
    (all["content-type"] ?? "none").replace(/;.*/, "");
  const optional = [
    "retry-after",
    "ratelimit",
    "ratelimit-policy",
    "rate-limit-limit",
  ];
  return [
    ...(media(theirs) === media(ours)
      ? []
      : [
          `content type: the vendor's is ${media(theirs)}, the simulator's ${media(ours)}`,
        ]),
    ...optional.flatMap((name) => {
      const [one, other] = [theirs, ours].map(
        (answer) => name in answer.headers,
      );
      return one === other ? [] : [`header ${name}: ${onlyIn(one === true)}`];
    }),
  ];
}

function kinds(theirs: Answered, ours: Answered): string[] {
  const kind = ({ body, characters }: Answered) =>
    body !== undefined
      ? "JSON"
      : characters === undefined
        ? "empty"
        : "something else than JSON";
  return kind(theirs) === kind(ours)
    ? []
    : [`body: the vendor's is ${kind(theirs)}, the simulator's ${kind(ours)}`];
}

/** Compares the codes and types by which clients distinguish errors. */
function reasons(theirs: Json | undefined, ours: Json | undefined): string[] {
  const [one, other] = [theirs, ours].map(codes);
  return one === other
    ? []
    : [
        `reason: the vendor says ${one || "none"}, the simulator ${other || "none"}`,
      ];
}

function codes(body: Json | undefined): string {
  if (!isObject(body)) return "";
  const error = body["error"];
  const inner =
    isObject(error) && isObject(error["innererror"])
      ? error["innererror"]["internalexception"]
      : undefined;
  const details =
    isObject(error) && Array.isArray(error["details"]) ? error["details"] : [];
  const errors = Array.isArray(body["errors"]) ? body["errors"] : [];
  const said = [
    isObject(error) ? error["code"] : undefined,
    ...details.map((one) =>
      isObject(one) ? inWords(one["message"]).split("|")[1] : undefined,
    ),
    isObject(inner) ? inner["type"] : undefined,
    ...errors.map((one) => (isObject(one) ? one["code"] : undefined)),
  ];
  return said
    .filter((one) => one !== undefined && one !== null)
    .map(String)
    .join(", ");
}

interface Shape {
  types: Set<string>;
  /** The formats of texts. */
  forms: Set<string>;
  fields: Map<string, Shape>;
  item: Shape | undefined;
}

function shapeOf(
  value: Json,
  into: Shape = {
    types: new Set(),
    forms: new Set(),
    fields: new Map(),
    item: undefined,
  },
): Shape {
  if (value === null) into.types.add("null");
  else if (Array.isArray(value)) {
    into.types.add("a list");
    for (const entry of value) into.item = shapeOf(entry, into.item);
  } else if (isObject(value)) {
    into.types.add("an object");
    for (const [name, part] of Object.entries(value))
      into.fields.set(name, shapeOf(part, into.fields.get(name)));
  } else if (typeof value === "string") {
    into.types.add("a text");
    into.forms.add(formOf(value));
  } else
    into.types.add(typeof value === "number" ? "a number" : "true or false");
  return into;
}

const forms: [RegExp, string][] = [
  [/^$/, "any"],
  [
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}/,
    "a date with seven digits of a second",
  ],
  [/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/, "a date"],
  [/^P(\d|T)/, "a duration like PT4H"],
  [/^(\d+\.)?\d\d:\d\d:\d\d$/, "a duration like 04:00:00"],
  [/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, "a GUID"],
  [/^\[PermissionTo/, "permissions in brackets"],
  [/^-?\d+$/, "a number as text"],
  [/^(PENDING|ACTIVE|FAILED|TIMEOUT)$/, "upper case"],
  [/^(pending|active|failed|timeout)$/, "lower case"],
];

function formOf(text: string): string {
  return forms.find(([form]) => form.test(text))?.[1] ?? "any";
}

function shapes(where: string, theirs: Shape, ours: Shape): string[] {
  const place = where === "" ? "body" : where;
  const [one, other] = [theirs, ours].map(({ types }) =>
    [...types].filter((type) => type !== "null"),
  );
  if (!one || !other || one.length === 0 || other.length === 0) return [];
  if (!one.some((type) => other.includes(type)))
    return [
      `${place}: the vendor's is ${one.join(" or ")}, the simulator's ${other.join(" or ")}`,
    ];
  const [written, writtenHere] = [[...theirs.forms], [...ours.forms]];
  const certain =
    !written.includes("any") &&
    !writtenHere.includes("any") &&
    written.length > 0 &&
    writtenHere.length > 0;
  if (certain && !written.some((form) => writtenHere.includes(form)))
    return [
      `${place}: the vendor writes ${written.join(" or ")}, the simulator ${writtenHere.join(" or ")}`,
    ];
  const names = new Set([...theirs.fields.keys(), ...ours.fields.keys()]);
  return [
    ...(theirs.types.has("an object") && ours.types.has("an object")
      ? [...names].flatMap((name) => {
          const path = where === "" ? name : `${where}.${name}`;
          const [his, mine] = [theirs.fields.get(name), ours.fields.get(name)];
          if (his && mine) return shapes(path, his, mine);
          // Annotations of a property's type are present only if the property is, so they are not compared.
          return /.@/.test(name)
            ? []
            : [`${path}: ${onlyIn(his !== undefined)}`];
        })
      : []),
    ...(theirs.item && ours.item
      ? shapes(`${where}[]`, theirs.item, ours.item)
      : []),
  ];
}

function onlyIn(theirs: boolean): string {
  return `only in the ${theirs ? "vendor" : "simulator"}'s answer`;
}
