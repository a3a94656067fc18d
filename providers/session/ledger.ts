import type { Form, State } from "../form";
import { anywhere, objectOf, pickKnown } from "../object-key";

/** What a create adopted, and what it knew of the time before. */
export interface TakenOver {
  readonly adopted: boolean;
  readonly previous?: unknown;
}

/**
 * What this process did for the engine, and was asked to keep: private to `lifecycle/` and the restore point, and gone with the
 * process. Which mail is guarded is an input of the resource that is written; the ledger knows it for those that leave alone.
 */
export class Ledger {
  /**
   * What the program says of the mail that it guards, of any of its resources; undefined where none says anything, as in a destroy and
   * where the whole component was removed. While the program goes on, what it no longer has is to have a successor.
   */
  guard: State | undefined;
  private readonly registered = new Set<string>();
  private readonly owned = new Set<string>();
  private readonly takenOver = new Map<string, TakenOver>();
  private readonly deleted = new Set<string>();
  private readonly holders = new Map<string, string>();

  /**
   * Notes that the program has a resource for an object: what an interrupted replacement left behind of the same resource is not
   * deleted then. The engine asks for no check in a refresh and in a destroy.
   */
  register(kind: Form, inputs: State): void {
    if (inputs["guardedMail"] !== undefined)
      this.guard = pickKnown(["guardedMail", "allowExposure"], inputs);
    this.registered.add(objectOf(kind, inputs)).add(anywhere(kind, inputs));
  }

  isRegistered(kind: Form, state: State): boolean {
    return this.registered.has(objectOf(kind, state));
  }

  /** Whether the program has the same object in whichever account. */
  isRegisteredAnywhere(kind: Form, state: State): boolean {
    return this.registered.has(anywhere(kind, state));
  }

  /** Notes an object that a create made or adopted. @param taken what it adopted; undefined where it made the object. */
  create(key: string, taken: TakenOver | undefined): void {
    this.owned.add(key);
    if (taken) this.takenOver.set(key, taken);
  }

  /** Whether a create of this process has the object already. */
  owns(key: string): boolean {
    return this.owned.has(key);
  }

  /** What a create of this process adopted under this key. */
  adoption(key: string): TakenOver | undefined {
    return this.takenOver.get(key);
  }

  /** Notes an object that a delete was for, whatever came of it. */
  delete(kind: Form, state: State): void {
    this.deleted.add(objectOf(kind, state));
  }

  hasDeleted(object: string): boolean {
    return this.deleted.has(object);
  }

  /** Notes who holds an object in a restore point. @returns who held it before, if that was somebody else. */
  hold(object: string, holder: string): string | undefined {
    const other = this.holders.get(object);
    if (other !== undefined && other !== holder) return other;
    this.holders.set(object, holder);
    return undefined;
  }
}
