import type { Finding } from "../../mail-flow/finding";
import { layout, portOf, round, type Box } from "./layout";
import type { Line, Recipients } from "./lines";
import { html, type Markup } from "./markup";
import { boxesOf, boxMarkup, padding, type StationBox } from "./station-box";
import { spoken, stationsOf } from "./stations";
import { dispositionName, shortHeaderNames, toneOf } from "./words";

/** The width of the column of dispositions. Units are pixels at full size. */
const chipWidth = 148;
/** The other columns. Each contains a station of each line, in the order of {@link stationsOf}. */
const places = [
  { head: "Mail flow rules", left: 196, width: 262 },
  { head: "Verdict", left: 504, width: 168 },
  { head: "Policy that applies", left: 718, width: 182 },
  { head: "Where it ends", left: 946, width: 254 },
];
const fullWidth = 1200;
const headHeight = 34;
const gap = 16;

/** The disposition at the start of a line. */
interface Chip extends Box {
  line: Line;
}

interface Column {
  left: number;
  width: number;
  boxes: StationBox[];
}

/**
 * Returns the paths of all dispositions to one class of recipients as an SVG. Its lines are links to `#<id>-<line>`, so that they can
 * be reached by keyboard, and a screen reader reads where each ends.
 *
 * @param id the picture's id, unique on its page; its heading has the id `<id>-title`
 */
export function picture(
  { lines }: Recipients,
  findings: readonly Finding[],
  id: string,
): Markup {
  const chips = lines.map((line, at): Chip => {
    const height = line.header ? 42 : 30;
    return { line, first: at, last: at, height, top: 0 };
  });
  const stations = lines.map(stationsOf);
  const ends = stations.map((list) => list.at(-1)?.key ?? "");
  const columns = places.map(({ left, width }, at): Column => {
    const column = stations.map((list) => list[at]);
    return { left, width, boxes: boxesOf(column, ends, width, findings) };
  });
  const height = layout([chips, ...columns.map(({ boxes }) => boxes)], gap);
  return html`<svg
    viewBox="0 0 ${fullWidth} ${Math.ceil(height + headHeight + 4)}"
    role="group"
    aria-labelledby="${id}-title"
    class="picture"
  >
    <g class="heads" aria-hidden="true">
      <text x="0" y="14">Cloudflare finds</text>
      ${places.map(
        ({ head, left }) =>
          html`<text x="${left + padding}" y="14">${head}</text>`,
      )}
    </g>
    <g transform="translate(0 ${headHeight})">
      ${chips.map(
        (chip, at) =>
          html`<a
            class="line tone-${toneOf(chip.line.rows[0])}"
            href="#${id}-${at}"
            data-line="${at}"
            aria-label="${spoken(chip.line)}"
            >${wayOf(at, chip, columns)}${chipMarkup(chip)}</a
          >`,
      )}
      <g aria-hidden="true">
        ${columns.map(({ left, width, boxes }) =>
          boxes.map((box) => boxMarkup(box, left, width)),
        )}
      </g>
    </g>
  </svg>`;
}

function chipMarkup({ line, top, height }: Chip): Markup {
  const { disposition, header } = line;
  return html`<rect
      class="chip"
      x="1"
      y="${round(top)}"
      width="${chipWidth - 1}"
      height="${round(height)}"
      rx="15"
    /><text
      class="disposition"
      x="16"
      y="${round(top + (header ? 18 : height / 2 + 5))}"
      >${dispositionName(disposition)}${header && " "}</text
    >${
      header &&
      html`<text class="generation" x="16" y="${round(top + 33)}"
        >${shortHeaderNames[header]}</text
      >`
    }`;
}

/** Returns a line from its chip through all columns: straight behind boxes, curved between them, with an arrowhead at the end. */
function wayOf(at: number, chip: Chip, columns: readonly Column[]): Markup {
  let x = chipWidth;
  let y = portOf(chip, at);
  let path = `M${x} ${round(y)}`;
  columns.forEach(({ left, width, boxes }, index) => {
    const box = boxes.find(({ first, last }) => first <= at && at <= last);
    if (!box) return;
    const to = portOf(box, at);
    const middle = round((x + left) / 2);
    path += `C${middle} ${round(y)} ${middle} ${round(to)} ${left} ${round(to)}`;
    const ends = index === columns.length - 1;
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
