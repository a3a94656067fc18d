import type { Values } from "../field";
import { textOf } from "../json";
import type { Kind, State } from "../kind";
import type { Operation } from "../session/session";
import { labelOf } from "./state";

/** A write that the exposure guard has to check. */
export interface IntendedWrite {
  readonly name: string;
  /** The changed values, null for a value that is cleared; missing if the object is removed. */
  readonly values?: Values;
  /** The inputs of the resource, or its state if it is deleted. */
  readonly inputs: State;
  /** Whether the resource is deleted, so that its object is removed or its previous values are restored. */
  readonly leavesWithResource?: boolean;
}

/**
 * Calls the exposure guard before a write that may change where mail goes. The model of the mail flow is loaded only for such writes.
 *
 * @throws UserError if the write would expose or lose mail. If the write belongs to the deletion of the resource, it restores earlier
 * conditions and only causes a warning, unless the rest of the program stays and must still guard the mail.
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
    change: {
      kind: kind.name,
      name,
      ...(values && { values }),
      ...(leaves ? { restores: true } : { inputs }),
    },
    // The inputs of a deleted resource are from an earlier program, which may have guarded other mail.
    inputs: leaves && guard ? guard : inputs,
    restores: leaves && !guard,
    ...(leaves && {
      leavingHeader: textOf(inputs["headerContainsMessageHeader"]),
    }),
  });
}
