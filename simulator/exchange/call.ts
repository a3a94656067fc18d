import {
  answersTo,
  newRecord,
  touch,
  type ExchangeRecord,
} from "../exchange-record";
import type { Json, JsonObject } from "../json";
import type { Mail } from "../mail/mail";
import type { Quirks } from "../quirks";
import { textOf, type ExchangeKind, type Tenant } from "../tenant";
import type { Bound } from "./binding";
import { notFound } from "./errors";

/** The result of a cmdlet. */
export interface Outcome {
  /** The returned objects. Most cmdlets that write return none. */
  value?: JsonObject[];
  /** Warnings in the answer. */
  warnings?: string[];
}

/** The implementation of a cmdlet. */
export type Cmdlet = (call: Call) => Outcome;

/** One run of a cmdlet: tenant, parameters, and methods that read and write objects according to the switches. */
export class Call {
  constructor(
    readonly tenant: Tenant,
    readonly quirks: Quirks,
    readonly parameters: Bound,
    readonly mail: Mail,
  ) {}

  /** Returns a parameter as text, or an empty text if it was not sent. */
  text(name: string): string {
    return textOf(this.parameters[name]);
  }

  /** Returns the objects of a kind as this cmdlet reads them. They may lag behind the last writes. */
  read(kind: ExchangeKind): ExchangeRecord[] {
    const seen = [...this.tenant.visible(kind, this.quirks.flap)];
    if (this.quirks.shuffleLists) shuffle(seen);
    return seen;
  }

  /** Returns the objects that a Get- cmdlet returns for its Identity. @throws CmdletError */
  selected(kind: ExchangeKind): ExchangeRecord[] {
    const all = this.read(kind);
    const identity = this.text("Identity");
    if (identity === "") return all;
    const found = all.filter((record) => answersTo(record, identity));
    if (found.length > 0) return found;
    if (this.quirks.unknownIdentity === "error") throw notFound(identity);
    return this.quirks.unknownIdentity === "all" ? all : [];
  }

  /** Returns the object to write to. @throws CmdletError */
  target(kind: ExchangeKind): ExchangeRecord {
    const identity = this.text("Identity");
    const found = this.tenant.find(kind, identity);
    if (!found) throw notFound(identity);
    return found;
  }

  /** Adds an object. */
  create(
    kind: ExchangeKind,
    properties: { Name: string } & JsonObject,
  ): ExchangeRecord {
    const record = newRecord(properties);
    this.#delayEffect(kind);
    this.tenant.supersede(
      kind,
      record.ExchangeObjectId,
      undefined,
      this.quirks.readLagMs,
    );
    this.tenant.objects(kind).push(record);
    return record;
  }

  /** Changes an object. */
  change(
    kind: ExchangeKind,
    record: ExchangeRecord,
    changes: Readonly<Record<string, Json>>,
  ): void {
    this.#keep(kind, record);
    Object.assign(record, changes);
    touch(record);
  }

  /** Sets a rule's priority and moves the other rules. */
  prioritise(
    kind: ExchangeKind,
    record: ExchangeRecord,
    priority: number,
  ): void {
    this.#delayEffect(kind);
    this.tenant.prioritise(kind, record, priority);
  }

  /** Removes an object. */
  remove(kind: ExchangeKind, record: ExchangeRecord): void {
    this.#keep(kind, record);
    this.tenant.remove(kind, record.ExchangeObjectId);
  }

  #keep(kind: ExchangeKind, record: ExchangeRecord): void {
    this.#delayEffect(kind);
    this.tenant.supersede(
      kind,
      record.ExchangeObjectId,
      structuredClone(record),
      this.quirks.readLagMs,
    );
  }

  #delayEffect(kind: ExchangeKind): void {
    const { ruleDelayMs } = this.quirks;
    if (kind === "TransportRule" && ruleDelayMs > 0)
      this.tenant.keepRules(this.mail.world.now() + ruleDelayMs);
  }
}

function shuffle<T>(entries: T[]): void {
  for (let at = entries.length - 1; at > 0; at -= 1) {
    const other = Math.floor(Math.random() * (at + 1));
    const moved = entries[at] as T;
    entries[at] = entries[other] as T;
    entries[other] = moved;
  }
}
