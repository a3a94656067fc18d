import type { Finding } from "../../lib/mail-flow/finding";
import type { Box, Placed } from "./layout";
import { lettered, widthOf } from "./lettering";
import { html, type Content } from "./markup";
import { findingsAt, type Station } from "./stations";

/** A station, or the place where a line only passes, with its letters. */
export interface StationBox extends Box {
  station: Station;
  letters: Letters[];
}

/** A line of text in a box. */
interface Letters {
  text: string;
  kind: "over" | "name" | "says" | "failed" | "warning";
  /** Room above it. */
  above: number;
}

/** Space between the border of a box and its text, in pixels at full size. */
export const padding = 11;
const leading = { over: 15, name: 17.5, says: 16.5, failed: 17, warning: 17 };
const sizes = { over: 11, name: 13.5, says: 12.5 };

/**
 * Neighbouring lines with the same station share a box; where a line passes, it needs room and nothing else.
 *
 * @param ends where each line ends: those that end together pass together
 */
export function boxesOf(
  stations: readonly (Station | undefined)[],
  ends: readonly string[],
  width: number,
  findings: readonly Finding[],
): StationBox[] {
  const boxes: StationBox[] = [];
  stations.forEach((station, at) => {
    const last = boxes.at(-1);
    const shown = station ?? {
      key: `pass ${ends[at]}`,
      parts: [],
      objects: [],
    };
    if (last?.station.key === shown.key) {
      last.last = at;
      return;
    }
    const letters = lettersOf(shown, width - 2 * padding, findings);
    const tall = heightOf(letters);
    boxes.push({
      first: at,
      last: at,
      station: shown,
      letters,
      height: tall === 0 ? 10 : shown.remark ? tall : tall + 2 * padding - 4,
    });
  });
  return boxes;
}

const heightOf = (letters: readonly Letters[]): number =>
  letters.reduce((sum, { kind, above }) => sum + leading[kind] + above, 0);

function lettersOf(
  station: Station,
  width: number,
  findings: readonly Finding[],
): Letters[] {
  const wrap = (
    text: string,
    kind: "over" | "name" | "says",
    above = 0,
  ): Letters[] =>
    lettered(text, sizes[kind], width).map((line, at) => ({
      text: line,
      kind,
      above: at === 0 ? above : 0,
    }));
  return [
    ...(station.over === undefined ? [] : wrap(station.over, "over")),
    ...station.parts.flatMap(({ names, says }, part) => [
      ...names.flatMap((name, at) =>
        wrap(name, "name", at === 0 ? (part === 0 ? 0 : 7) : 4),
      ),
      ...says.flatMap((text) => wrap(text, "says")),
    ]),
    ...findingsAt(station, findings).flatMap(({ number, finding }) =>
      finding.status === "skipped"
        ? []
        : lettered(`▲ ${number} ${finding.check}`, sizes.name, width).map(
            (text, at): Letters => ({
              text,
              kind: finding.status === "failed" ? "failed" : "warning",
              above: at === 0 ? 2 : 0,
            }),
          ),
    ),
  ];
}

/** A placed box as SVG. */
export function boxMarkup(
  { box, top, height }: Placed<StationBox>,
  left: number,
  width: number,
): Content {
  const { station, letters } = box;
  if (letters.length === 0) return undefined;
  let y = top + (height - heightOf(letters)) / 2 - 4;
  const lines = letters.map(({ text, kind, above }) => {
    y += leading[kind] + above;
    return html`<text class="${kind}" x="${left + padding}" y="${round(y)}"
      >${text}</text
    >`;
  });
  const passing = Array.from(
    { length: box.last - box.first + 1 },
    (_, at) => box.first + at,
  ).join(" ");
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

/** A length that no eye tells from the exact one. */
export const round = (value: number): number => Math.round(value * 10) / 10;
