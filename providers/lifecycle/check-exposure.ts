import type { Values } from "../field";
import { textOf } from "../json";
import type { Kind, State } from "../kind";
import type { Operation } from "../session/session";
import { labelOf } from "./state";

/** A write that the exposure guard is to judge. */
export interface IntendedWrite {
  readonly name: string;
  /** What is changed, null for what is cleared; left out where the object is removed. */
  readonly values?: Values;
  /** The inputs of the resource; its state where it is deleted. */
  readonly inputs: State;
  /** Whether the object is removed, or gets its previous values back, with its resource. */
  readonly leavesWithResource?: boolean;
}

/**
 * Asks the exposure guard before a write that may change where mail goes. The model of the mail flow is loaded for such writes alone.
 *
 * @throws UserError when the write would expose mail or lose it. What leaves with its resource restores what was there before, and is
 * only warned of, unless the program goes on and something is to succeed it.
 */
export async function checkExposure(
  kind: Kind,
  operation: Operation,
  { name, values, inputs, leavesWithResource: leaves = false }: IntendedWrite,
): Promise<void> {
  const changed = values ? Object.keys(values) : [undefined];
  if (!changed.some((property) => kind.decides?.(property))) return;
  const { guardWrite } = await import("../exposure-guard/exposure-guard.js");
  const guard =
    inputs["guardedMail"] === undefined
      ? undefined
      : operation.session.ledger.guard;
  await guardWrite(operation, {
    label: labelOf(kind, name),
    change: { kind: kind.name, name, ...(values && { values }) },
    // The inputs of what leaves are those of an earlier program, which may have guarded other mail.
    inputs: leaves && guard ? guard : inputs,
    restores: leaves && !guard,
    ...(leaves && {
      leavingHeader: textOf(inputs["headerContainsMessageHeader"]),
    }),
  });
}
