import { isMarked, type LiveObject } from "./objects";
import type { Step } from "./steps";

/** The steps that a refusal requires from a person first. */
export interface Asked {
  /** The required steps. */
  readonly steps: readonly Step[];
  /** Objects that the refusal names wrongly. */
  readonly needless: readonly string[];
}

/** Finds an object by kind and name. */
type Find = (kind: string, name: string) => LiveObject | undefined;

/** Returns the steps that a refusal requires; undefined for any other error. */
export function titleOf(message: string, find: Find): Asked | undefined {
  const found =
    takenNames(message, find) ?? anotherState(message) ?? exposure(message);
  return found && found.steps.length > 0 ? found : undefined;
}

const kinds: Readonly<Record<string, string>> = {
  "transport rule": "TransportRule",
  "quarantine policy": "QuarantinePolicy",
  "anti-spam policy": "AntiSpamPolicy",
  domain: "Area1Domain",
};

/** Reads the refusal of a name that an object of somebody else has. */
function takenNames(message: string, find: Find): Asked | undefined {
  const [, noun = "", name = ""] =
    /^Cannot create (.+?) "(.+?)": one of that name exists and differs in .+\. Set adopt: true to adopt it/.exec(
      message,
    ) ?? [];
  const kind = kinds[noun];
  if (kind === undefined) return undefined;
  const object = find(kind, name);
  return {
    steps: [{ do: "program", change: { adopt: true } }],
    needless: !object || isMarked(object) ? [name] : [],
  };
}

/** Reads the refusal of an object of another state, such as one that somebody has created again before that state's destroy. */
function anotherState(message: string): Asked | undefined {
  return / a state of the same names in another backend has .+ set adopt: true /.test(
    message,
  )
    ? { steps: [{ do: "program", change: { adopt: true } }], needless: [] }
    : undefined;
}

/**
 * Reads the refusal of a write that would deliver Malicious nearer to its recipients. The program must allow it, unless the message
 * advises a refresh, because somebody has changed an object of the stack by hand.
 */
function exposure(message: string): Asked | undefined {
  return / would expose .+ set allowExposure: true if it is meant to be so/.test(
    message,
  ) && !/ Run pulumi up --refresh/.test(message)
    ? {
        steps: [{ do: "program", change: { allowExposure: true } }],
        needless: [],
      }
    : undefined;
}
