import { readFile, rename, writeFile } from "node:fs/promises";
import { isObject } from "./json";
import type { SimulatorState } from "./seed";

/** The state in a file; undefined when there is no file yet. @throws Error when it holds something else. */
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

/** A value that is a state. @throws Error with that message when it is none. */
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

/** Writes states to a file, one after the other and each whole. */
export class StateFile {
  #last: Promise<void> = Promise.resolve();
  #waiting = false;

  /** @param snapshot Gives the state that is to be written. */
  constructor(
    readonly file: string,
    readonly snapshot: () => SimulatorState,
  ) {}

  /** Writes the state; calls while a write waits its turn share it. */
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
