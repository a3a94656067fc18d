// Reads the engine's events about resources, except the stack, the component and the provider.

/**
 * Returns the operations of an update or a preview by resource name: the op, and the inputs that differ as `[before, after]`.
 *
 * @returns {Record<string, {op: string, type: string, inputs: Record<string, unknown>, properties: Record<string, [unknown, unknown]>}>}
 */
export function outcome(events) {
  return Object.fromEntries(
    events.flatMap(({ resOutputsEvent }) => {
      const metadata = resOutputsEvent?.metadata;
      if (!metadata?.type.startsWith("pulumi-nodejs:dynamic/")) return [];
      const { urn, type, op, old, new: fresh, detailedDiff } = metadata;
      return [
        [
          urn.split("::").at(-1),
          {
            op,
            type: type.split(":").at(-1),
            inputs: fresh?.inputs ?? old?.inputs ?? {},
            properties: Object.fromEntries(
              Object.keys(detailedDiff ?? {}).map((at) => [
                at,
                [valueAt(old?.inputs, at), valueAt(fresh?.inputs, at)],
              ]),
            ),
          },
        ],
      ];
    }),
  );
}

/** Returns the drift that a refresh found, by resource name: what differs as `[in state, live]`, or `"deleted"`. */
export function drift(events) {
  return Object.fromEntries(
    Object.entries(outcome(events))
      .filter(([, { op }]) => op !== "same")
      .map(([name, { op, properties }]) => [
        name,
        op === "delete" ? "deleted" : properties,
      ]),
  );
}

/** Returns the warnings without duplicates. */
export function warnings(events) {
  return [
    ...new Set(
      events.flatMap(({ diagnosticEvent }) =>
        diagnosticEvent?.severity === "warning"
          ? [diagnosticEvent.message.trim()]
          : [],
      ),
    ),
  ];
}

/** Returns the value at a path in the engine's notation: `a.b[0]`. */
function valueAt(root, at) {
  return at
    .split(/[.[\]]+/)
    .filter(Boolean)
    .reduce((value, part) => value?.[part], root);
}
