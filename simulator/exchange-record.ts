import { randomUUID } from "node:crypto";
import type { Json } from "./json";

/**
 * An object of Exchange Online as the simulator stores it: the parameters of its New- and Set- cmdlets, under the same names
 * and in the form in which they are sent, and the properties that the service adds. Get- cmdlets render it when they run.
 */
export interface ExchangeRecord {
  [property: string]: Json;
  /** Its name. */
  Name: string;
  /** Its Guid; the built-in quarantine policies share the zero Guid. */
  Guid: string;
  /** A unique Guid, for built-in objects too. */
  ExchangeObjectId: string;
  /** When it was last changed, ISO 8601 in UTC with milliseconds. */
  WhenChanged: string;
  /** When it was created, in the same form. */
  WhenCreated: string;
}

/** Creates a record from the given properties. Missing Guids and times are added. */
export function newRecord(
  properties: { Name: string } & { [property: string]: Json },
): ExchangeRecord {
  const now = new Date().toISOString();
  const id = randomUUID();
  return {
    Guid: id,
    ExchangeObjectId: id,
    WhenChanged: now,
    WhenCreated: now,
    ...properties,
  };
}

/** Sets the time of the last change to the current time, and always to a later one than before. */
export function touch(record: ExchangeRecord): void {
  const before = Date.parse(record.WhenChanged);
  record.WhenChanged = new Date(Math.max(Date.now(), before + 1)).toISOString();
}

/** Whether an Identity parameter (name, `tenant\name`, Guid or distinguished name) refers to this record. */
export function answersTo(record: ExchangeRecord, identity: string): boolean {
  const wanted = identity.toLowerCase();
  const name = record.Name.toLowerCase();
  return (
    name === wanted ||
    (wanted.includes("\\") &&
      wanted.slice(wanted.indexOf("\\") + 1) === name) ||
    record.ExchangeObjectId.toLowerCase() === wanted ||
    (record.Guid !== zeroGuid && record.Guid.toLowerCase() === wanted) ||
    wanted.startsWith(`cn=${name},`)
  );
}

/** The Guid of all built-in quarantine policies. */
export const zeroGuid = "00000000-0000-0000-0000-000000000000";
