import { isMarked, type LiveObject } from "./objects";
import type { Step } from "./steps";

/** What a refusal asks people to do first. */
export interface Asked {
  /** What does it. */
  readonly steps: readonly Step[];
  /** Objects of which it says what is not so. */
  readonly needless: readonly string[];
}

/** Finds an object by kind and name. */
type Find = (kind: string, name: string) => LiveObject | undefined;

/** Reads a refusal; undefined for any other error. */
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

/** Somebody else's object has the name. */
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

/** What a state that is gone had made is there still, such as an object that somebody made anew before its destroy. */
function anotherState(message: string): Asked | undefined {
  return / a state of the same names in another backend has .+ set adopt: true /.test(
    message,
  )
    ? { steps: [{ do: "program", change: { adopt: true } }], needless: [] }
    : undefined;
}

/**
 * A write would bring Malicious nearer to its recipients. What the stack itself has lost by hand a refresh sets right; else the program
 * says that it is meant to be so.
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
