import { readFile, rename, writeFile } from "node:fs/promises";
import { isObject } from "./json";
import type { SimulatorState } from "./seed";

/** Reads the state from a file. Returns undefined if the file does not exist. @throws Error if it is not a state. */
export async function readState(
  file: string,
): Promise<SimulatorState | undefined> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  const state: unknown = JSON.parse(text);
  return stateFrom(state, `${file} does not hold a state of this simulator`);
}

/** Returns the value as a state. @throws Error with that message if it is not one. */
export function stateFrom(
  value: unknown,
  message = "This is not a state of the simulator",
): SimulatorState {
  const state = (isObject(value) ? value : {}) as Partial<SimulatorState>;
  if (
    state.version !== 1 ||
    !Array.isArray(state.tenants) ||
    !Array.isArray(state.accounts) ||
    state.tenants.length === 0 ||
    state.accounts.length === 0
  )
    throw new Error(message);
  return state as SimulatorState;
}

/** Writes states to a file, one after another and each atomically. */
export class StateFile {
  #last: Promise<void> = Promise.resolve();
  #waiting = false;

  /** @param snapshot Returns the state to write. */
  constructor(
    readonly file: string,
    readonly snapshot: () => SimulatorState,
  ) {}

  /** Writes the state. Calls while a write is queued share that write. */
  save(): Promise<void> {
    if (this.#waiting) return this.#last;
    this.#waiting = true;
    this.#last = this.#last.then(async () => {
      this.#waiting = false;
      const draft = `${this.file}.${process.pid}.tmp`;
      await writeFile(draft, `${JSON.stringify(this.snapshot(), null, 2)}\n`);
      await rename(draft, this.file);
    });
    return this.#last;
  }
}
