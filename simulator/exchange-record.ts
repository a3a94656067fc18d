import { randomUUID } from "node:crypto";
import type { Json } from "./json";

/**
 * An object of Exchange Online as the simulator keeps it: the parameters of its New- and Set- cmdlets under their own names
 * and in the form that they are sent in, plus what the service adds. What Get- answers is made from it when it is read.
 */
export interface ExchangeRecord {
  [property: string]: Json;
  /** Its name. */
  Name: string;
  /** Its Guid; the built-in quarantine policies share the zero Guid. */
  Guid: string;
  /** A Guid of its own for every object, built-ins included. */
  ExchangeObjectId: string;
  /** When it was last changed, ISO 8601 in UTC with milliseconds. */
  WhenChanged: string;
  /** When it was made, in the same form. */
  WhenCreated: string;
}

/** Makes a record of its properties, with Guids and times where they are missing. */
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

/** Moves the time of the last change to now, and always beyond the one before. */
export function touch(record: ExchangeRecord): void {
  const before = Date.parse(record.WhenChanged);
  record.WhenChanged = new Date(Math.max(Date.now(), before + 1)).toISOString();
}

/** Whether an identity as cmdlets take it (name, `tenant\name`, Guid or distinguished name) means this record. */
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

/** The Guid that all built-in quarantine policies carry. */
export const zeroGuid = "00000000-0000-0000-0000-000000000000";
