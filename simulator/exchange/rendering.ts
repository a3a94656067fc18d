import type { ExchangeRecord } from "../exchange-record";
import type { Json, JsonObject } from "../json";
import type { Quirks } from "../quirks";
import type { Tenant } from "../tenant";

/** Returns the properties that Get- returns for every object of the directory. */
export function directoryProperties(
  record: ExchangeRecord,
  tenant: Tenant,
  container: string,
  quirks: Quirks,
): JsonObject {
  const { Name, Guid, ExchangeObjectId } = record;
  return {
    Name,
    Identity: Name,
    Id: Name,
    Guid,
    ExchangeObjectId,
    DistinguishedName: `CN=${Name},${container},CN=Configuration,CN=${tenant.name},CN=ConfigurationUnits,DC=EURPR04A002,DC=prod,DC=outlook,DC=com`,
    IsValid: true,
    ExchangeVersion: "0.20 (15.0.0.0)",
    ...times(record, quirks),
    OrganizationalUnitRoot: tenant.name,
    OrganizationId: `EURPR04A002.prod.outlook.com/Microsoft Exchange Hosted Organizations/${tenant.name} - EURPR04A002.prod.outlook.com/ConfigurationUnits/${tenant.name}/Configuration`,
    OriginatingServer: "AM0PR04A02DC001.EURPR04A002.prod.outlook.com",
    ObjectState: "Unchanged",
  };
}

/** Returns the four times of an object, in the resolution and the two formats of the service. */
export function times(record: ExchangeRecord, quirks: Quirks): JsonObject {
  return {
    WhenChanged: stamp(record.WhenChanged, "+00:00", quirks),
    WhenCreated: stamp(record.WhenCreated, "+00:00", quirks),
    WhenChangedUTC: stamp(record.WhenChanged, "Z", quirks),
    WhenCreatedUTC: stamp(record.WhenCreated, "Z", quirks),
  };
}

/**
 * Returns a size as Exchange shows it: `10 MB (10,485,760 bytes)`. A value without a unit is in bytes. Undefined for a text that is no
 * size.
 */
export function shownSize(text: string): string | undefined {
  const units = ["B", "KB", "MB", "GB", "TB"];
  const [, count, unit = "B"] =
    /^\s*(\d+(?:\.\d+)?)\s*([KMGT]?B)?(?:\s*\([\d,]+ bytes\))?\s*$/i.exec(
      text,
    ) ?? [];
  if (count === undefined) return undefined;
  const bytes = Math.round(
    Number(count) * 1024 ** units.indexOf(unit.toUpperCase()),
  );
  const power = Math.max(
    0,
    units.findLastIndex((_, at) => bytes >= 1024 ** at),
  );
  const shown = Number((bytes / 1024 ** power).toPrecision(4));
  return `${shown} ${units[power]} (${bytes.toLocaleString("en-US")} bytes)`;
}

/** Returns a time in Exchange's format: with seven decimal places of a second. */
export function stamp(iso: string, zone: string, quirks: Quirks): string {
  const step = Math.max(1, quirks.whenChangedResolutionMs);
  const at = new Date(Math.floor(Date.parse(iso) / step) * step);
  return `${at.toISOString().slice(0, -1)}0000${zone}`;
}

const guids = new Set(["Guid", "ExchangeObjectId", "ImmutableId"]);
const dates =
  /^(When(Changed|Created)(UTC)?|ActivationDate|ExpiryDate|Date|ReceivedTime|Expires)$/;

/** Adds the annotations of each property's type, and omits properties that were not selected. */
export function serialised(
  object: JsonObject,
  quirks: Quirks,
  select: string[] | undefined,
): JsonObject {
  const wanted = select && new Set(select.map((name) => name.toLowerCase()));
  const answer: JsonObject = {};
  for (const [name, value] of Object.entries(object)) {
    if (wanted && !wanted.has(name.toLowerCase())) continue;
    const sent =
      quirks.bareSingletons && Array.isArray(value) && value.length === 1
        ? (value[0] ?? null)
        : value;
    addTypeAnnotations(answer, name, sent);
    answer[name] = sent;
  }
  return answer;
}

function addTypeAnnotations(
  answer: JsonObject,
  name: string,
  value: Json,
): void {
  if (Array.isArray(value))
    answer[`${name}@odata.type`] = "#Collection(String)";
  else if (typeof value === "number")
    answer[`${name}@data.type`] = "System.Int32";
  else if (guids.has(name)) {
    answer[`${name}@data.type`] = "System.Guid";
    answer[`${name}@odata.type`] = "#Guid";
  } else if (typeof value === "string" && dates.test(name))
    answer[`${name}@data.type`] = "System.DateTime";
}
