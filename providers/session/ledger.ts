import type { Form, State } from "../form";
import { anywhere, objectOf, pickKnown } from "../object-key";

/** An object that a create has taken into the state, with its previous values. */
export interface TakenOver {
  readonly adopted: boolean;
  readonly previous?: unknown;
}

/**
 * Records the operations of this process for the engine. Only `lifecycle/` and the restore point use it; it ends with the process.
 * The guarded mail is an input of each resource. The ledger has it too, but only for resources that are removed.
 */
export class Ledger {
  /**
   * The program's inputs about guarded mail, from any of its resources. Undefined if no resource has them, as in a destroy and after
   * the removal of the whole component. If it is defined, the rest of the program stays, and must still guard the mail of a resource
   * that is removed.
   */
  guard: State | undefined;
  private readonly registered = new Set<string>();
  private readonly owned = new Set<string>();
  private readonly takenOver = new Map<string, TakenOver>();
  private readonly deleted = new Set<string>();
  private readonly holders = new Map<string, string>();

  /**
   * Records that the program has a resource for an object, so that the old entry of an interrupted replacement does not delete this
   * object. In a refresh and in a destroy nothing is registered, because the engine does not call `check`.
   */
  register(kind: Form, inputs: State): void {
    if (inputs["guardedMail"] !== undefined)
      this.guard = pickKnown(["guardedMail", "allowExposure"], inputs);
    this.registered.add(objectOf(kind, inputs)).add(anywhere(kind, inputs));
  }

  isRegistered(kind: Form, state: State): boolean {
    return this.registered.has(objectOf(kind, state));
  }

  /** Returns whether the program has the same object in any account. */
  isRegisteredAnywhere(kind: Form, state: State): boolean {
    return this.registered.has(anywhere(kind, state));
  }

  /** Records an object that a create has created or adopted. @param taken details of an existing object; undefined for a new one. */
  create(key: string, taken: TakenOver | undefined): void {
    this.owned.add(key);
    if (taken) this.takenOver.set(key, taken);
  }

  /** Returns whether a create of this process already has the object. */
  owns(key: string): boolean {
    return this.owned.has(key);
  }

  /** Returns the details of an existing object that a create of this process has taken under this key. */
  adoption(key: string): TakenOver | undefined {
    return this.takenOver.get(key);
  }

  /** Records an object for which a delete was called, whatever its result. */
  delete(kind: Form, state: State): void {
    this.deleted.add(objectOf(kind, state));
  }

  hasDeleted(object: string): boolean {
    return this.deleted.has(object);
  }

  /** Records the restore point that has an object. @returns the other restore point that already has it, if any. */
  hold(object: string, holder: string): string | undefined {
    const other = this.holders.get(object);
    if (other !== undefined && other !== holder) return other;
    this.holders.set(object, holder);
    return undefined;
  }
}
