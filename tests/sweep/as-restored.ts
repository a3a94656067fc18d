import { isMark, markOfState } from "../../providers/mark";
import { firstSeenOf } from "../../providers/restore-point/restored-object";
import type { Properties } from "../conformance/platform";

/** Returns a resource's inputs with the values of `RestorePoint.mark()` and `.of()` of its program's restore point. */
export function asRestored(
  kind: string,
  inputs: Properties,
  point: { readonly id: string; readonly outputs: Properties } | undefined,
): Properties {
  if (!("restorePoint" in inputs)) return inputs;
  const { id = "", outputs: { values = {} } = {} } = point ?? {};
  const name = inputs["name"] ?? inputs["domain"] ?? "";
  return {
    ...Object.fromEntries(
      Object.entries(inputs).map(([property, value]) => [
        property,
        isMark(value) ? markOfState(value, id) : value,
      ]),
    ),
    restorePoint: firstSeenOf(values as Parameters<typeof firstSeenOf>[0], {
      kind,
      name: name as string,
    }),
  };
}
