import type { Finding } from "../../mail-flow/finding";
import { linesOf, pitch, round, type Box } from "./layout";
import { lettered, widthOf } from "./lettering";
import { html, type Content } from "./markup";
import { findingsAt, type Station } from "./stations";

/** A station with its text, or an empty place that a line passes. */
export interface StationBox extends Box {
  station: Station;
  letters: Letters[];
}

/** A line of text in a box. */
interface Letters {
  text: string;
  kind: keyof typeof sizes;
  /** Space above it. */
  above: number;
}

/** Space between the border of a box and its text, in pixels at full size. */
export const padding = 11;
const leading = { over: 15, name: 17.5, says: 16.5, failed: 17, warning: 17 };
const sizes = { over: 11, name: 13.5, says: 12.5, failed: 13.5, warning: 13.5 };

/**
 * Returns the boxes of a column. Neighbouring lines with the same station share a box. A line without a station only needs space.
 *
 * @param ends where each line ends: lines with the same end share an empty place
 */
export function boxesOf(
  stations: readonly (Station | undefined)[],
  ends: readonly string[],
  width: number,
  findings: readonly Finding[],
): StationBox[] {
  const boxes: StationBox[] = [];
  stations.forEach((shown, at) => {
    const last = boxes.at(-1);
    const station = shown ?? {
      key: `pass ${ends[at]}`,
      parts: [],
      objects: [],
    };
    if (last?.station.key === station.key) {
      last.last = at;
      last.height = Math.max(last.height, (at - last.first) * pitch + 10);
      return;
    }
    const letters = lettersOf(station, width - 2 * padding, findings);
    const tall = heightOf(letters);
    boxes.push({
      first: at,
      last: at,
      station,
      letters,
      height: tall === 0 ? 10 : station.remark ? tall : tall + 2 * padding - 4,
      top: 0,
    });
  });
  return boxes;
}

const heightOf = (letters: readonly Letters[]): number =>
  letters.reduce((sum, { kind, above }) => sum + leading[kind] + above, 0);

function lettersOf(
  { over, parts, objects }: Station,
  width: number,
  findings: readonly Finding[],
): Letters[] {
  const wrap = (text: string, kind: Letters["kind"], room = 0): Letters[] =>
    lettered(text, sizes[kind], width).map((line, at) => ({
      text: line,
      kind,
      above: at === 0 ? room : 0,
    }));
  return [
    ...(over === undefined ? [] : wrap(over, "over")),
    ...parts.flatMap(({ names, says }, part) => [
      ...names.flatMap((name, at) =>
        wrap(name, "name", at === 0 ? (part === 0 ? 0 : 7) : 4),
      ),
      ...says.flatMap((text) => wrap(text, "says")),
    ]),
    ...findingsAt(objects, findings).flatMap(({ label, status }) =>
      wrap(label, status === "failed" ? "failed" : "warning", 2),
    ),
  ];
}

/** Returns a positioned box as SVG. */
export function boxMarkup(
  box: StationBox,
  left: number,
  width: number,
): Content {
  const { station, letters, top, height } = box;
  if (letters.length === 0) return undefined;
  let y = top + (height - heightOf(letters)) / 2 - 4;
  const lines = letters.map(({ text, kind, above }) => {
    y += leading[kind] + above;
    return html`<text class="${kind}" x="${left + padding}" y="${round(y)}"
      >${text}</text
    >`;
  });
  const passing = linesOf(box).join(" ");
  const widest = Math.max(
    ...letters.map(({ text }) => widthOf(text, sizes.says)),
  );
  return station.remark
    ? html`<g class="remark" data-lines="${passing}"
        ><rect
          x="${left + padding - 6}"
          y="${round(top - 1)}"
          width="${round(widest + 12)}"
          height="${round(height + 2)}"
        />${lines}</g
      >`
    : html`<g
        class="station ${station.tone && `tone-${station.tone}`}"
        data-lines="${passing}"
        ><rect
          x="${left}"
          y="${round(top)}"
          width="${width}"
          height="${round(height)}"
          rx="7"
        />${lines}</g
      >`;
}
