import type { Finding } from "../../lib/mail-flow/finding";
import type { Row, Step } from "../../lib/mail-flow/path";
import { nameIn, rulesOf, type Line } from "./lines";
import {
  actionName,
  dispositionNames,
  handling,
  outcomes,
  shortHeaderNames,
  toneOf,
  verdictNames,
  type Tone,
} from "./words";

/** The columns of a picture after the one of dispositions. */
export const columns = [
  "Mail flow rules",
  "Verdict",
  "Policy that applies",
  "Where it ends",
] as const;

/** What stands in one column of a picture for lines that share it. */
export interface Station {
  /** Stations of one key are the same place. */
  key: string;
  /** Small words above. */
  over?: string;
  /** Names, each with what it does; the same words under several names stand once. */
  parts: { names: string[]; says: string[] }[];
  /** A remark rather than an object: nothing decides there. */
  remark?: true;
  /** Of an end. */
  tone?: Tone;
  /** The objects that it shows, as steps and findings name them. */
  objects: string[];
}

/** The stations of a line, a place per column; undefined where it passes. */
export function stationsOf({ rows }: Line): (Station | undefined)[] {
  const [row] = rows;
  return [
    rulesStation(rows),
    verdictStation(row),
    policyStation(row),
    endStation(row),
  ];
}

function rulesStation(rows: readonly Row[]): Station {
  const [row] = rows;
  const lists = rows.map(decidingRules);
  if (lists.some((list) => list.length > 0)) {
    // Rules of both generations that do the same stand together; what one rule does in several steps, too.
    const parts: Station["parts"] = [];
    for (const list of lists)
      for (const { name, says } of byRule(list)) {
        const alike = parts.find((part) => part.says.join() === says.join());
        if (!alike) parts.push({ names: [name], says });
        else if (!alike.names.includes(name)) alike.names.push(name);
      }
    const objects = [...new Set(lists.flat().map(({ object }) => object))];
    return { key: `rules ${objects.join()}`, parts, objects };
  }
  const early = row?.steps.find(({ object }) => isConnection(object));
  if (row?.outcome === "droppedByCloudflare")
    return remark("Cloudflare does not deliver it", row.steps.at(-1)?.object);
  if (early && (row?.scl !== null || row.outcome === "rejected"))
    return {
      key: `connection ${early.object}`,
      parts: [
        {
          names: [nameIn(early.object)],
          says: [
            row?.scl === null || row === undefined
              ? early.why
              : `${early.property} sets SCL ${scl(row.scl)}`,
          ],
        },
      ],
      over: early.object.startsWith("InboundConnector")
        ? "Inbound connector"
        : "Connection filter",
      objects: [early.object],
    };
  return remark("no rule matches");
}

/** The last step of an end that is not documented says why: that stands where it ends. */
const decidingRules = (row: Row): Step[] => {
  const rules = rulesOf(row);
  return row.outcome === "notDocumented" && rules.at(-1) === row.steps.at(-1)
    ? rules.slice(0, -1)
    : rules;
};

const isConnection = (object: string): boolean =>
  /^(HostedConnectionFilterPolicy|InboundConnector) /.test(object);

function byRule(steps: readonly Step[]): { name: string; says: string[] }[] {
  const objects = [...new Set(steps.map(({ object }) => object))];
  return objects.map((object) => ({
    name: nameIn(object),
    says: steps
      .filter((step) => step.object === object)
      .map(({ property, value, why }) =>
        property === "setScl" ? `sets SCL ${scl(Number(value))}` : why,
      ),
  }));
}

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
      {
        names: [policy],
        says: action === null ? [] : [actionName(action)],
      },
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
    ...(quarantinePolicy !== null && { over: outcomes[outcome] }),
    parts: [{ names: [quarantinePolicy ?? outcomes[outcome]], says }],
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

/** A line in one sentence, for who cannot see it. */
export function spoken(line: Line): string {
  const { disposition, header } = line;
  const stations = stationsOf(line).flatMap((station) =>
    station
      ? [
          [
            ...(station.over === undefined ? [] : [station.over]),
            ...station.parts.flatMap(({ names, says }) => [...names, ...says]),
          ].join(", "),
        ]
      : [],
  );
  return `${dispositionNames[disposition]}${header ? ` ${shortHeaderNames[header]}` : ""}: ${stations.join("; then ")}`;
}

/** The findings that concern a station, with their numbers on the page. */
export function findingsAt(
  { objects }: Station,
  findings: readonly Finding[],
): { number: number; finding: Finding }[] {
  return findings.flatMap((finding, at) =>
    objects.includes(finding.object) ? [{ number: at + 1, finding }] : [],
  );
}
