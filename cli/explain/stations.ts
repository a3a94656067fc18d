import type { Finding, Status } from "../../mail-flow/finding";
import type { Row, Step } from "../../mail-flow/path";
import { groupsOf } from "../../mail-flow/grouped";
import { nameIn, rulesOf, type Line } from "./lines";
import {
  actionName,
  dispositionName,
  handling,
  outcomes,
  shortHeaderNames,
  toneOf,
  verdictNames,
  type Tone,
} from "./words";

/** The content of one column of a picture, for the lines that share it. */
export interface Station {
  /** Stations with the same key are the same. */
  key: string;
  /** Small text above the names. */
  over?: string;
  /** Names, each with its effect. Several names with the same effect show it once. */
  parts: { names: string[]; says: string[] }[];
  /** Whether it is a remark and not an object, because nothing decides there. */
  remark?: true;
  /** The tone, if it is where a line ends. */
  tone?: Tone;
  /** The objects that it shows, by their names in steps and findings. */
  objects: string[];
}

/** Returns the station of a line in each column; undefined where the line only passes. */
export function stationsOf({ rows }: Line): (Station | undefined)[] {
  const [row] = rows;
  return [
    rulesStation(rows),
    verdictStation(row),
    policyStation(row),
    endStation(row),
  ];
}

function rulesStation(rows: Line["rows"]): Station {
  const steps = rows.flatMap(decidingRules);
  if (steps.length === 0) return stationWithoutRule(rows[0]);
  const objects = [...new Set(steps.map(({ object }) => object))];
  // Merges rules of both generations with the same effect, and the effects of one rule's steps.
  const told = rows.flatMap((row) =>
    groupsOf(decidingRules(row), ({ object }) => object).map((rule) => ({
      name: nameIn(rule[0].object),
      says: rule.map(({ property, value, why }) =>
        property === "setScl" ? `sets SCL ${scl(Number(value))}` : why,
      ),
    })),
  );
  const parts = groupsOf(told, ({ says }) => says.join()).map((alike) => ({
    names: [...new Set(alike.map(({ name }) => name))],
    says: alike[0].says,
  }));
  return { key: `rules ${objects.join()}`, parts, objects };
}

function stationWithoutRule(row: Row): Station {
  if (row.outcome === "droppedByCloudflare")
    return remark("Cloudflare does not deliver it", row.steps.at(-1)?.object);
  const early = row.steps.find(({ object }) =>
    /^(HostedConnectionFilterPolicy|InboundConnector) /.test(object),
  );
  if (!early || (row.scl === null && row.outcome !== "rejected"))
    return remark("no rule matches");
  const { object, property, why } = early;
  const says = row.scl === null ? why : `${property} sets SCL ${scl(row.scl)}`;
  return {
    key: `connection ${object}`,
    over: object.startsWith("InboundConnector")
      ? "Inbound connector"
      : "Connection filter",
    parts: [{ names: [nameIn(object)], says: [says] }],
    objects: [object],
  };
}

/** Returns the steps of rules, without a last one that only says why the end is not documented. */
const decidingRules = (row: Row): Step[] =>
  rulesOf(row).filter(
    (step) => row.outcome !== "notDocumented" || step !== row.steps.at(-1),
  );

const scl = (value: number): string =>
  value < 0 ? `−${Math.abs(value)}` : String(value);

function verdictStation({ verdict }: Row): Station | undefined {
  if (verdict === null) return undefined;
  if (verdict === "none") return remark("not spam");
  return {
    key: `verdict ${verdict}`,
    parts: [{ names: [verdictNames[verdict]], says: [] }],
    objects: [],
  };
}

const policyNouns: Readonly<Record<string, string>> = {
  HostedContentFilterPolicy: "Anti-spam policy",
  AntiPhishPolicy: "Anti-phishing policy",
  MalwareFilterPolicy: "Anti-malware policy",
};

function policyStation({ policy, action, steps }: Row): Station | undefined {
  if (policy === null) return undefined;
  const step = steps.find(({ object }) =>
    Object.keys(policyNouns).some((noun) => object === `${noun} "${policy}"`),
  );
  const noun = step?.object.split(" ")[0] ?? "";
  const chosen = steps.filter(({ object }) =>
    /^(EOPProtectionPolicyRule|HostedContentFilterRule) /.test(object),
  );
  return {
    key: `policy ${noun} ${policy} ${action}`,
    over: policyNouns[noun] ?? "Policy",
    parts: [
      { names: [policy], says: action === null ? [] : [actionName(action)] },
    ],
    objects: [
      ...(step ? [step.object] : []),
      ...chosen.map(({ object }) => object),
    ],
  };
}

function endStation(row: Row): Station {
  const { outcome, quarantinePolicy } = row;
  const says = handling(row);
  return {
    key: `end ${outcome} ${quarantinePolicy} ${says.join()}`,
    ...(quarantinePolicy !== null && { over: outcomes[outcome].title }),
    parts: [{ names: [quarantinePolicy ?? outcomes[outcome].title], says }],
    tone: toneOf(row),
    objects:
      quarantinePolicy === null
        ? []
        : [`QuarantinePolicy "${quarantinePolicy}"`],
  };
}

const remark = (text: string, object?: string): Station => ({
  key: `remark ${text}`,
  parts: [{ names: [], says: [text] }],
  remark: true,
  objects: object === undefined ? [] : [object],
});

/** Returns a line as a sentence for screen readers. */
export function spoken(line: Line): string {
  const { disposition, header } = line;
  const stations = stationsOf(line)
    .filter((station) => station !== undefined)
    .map(({ over, parts }) =>
      [over ?? [], parts.map(({ names, says }) => [names, says])]
        .flat(3)
        .join(", "),
    );
  return `${dispositionName(disposition)}${header ? ` ${shortHeaderNames[header]}` : ""}: ${stations.join("; then ")}`;
}

/** Returns the findings about a station's objects, with their numbers on the page. Skipped checks are not marked. */
export const findingsAt = (
  objects: readonly string[],
  findings: readonly Finding[],
): { label: string; status: Status }[] =>
  findings.flatMap(({ object, check, status }, at) =>
    objects.includes(object) && status !== "skipped"
      ? [{ label: `▲ ${at + 1} ${check}`, status }]
      : [],
  );
