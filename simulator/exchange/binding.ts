import { isObject, isTexts, type Json, type JsonObject } from "../json";
import {
  cannotTransform,
  cannotValidate,
  missingParameters,
  unknownParameters,
} from "./errors";
import { checkIpRange } from "./ip-range";
import { shownSize } from "./rendering";
import type { Parameter, Parameters } from "./parameter-types";

/**
 * Valid parameters, by their documented names. A list is an array (replaces the list) or an object with `add` and `remove`.
 * null clears a value.
 */
export type Bound = JsonObject;

/**
 * Binds the sent values to the parameters of a cmdlet, exactly as strictly as PowerShell: names in any case, and enum values
 * also by any unique prefix.
 * @throws CmdletError
 */
export function bind(
  parameters: Parameters,
  sent: JsonObject,
  wideIpRanges: boolean,
): Bound {
  const names = new Map(
    Object.keys(parameters).map((name) => [name.toLowerCase(), name]),
  );
  const unknown = Object.keys(sent).filter(
    (name) => !name.includes("@") && !names.has(name.toLowerCase()),
  );
  if (unknown.length > 0) throw unknownParameters(unknown);
  const bound: Bound = {};
  for (const [sentName, value] of Object.entries(sent)) {
    const name = names.get(sentName.toLowerCase());
    const parameter = name === undefined ? undefined : parameters[name];
    if (name === undefined || !parameter) continue;
    bound[name] = convert(name, parameter, value, wideIpRanges);
  }
  const missing = Object.keys(parameters).filter(
    (name) => parameters[name]?.required && bound[name] === undefined,
  );
  if (missing.length > 0) throw missingParameters(missing);
  return bound;
}

/** Returns a list after a change: an array replaces it, `add` and `remove` edit it, null clears it. */
export function editedList(current: Json | undefined, change: Json): string[] {
  if (isTexts(change)) return change;
  if (!isObject(change)) return [];
  const add = isTexts(change["add"]) ? change["add"] : [];
  const remove = isTexts(change["remove"]) ? change["remove"] : [];
  // An empty hashtable clears the list.
  if (add.length + remove.length === 0) return [];
  const gone = new Set(remove.map((entry) => entry.toLowerCase()));
  const kept = (isTexts(current) ? current : []).filter(
    (entry) => !gone.has(entry.toLowerCase()),
  );
  const there = new Set(kept.map((entry) => entry.toLowerCase()));
  return [...kept, ...add.filter((entry) => !there.has(entry.toLowerCase()))];
}

function convert(
  name: string,
  parameter: Parameter,
  value: Json,
  wideIpRanges: boolean,
): Json {
  if (value === null) {
    if (parameter.required)
      throw cannotValidate(
        name,
        `The argument is null. Provide a valid value for the argument, and then try running the command again.`,
      );
    // PowerShell's rule for parameters of the type Boolean.
    if (parameter.type === "flag") return flag(name, value);
    return null;
  }
  const { type } = parameter;
  if (typeof type === "object")
    return type.many
      ? list(name, value, (entry) =>
          enumValue(name, `${type.enumeration}[]`, type.values, entry),
        )
      : enumValue(name, type.enumeration, type.values, value);
  switch (type) {
    case "text":
      return text(name, parameter, value);
    case "flag":
      return flag(name, value);
    case "integer":
      return integer(name, value, "System.Int32", parameter.range);
    case "scl":
      return integer(
        name,
        value,
        "Microsoft.Exchange.MessagingPolicies.Rules.Tasks.SclValue",
        [-1, 9],
      );
    case "texts":
      return list(name, value, (entry) => text(name, parameter, entry));
    case "words":
      return list(name, value, (entry) => word(name, entry));
    case "ipRanges":
      return list(name, value, (entry) =>
        checkIpRange(name, text(name, parameter, entry), wideIpRanges),
      );
    case "headerName":
      return headerName(name, value);
    case "size":
      return size(name, value);
    case "timeSpan":
      return timeSpan(name, value);
    case "dateTime":
      return dateTime(name, value);
    case "tables":
      return value;
    case "notOverRest":
      throw cannotTransform(
        name,
        describe(value),
        "Microsoft.Exchange.Data.QuarantinePermissions",
        "Cannot convert the value to the type.",
      );
  }
}

function text(name: string, parameter: Parameter, value: Json): string {
  if (typeof value === "object")
    throw cannotTransform(
      name,
      describe(value),
      "System.String",
      "Cannot convert value to type System.String.",
    );
  const read = String(value);
  const { maxLength, pattern } = parameter;
  if (pattern && !pattern.test(read))
    throw cannotValidate(name, `The value "${read}" isn't valid.`);
  if (maxLength !== undefined && read.length > maxLength)
    throw cannotValidate(
      name,
      `The character length of the ${read.length} argument is too long. Shorten the character length of the argument so it is fewer than or equal to "${maxLength}" characters, and then try the command again.`,
    );
  return read;
}

