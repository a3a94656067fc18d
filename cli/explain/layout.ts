/** Something that lines go through, in one column. */
export interface Box {
  /** The lines that go through it, first to last: places next to each other in the one order of all columns. */
  first: number;
  last: number;
  /** What its contents need. */
  height: number;
}

/** Where a box stands. */
export interface Placed<B extends Box> {
  box: B;
  top: number;
  height: number;
}

/** The distance between the lines inside a box. */
export const pitch = 13;

/**
 * Places the boxes of every column: never over each other, and as near as that allows to their lines in the tallest column, so that
 * lines run as straight as they can. All columns have the same order of lines, so that no two lines ever cross.
 *
 * @returns the columns' boxes from top to bottom, and the height of it all
 */
export function layout<B extends Box>(
  columns: readonly (readonly B[])[],
  gap: number,
): { columns: Placed<B>[][]; height: number } {
  const tall = (boxes: readonly B[]): number =>
    boxes.reduce((sum, box) => sum + heightOf(box) + gap, -gap);
  const anchor = [...columns].sort((a, b) => tall(b) - tall(a))[0] ?? [];
  const spread = stacked(
    anchor,
    anchor.map(() => 0),
    gap,
  );
  const centres = lineCentres(spread);
  const placed = columns.map((boxes) =>
    boxes === anchor
      ? spread
      : stacked(
          boxes,
          boxes.map((box) => {
            const mine = centres.slice(box.first, box.last + 1);
            return mean(mine) - heightOf(box) / 2;
          }),
          gap,
        ),
  );
  const all = placed.flat();
  const top = Math.min(0, ...all.map((one) => one.top));
  for (const one of all) one.top -= top;
  return {
    columns: placed,
    height: Math.max(0, ...all.map((one) => one.top + one.height)),
  };
}

/** Where a line is inside a box. */
export function portOf<B extends Box>(
  { box, top, height }: Placed<B>,
  line: number,
): number {
  const middle = (box.first + box.last) / 2;
  return top + height / 2 + (line - middle) * pitch;
}

function lineCentres<B extends Box>(placed: readonly Placed<B>[]): number[] {
  const centres: number[] = [];
  for (const one of placed)
    for (let line = one.box.first; line <= one.box.last; line++)
      centres[line] = portOf(one, line);
  return centres;
}

const heightOf = ({ height, first, last }: Box): number =>
  Math.max(height, (last - first) * pitch + 10);

/**
 * The positions nearest to those that are wished for, in the sense of least squares, that keep the order and the gaps: boxes that
 * would stand over each other share the way that each must move (pool adjacent violators).
 */
function stacked<B extends Box>(
  boxes: readonly B[],
  wishes: readonly number[],
  gap: number,
): Placed<B>[] {
  const pools: { sum: number; members: number; boxes: B[] }[] = [];
  let above = 0;
  boxes.forEach((box, at) => {
    let pool = { sum: (wishes[at] ?? 0) - above, members: 1, boxes: [box] };
    for (let last = pools.at(-1); last; last = pools.at(-1)) {
      if (last.sum / last.members <= pool.sum / pool.members) break;
      pools.pop();
      pool = {
        sum: last.sum + pool.sum,
        members: last.members + pool.members,
        boxes: [...last.boxes, ...pool.boxes],
      };
    }
    pools.push(pool);
    above += heightOf(box) + gap;
  });
  const placed: Placed<B>[] = [];
  let offset = 0;
  for (const { sum, members, boxes: pooled } of pools)
    for (const box of pooled) {
      const height = heightOf(box);
      placed.push({ box, top: sum / members + offset, height });
      offset += height + gap;
    }
  return placed;
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
