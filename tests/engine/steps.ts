import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation";

/** What the engine did, or in a preview would do, with one resource. */
export interface Step {
  /** The resource's name in the program. */
  name: string;
  urn: string;
  type: string;
  /** `refresh`: what reading the resource showed. `program`: what the program asks for. */
  phase: "refresh" | "program";
  /**
   * In phase `refresh` one of `same`, `update` (drift), `delete` (gone); in phase `program` the engine's word, such as
   * `same`, `create`, `update`, `delete`, `create-replacement`, `delete-replaced`, `read`.
   */
  op: string;
  /** What differs, by property path (`regions[1]`, `nested.one`): the inputs' value before and after. */
  properties: Record<string, { from: unknown; to: unknown }>;
  /** Places in the order of events, so that tests can ask what came before what; `finished` is missing after a failure. */
  started: number;
  finished?: number;
  failed: boolean;
}

/** The outcome of a command, or the events an Automation API call has reported. */
export interface Reported {
  events: EngineEvent[];
}

/** Every step of a command in the order in which they started, the stack's and the providers' own included. */
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
    // The result of a refresh carries what was found as its op (`pulumi refresh`) or still `refresh` (other commands), so
    // it is told by what was begun: a resource is read to the end before the program asks anything of it.
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
 * What reading the resources showed, by name: what differs by property path as `[in state, live]`, or `"gone"`. Resources
 * without drift are left out, so that a whole refresh can be compared at once.
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
 * What the program asks for, in order: all but unchanged resources, the stack and the providers. A changed component is left out: its
 * entry only repeats the program's inputs, and what they change is in its children.
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
        !(op === "update" && type.startsWith("area1:index:")),
    )
    .map(({ name, op, properties: changed }) => ({
      name,
      op,
      properties: Object.keys(changed).sort(),
    }));
}

/** What the user is told: infos, warnings and errors, without the engine's debugging. */
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

/** A replacement is several steps with one URN; each has its own op. */
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

/** Follows a path as the engine writes it: `a.b[0]`, with `["odd.name"]` for names that are no words. */
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
