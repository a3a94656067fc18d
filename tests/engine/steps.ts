import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation";

/** An operation of the engine on a resource, or a planned one in a preview. */
export interface Step {
  /** The resource's name in the program. */
  name: string;
  urn: string;
  type: string;
  /** `refresh`: the result of reading the resource. `program`: an operation for the program. */
  phase: "refresh" | "program";
  /**
   * In phase `refresh` one of `same`, `update` (drift), `delete` (deleted); in phase `program` the engine's word, such as
   * `same`, `create`, `update`, `delete`, `create-replacement`, `delete-replaced`, `read`.
   */
  op: string;
  /** The differences by property path (`regions[1]`, `nested.one`): the inputs' values before and after. */
  properties: Record<string, { from: unknown; to: unknown }>;
  /** Positions in the order of events, so that tests can compare them. `finished` is missing after a failure. */
  started: number;
  finished?: number;
  failed: boolean;
}

/** The result of a command, or the events of an Automation API call. */
export interface Reported {
  events: EngineEvent[];
}

/** Returns all steps of a command in the order in which they started, including those of the stack and the providers. */
export function steps({ events }: Reported): Step[] {
  const all: Step[] = [];
  const open = new Map<string, Step>();
  for (const event of events) {
    const { resourcePreEvent, resOutputsEvent, resOpFailedEvent, sequence } =
      event;
    if (resourcePreEvent) {
      const { metadata } = resourcePreEvent;
      const step = begun(metadata, sequence);
      open.set(key(metadata, step.phase), step);
      all.push(step);
    } else if (resOutputsEvent) {
      finish(resOutputsEvent.metadata, sequence, false);
    } else if (resOpFailedEvent) {
      finish(resOpFailedEvent.metadata, sequence, true);
    }
  }
  return all;

  function finish(
    metadata: StepEventMetadata,
    sequence: number,
    failed: boolean,
  ): void {
    // The result of a refresh has the op of the finding (`pulumi refresh`) or `refresh` (other commands), so the phase is taken from the
    // step's start: reading a resource ends before its operation for the program starts.
    const refreshKey = key(metadata, "refresh");
    const refresh = open.get(refreshKey);
    const step = refresh ?? open.get(key(metadata, "program"));
    if (!step) return;
    if (refresh) {
      step.op = found(metadata);
      open.delete(refreshKey);
    }
    step.properties = properties(metadata);
    step.failed = failed;
    if (!failed) step.finished = sequence;
  }
}

/**
 * Returns the drift of all resources by name: the differences by property path as `[in state, live]`, or `"gone"`. Resources without
 * drift are omitted, so that a test can compare a whole refresh.
 */
export function drift(
  result: Reported,
): Record<string, "gone" | Record<string, [unknown, unknown]>> {
  return Object.fromEntries(
    steps(result)
      .filter(({ phase, op }) => phase === "refresh" && op !== "same")
      .map(({ name, op, properties: changed }) => [
        name,
        op === "delete"
          ? "gone"
          : Object.fromEntries(
              Object.entries(changed).map(([at, { from, to }]) => [
                at,
                [from, to],
              ]),
            ),
      ]),
  );
}

/**
 * Returns the operations for the program in order, without unchanged resources, the stack and the providers. Changed components are
 * omitted, because their changes are in their children.
 */
export function plan(
  result: Reported,
): { name: string; op: string; properties: string[] }[] {
  return steps(result)
    .filter(
      ({ phase, op, type }) =>
        phase === "program" &&
        op !== "same" &&
        !/^pulumi:(pulumi:Stack$|providers:)/.test(type) &&
        !(op === "update" && type === "area1:index:UseCase4"),
    )
    .map(({ name, op, properties: changed }) => ({
      name,
      op,
      properties: Object.keys(changed).sort(),
    }));
}

/** Returns the messages for the user: infos, warnings and errors, without debug messages. */
export function diagnostics({ events }: Reported): {
  severity: string;
  message: string;
  name: string;
  ephemeral: boolean;
}[] {
  return events.flatMap(({ diagnosticEvent }) =>
    diagnosticEvent && (diagnosticEvent.severity as string) !== "debug"
      ? [
          {
            severity: diagnosticEvent.severity,
            message: diagnosticEvent.message.trim(),
            name: nameOf(diagnosticEvent.urn ?? ""),
            ephemeral: diagnosticEvent.ephemeral ?? false,
          },
        ]
      : [],
  );
}

function begun(metadata: StepEventMetadata, sequence: number): Step {
  return {
    name: nameOf(metadata.urn),
    urn: metadata.urn,
    type: metadata.type,
    phase: metadata.op === "refresh" ? "refresh" : "program",
    op: metadata.op,
    properties: properties(metadata),
    started: sequence,
    failed: false,
  };
}

/** Returns the key of a step. A replacement has several steps with one URN and different ops. */
function key({ urn, op }: StepEventMetadata, phase: Step["phase"]): string {
  return phase === "refresh" ? `${urn} refresh` : `${urn} ${op}`;
}

function found({ op, detailedDiff, new: live }: StepEventMetadata): string {
  if (op !== "refresh") return op;
  if (!live) return "delete";
  return detailedDiff && Object.keys(detailedDiff).length > 0
    ? "update"
    : "same";
}

function properties({
  detailedDiff,
  old,
  new: after,
}: StepEventMetadata): Step["properties"] {
  return Object.fromEntries(
    Object.keys(detailedDiff ?? {}).map((at) => [
      at,
      { from: valueAt(old?.inputs, at), to: valueAt(after?.inputs, at) },
    ]),
  );
}

/** Returns the value at a path in the engine's notation: `a.b[0]`, with `["odd.name"]` for other names. */
function valueAt(root: unknown, at: string): unknown {
  const parts = [
    ...at.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g),
  ].map(
    ([, quoted, index, word]) =>
      quoted?.replace(/\\(.)/g, "$1") ?? index ?? word ?? "",
  );
  return parts.reduce<unknown>(
    (value, part) =>
      typeof value === "object" && value !== null
        ? (value as Record<string, unknown>)[part]
        : undefined,
    root,
  );
}

function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? "";
}
