import type { Finding } from "../../lib/mail-flow/finding";
import { layout, portOf, type Placed } from "./layout";
import type { Line, Recipients } from "./lines";
import { html, type Markup } from "./markup";
import {
  boxesOf,
  boxMarkup,
  padding,
  round,
  type StationBox,
} from "./station-box";
import { columns, spoken, stationsOf } from "./stations";
import { dispositionNames, shortHeaderNames, toneOf } from "./words";

/** Places of the columns: dispositions first. Units are pixels at full size. */
const places: readonly [Place, ...Place[]] = [
  { left: 0, width: 148 },
  { left: 196, width: 262 },
  { left: 504, width: 168 },
  { left: 718, width: 182 },
  { left: 946, width: 254 },
];
const fullWidth = 1200;
const headHeight = 34;
const gap = 16;

interface Place {
  left: number;
  width: number;
}

/**
 * The ways of all dispositions to one class of recipients, as an SVG whose lines are links to `#<id>-<line>`: they can be reached by
 * keyboard, and a reader of the screen says of each where it ends.
 *
 * @param id of the picture, unique on its page; the heading `<id>-title` names it
 */
export function picture(
  { lines }: Recipients,
  findings: readonly Finding[],
  id: string,
): Markup {
  const stations = lines.map(stationsOf);
  const chips = lines.map(({ header }, at): StationBox => ({
    first: at,
    last: at,
    height: header ? 42 : 30,
    letters: [],
    station: { key: "", parts: [], objects: [] },
  }));
  const boxes = places.slice(1).map(({ width }, column) =>
    boxesOf(
      stations.map((list) => list[column]),
      stations.map((list) => list.at(-1)?.key ?? ""),
      width,
      findings,
    ),
  );
  const { columns: placed, height } = layout([chips, ...boxes], gap);
  const [starts = [], ...rest] = placed;
  return html`<svg
    viewBox="0 0 ${fullWidth} ${Math.ceil(height + headHeight + 4)}"
    role="group"
    aria-labelledby="${id}-title"
    class="picture"
  >
    <g class="heads" aria-hidden="true">
      ${["Cloudflare finds", ...columns].map(
        (head, at) =>
          html`<text x="${(places[at]?.left ?? 0) + (at && padding)}" y="14"
            >${head}</text
          >`,
      )}
    </g>
    <g transform="translate(0 ${headHeight})">
      ${lines.map(
        (line, at) =>
          html`<a
            class="line tone-${toneOf(line.rows[0])}"
            href="#${id}-${at}"
            data-line="${at}"
            aria-label="${spoken(line)}"
            >${wayOf(at, starts, rest)}${chipMarkup(line, starts[at])}</a
          >`,
      )}
      <g aria-hidden="true">
        ${rest.map((column, at) =>
          column.map((one) => {
            const { left, width } = places[at + 1] ?? places[0];
            return boxMarkup(one, left, width);
          }),
        )}
      </g>
    </g>
  </svg>`;
}

function chipMarkup(
  { disposition, header }: Line,
  placed: Placed<StationBox> | undefined,
): Markup {
  const { top, height } = placed ?? { top: 0, height: 0 };
  return html`<rect
      class="chip"
      x="1"
      y="${round(top)}"
      width="${places[0].width - 1}"
      height="${round(height)}"
      rx="15"
    /><text
      class="disposition"
      x="16"
      y="${round(top + (header ? 18 : height / 2 + 5))}"
      >${dispositionNames[disposition]}${header && " "}</text
    >${
      header &&
      html`<text class="generation" x="16" y="${round(top + 33)}"
        >${shortHeaderNames[header]}</text
      >`
    }`;
}

/** A line from its chip through all columns: straight behind boxes, curved between them, with a tip at the end. */
function wayOf(
  at: number,
  starts: readonly Placed<StationBox>[],
  rest: readonly Placed<StationBox>[][],
): Markup {
  const start = starts[at];
  let x = places[0].width;
  let y = start ? portOf(start, at) : 0;
  let path = `M${x} ${round(y)}`;
  rest.forEach((column, index) => {
    const one = column.find(({ box }) => box.first <= at && at <= box.last);
    const { left, width } = places[index + 1] ?? places[0];
    if (!one) return;
    const to = portOf(one, at);
    const middle = round((x + left) / 2);
    path += `C${middle} ${round(y)} ${middle} ${round(to)} ${left} ${round(to)}`;
    const ends = index === rest.length - 1;
    x = ends ? left : left + width;
    if (!ends) path += `H${x}`;
    y = to;
  });
  const tip = `M${x - 8} ${round(y - 5)}L${x} ${round(y)}L${x - 8} ${round(y + 5)}Z`;
  return html`<path class="reach" d="${path}" /><path
      class="way"
      d="${path}"
    /><path class="tip" d="${tip}" />`;
}
