import type { Json } from "../../../simulator/json";
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
export function askedBy(message: string, find: Find): Asked | undefined {
  const found = takenNames(message, find) ?? exposure(message, find);
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
    /^Cannot create (.+?) "(.+?)": one of that name exists and differs in .+\. Set adopt: true to take it over/.exec(
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

/** Neither a restore point nor a domain begins what would hand Malicious to its recipients. */
function exposure(message: string, find: Find): Asked | undefined {
  if (
    !/^Cannot (begin, and nothing was written|(create|update) domain ".+?"): /.test(
      message,
    )
  )
    return undefined;
  const rules = rulesIn(message);
  const { dropping = [], policies = [] } = policiesIn(message) ?? {};
  const takesMalicious = ([name, scl]: readonly [string, number]): boolean => {
    const { SetSCL, HeaderContainsWords: words } =
      find("TransportRule", name)?.members ?? {};
    return SetSCL === scl && scl < 9 && holds(words);
  };
  const drops = (name: string): boolean =>
    holds(find("Area1Domain", name)?.members["drop_dispositions"]);
  const edit = (
    kind: string,
    name: string,
    wire: string,
    value: Json,
  ): Step => ({ do: "edit", kind, name, wire, value });
  return {
    steps: [
      ...rules.map(([name]) => edit("TransportRule", name, "SetSCL", 9)),
      ...policies.map((name) =>
        edit(
          "AntiSpamPolicy",
          name,
          "Rule:ExceptIfRecipientDomainIs",
          dropping,
        ),
      ),
    ],
    needless: [
      ...rules.filter((rule) => !takesMalicious(rule)).map(([name]) => name),
      ...dropping.filter((name) => !drops(name)),
    ],
  };
}

const holds = (words: unknown): boolean =>
  Array.isArray(words) && words.includes("MALICIOUS");

/** Rules that take Malicious for spam, with the SCL that they set. */
const rulesIn = (message: string): (readonly [string, number])[] =>
  [...message.matchAll(/"([^"]+)" \(SCL (\d)\)/g)].map(
    ([, name = "", scl]) => [name, Number(scl)] as const,
  );

/** Domains for which Cloudflare drops Malicious, and policies that would not keep it from their recipients. */
function policiesIn(
  message: string,
): { dropping: string[]; policies: string[] } | undefined {
  const found =
    /Cloudflare drops Malicious for (.+?) today, and would deliver it, but (.+?)\. (?:Exclude|Run) /.exec(
      message,
    );
  if (!found) return undefined;
  const [, domains = "", why = ""] = found;
  return {
    dropping: domains.split(", "),
    policies: [...why.matchAll(/"([^"]+)" goes before Default/g)].map(
      ([, name = ""]) => name,
    ),
  };
}
