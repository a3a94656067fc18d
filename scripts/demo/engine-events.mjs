// What the engine reports of its resources, without its own: the stack, the component, the provider.

/**
 * What was done, or would be, by resource name: the op and the inputs that differ as `[before, after]`.
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

/** What a refresh found, by resource name: what differs as `[in state, live]`, or `"gone"`; nothing for the rest. */
export function drift(events) {
  return Object.fromEntries(
    Object.entries(outcome(events))
      .filter(([, { op }]) => op !== "same")
      .map(([name, { op, properties }]) => [
        name,
        op === "delete" ? "gone" : properties,
      ]),
  );
}

/** The warnings that people are told, each once. */
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

/** Follows a path as the engine writes it: `a.b[0]`. */
function valueAt(root, at) {
  return at
    .split(/[.[\]]+/)
    .filter(Boolean)
    .reduce((value, part) => value?.[part], root);
}
