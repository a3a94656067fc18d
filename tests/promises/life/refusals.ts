import type { LiveObject } from "./objects";
import type { Step } from "./steps";

/** What a person does before the next up. */
type Edit = Extract<Step, { do: "edit" }>;

/** What a restore point that refuses to begin asks people to do first. */
export interface Asked {
  readonly edits: readonly Edit[];
  /** What it says and is not so. */
  readonly needless: readonly string[];
}

/** Reads a refusal; undefined for any other error. @param find an object of the tenant by kind and name. */
export function askedBy(
  message: string,
  find: (kind: string, name: string) => LiveObject | undefined,
): Asked | undefined {
  if (!message.startsWith("Cannot begin, and nothing was written: "))
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
  const edits = [
    ...rules.map(([name]): Edit => ({
      ...{ do: "edit", kind: "TransportRule", name },
      ...{ wire: "SetSCL", value: 9 },
    })),
    ...policies.map((name): Edit => ({
      ...{ do: "edit", kind: "AntiSpamPolicy", name },
      ...{ wire: "Rule:ExceptIfRecipientDomainIs", value: dropping },
    })),
  ];
  if (edits.length === 0) return undefined;
  return {
    edits,
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
    /Cloudflare drops Malicious for (.+?) today, and would deliver it, but (.+?)\. Exclude/.exec(
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