function flag(name: string, value: Json): boolean {
  if (typeof value === "boolean") return value;
  if (value === 0 || value === 1) return value === 1;
  throw cannotTransform(
    name,
    describe(value),
    "System.Boolean",
    "Boolean parameters accept only Boolean values and numbers, such as $True, $False, 1 or 0 instead.",
  );
}

function integer(
  name: string,
  value: Json,
  type: string,
  range: readonly [number, number] | undefined,
): number {
  const read =
    typeof value === "string" && /^[+-]?\d+$/.test(value.trim())
      ? Number(value)
      : value;
  if (typeof read !== "number" || !Number.isInteger(read))
    throw cannotTransform(
      name,
      describe(value),
      type,
      "Input string was not in a correct format.",
    );
  const [least, greatest] = range ?? [-2147483648, 2147483647];
  if (read < least)
    throw cannotValidate(
      name,
      `The ${read} argument is less than the minimum allowed range of ${least}. Supply an argument that is greater than or equal to ${least} and then try the command again.`,
    );
  if (read > greatest)
    throw cannotValidate(
      name,
      `The ${read} argument is greater than the maximum allowed range of ${greatest}. Supply an argument that is less than or equal to ${greatest} and then try the command again.`,
    );
  return read;
}

function enumValue(
  name: string,
  enumeration: string,
  values: readonly string[],
  value: Json,
): string {
  const wanted = typeof value === "string" ? value : describe(value);
  const lower = wanted.toLowerCase();
  const exact = values.find((candidate) => candidate.toLowerCase() === lower);
  if (exact !== undefined) return exact;
  const beginning = values.filter(
    (candidate) => lower !== "" && candidate.toLowerCase().startsWith(lower),
  );
  if (beginning.length === 1 && beginning[0] !== undefined) return beginning[0];
  if (beginning.length > 1)
    throw cannotTransform(
      name,
      wanted,
      enumeration,
      `The identifier name ${wanted} cannot be processed due to the inability to differentiate between the following enumerator names: ${beginning.join(", ")}. Use a more specific identifier name.`,
    );
  throw cannotTransform(
    name,
    wanted,
    enumeration,
    `Unable to match the identifier name ${wanted} to a valid enumerator name. Specify one of the following enumerator names and try again: ${values.join(", ")}`,
  );
}

function list(name: string, value: Json, entry: (value: Json) => string): Json {
  if (Array.isArray(value)) return value.map(entry);
  if (!isObject(value)) return [entry(value)];
  if (value["@odata.type"] !== "#Exchange.GenericHashTable")
    throw cannotTransform(
      name,
      describe(value),
      "Microsoft.Exchange.Data.MultiValuedProperty",
      "Cannot convert the value to the type.",
    );
  const edit: JsonObject = {};
  for (const [key, part] of Object.entries(value)) {
    if (key.includes("@")) continue;
    const action = key.toLowerCase();
    if (action !== "add" && action !== "remove")
      throw cannotTransform(
        name,
        key,
        "Microsoft.Exchange.Data.MultiValuedProperty",
        `The hashtable key "${key}" is not one of Add, Remove.`,
      );
    edit[action] = (Array.isArray(part) ? part : [part]).map(entry);
  }
  return edit;
}

function word(name: string, value: Json): string {
  if (typeof value !== "string")
    throw cannotTransform(
      name,
      describe(value),
      "Microsoft.Exchange.Data.Word",
      "A word is text.",
    );
  if (value.length === 0 || value.length > 128 || value.trim() !== value)
    throw cannotTransform(
      name,
      value,
      "Microsoft.Exchange.Data.Word",
      "A word has 1 to 128 characters and no leading or trailing spaces.",
    );
  return value;
}

function headerName(name: string, value: Json): string {
  if (typeof value !== "string" || !/^[\x21-\x39\x3b-\x7e]{1,64}$/.test(value))
    throw cannotTransform(
      name,
      describe(value),
      "Microsoft.Exchange.MessagingPolicies.Rules.Tasks.HeaderName",
      "The header name isn't valid. It has 1 to 64 printable characters and no colon or space.",
    );
  return value;
}

function size(name: string, value: Json): string {
  const read = typeof value === "number" ? String(value) : value;
  if (typeof read !== "string" || shownSize(read) === undefined)
    throw cannotTransform(
      name,
      describe(value),
      "Microsoft.Exchange.Data.ByteQuantifiedSize",
      "The input isn't in a correct format.",
    );
  return read;
}

function timeSpan(name: string, value: Json): string {
  if (
    typeof value !== "string" ||
    !/^(\d+\.)?([01]?\d|2[0-3]):[0-5]\d:[0-5]\d$/.test(value)
  )
    throw cannotTransform(
      name,
      describe(value),
      "System.TimeSpan",
      "String was not recognized as a valid TimeSpan.",
    );
  return value;
}

function dateTime(name: string, value: Json): string {
  const at = typeof value === "string" ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(at))
    throw cannotTransform(
      name,
      describe(value),
      "System.DateTime",
      "String was not recognized as a valid DateTime.",
    );
  return new Date(at).toISOString();
}

function describe(value: Json): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
