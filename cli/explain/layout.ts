/** A box that lines go through, in one column. */
export interface Box {
  /** The first and last of its lines: neighbours in the order of lines, which all columns share. */
  first: number;
  last: number;
  /** The height that its contents and its lines need. */
  height: number;
  top: number;
}

/** The distance between the lines inside a box. */
export const pitch = 13;

/** Returns the lines that go through a box. */
export const linesOf = ({ first, last }: Box): number[] =>
  Array.from({ length: last - first + 1 }, (_, at) => first + at);

/** Returns the vertical position of a line in a box. */
export const portOf = ({ first, last, height, top }: Box, line: number) =>
  top + height / 2 + (line - (first + last) / 2) * pitch;

/**
 * Positions the boxes of every column, from top to bottom and without overlap, as near as possible to their lines in the tallest
 * column, so that lines are as straight as possible. All columns have the same order of lines, so that lines never cross.
 *
 * @returns the total height
 */
export function layout(
  columns: readonly (readonly Box[])[],
  gap: number,
): number {
  const tall = (boxes: readonly Box[]): number =>
    boxes.reduce((sum, { height }) => sum + height + gap, -gap);
  const [anchor = []] = [...columns].sort((a, b) => tall(b) - tall(a));
  stack(anchor, gap, () => 0);
  const centres = anchor.flatMap((box) =>
    linesOf(box).map((line) => portOf(box, line)),
  );
  for (const boxes of columns)
    if (boxes !== anchor)
      stack(boxes, gap, ({ first, last, height }) => {
        const mine = centres.slice(first, last + 1);
        return sumOf(mine) / mine.length - height / 2;
      });
  const all = columns.flat();
  const top = Math.min(0, ...all.map((box) => box.top));
  for (const box of all) box.top -= top;
  return Math.max(0, ...all.map((box) => box.top + box.height));
}

/**
 * Moves boxes to the positions that are nearest to the desired ones (least squares) and keep the order and the gaps. Boxes that would
 * overlap move together (pool adjacent violators).
 */
function stack(
  boxes: readonly Box[],
  gap: number,
  wishOf: (box: Box) => number,
): void {
  const pools: { sum: number; boxes: Box[] }[] = [];
  let above = 0;
  for (const box of boxes) {
    let pool = { sum: wishOf(box) - above, boxes: [box] };
    for (let last = pools.at(-1); last; last = pools.at(-1)) {
      if (last.sum / last.boxes.length <= pool.sum / pool.boxes.length) break;
      pools.pop();
      pool = {
        sum: last.sum + pool.sum,
        boxes: [...last.boxes, ...pool.boxes],
      };
    }
    pools.push(pool);
    above += box.height + gap;
  }
  let offset = 0;
  for (const pool of pools)
    for (const box of pool.boxes) {
      box.top = pool.sum / pool.boxes.length + offset;
      offset += box.height + gap;
    }
}

const sumOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0);

/** Rounds a length to a tenth of a pixel. */
export const round = (value: number): number => Math.round(value * 10) / 10;
