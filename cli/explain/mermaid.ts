import { recipientsOf } from "./lines";
import { visible } from "../../mail-flow/visible";
import { stationsOf, type Station } from "./stations";
import { dispositionName, shortHeaderNames, type Tone } from "./words";
import type { Explanation } from "./explanation";

/** Returns an explanation as a Mermaid flowchart, which GitHub, GitLab and many wikis draw. Each class of recipients is a subgraph. */
export function asMermaid(unsafe: Explanation): string {
  const { rows } = visible(unsafe);
  const lines = ["flowchart LR"];
  recipientsOf(rows).forEach(({ recipient, lines: ways }, at) => {
    const ids = new Map<string, string>();
    const edges = new Set<string>();
    lines.push(`  subgraph s${at}["${quoted(`To ${recipient}`)}"]`);
    ways.forEach((line, way) => {
      const start = `s${at}d${way}`;
      const { disposition, header } = line;
      const generation = header ? `<br>${shortHeaderNames[header]}` : "";
      lines.push(
        `    ${start}(["${dispositionName(disposition)}${generation}"])`,
      );
      let last = start;
      for (const station of stationsOf(line)) {
        // Skips stations where nothing decides.
        if (!station || station.remark) continue;
        const known = ids.get(station.key);
        const id = known ?? `s${at}n${ids.size}`;
        if (known === undefined) {
          ids.set(station.key, id);
          lines.push(
            `    ${id}["${labelOf(station)}"]${station.tone ? `:::${station.tone}` : ""}`,
          );
        }
        edges.add(`    ${last} --> ${id}`);
        last = id;
      }
    });
    lines.push(...edges, "  end");
  });
  return `${[...lines, ...Object.entries(colours).map(([tone, colour]) => `  classDef ${tone} ${colour}`)].join("\n")}\n`;
}

const labelOf = ({ over, parts }: Station): string =>
  [
    ...(over === undefined ? [] : [quoted(over)]),
    ...parts.flatMap(({ names, says }) => [
      ...names.map((name) => `<b>${quoted(name)}</b>`),
      ...says.map(quoted),
    ]),
  ].join("<br>");

/** Quotes a label. All characters except letters, digits and harmless ones become Mermaid's codes. */
const quoted = (text: string): string =>
  text.replace(
    /[^\p{L}\p{N}\p{M} .,:@/()+−-]/gu,
    (character) => `#${character.codePointAt(0) ?? 32};`,
  );

const colours: Readonly<Record<Tone, string>> = {
  administrator: "fill:#f1edfc,stroke:#5a36b0,color:#161c26",
  recipient: "fill:#e7f1fc,stroke:#0b5fb0,color:#161c26",
  inbox: "fill:#e6f5ec,stroke:#14693a,color:#161c26",
  junk: "fill:#fdf2dc,stroke:#7d4e00,color:#161c26",
  gone: "fill:#eceff3,stroke:#4b535f,color:#161c26",
  elsewhere: "fill:#e0f3f4,stroke:#0a6169,color:#161c26",
  unknown: "fill:#fdeaf1,stroke:#a31550,color:#161c26,stroke-dasharray:5 4",
};
