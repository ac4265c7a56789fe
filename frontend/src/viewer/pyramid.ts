/**
 * A picture at falling resolutions. Twelve megapixels in a pane of half a megapixel are shown from a level of about
 * the pane's resolution: window and zoom then cost a tenth, and averaging keeps what leaving out pixels would lose.
 */

export interface Level {
  columns: number;
  rows: number;
  /** Stored values row by row, denser is brighter. */
  data: Uint16Array<ArrayBuffer>;
}

const SMALLEST = 400; // pixels; smaller levels would save nothing any more

/** Half as many pixels each way, each the rounded mean of four; an odd last row or column is left out. */
export function halved({ columns, rows, data }: Level): Level {
  const [width, height] = [columns >> 1, rows >> 1];
  const half = new Uint16Array(width * height);
  for (let y = 0, to = 0; y < height; y += 1) {
    let from = 2 * y * columns;
    for (let x = 0; x < width; x += 1, to += 1, from += 2) {
      const four = at(data, from) + at(data, from + 1) + at(data, from + columns) + at(data, from + columns + 1);
      half[to] = (four + 2) >> 2;
    }
  }
  return { columns: width, rows: height, data: half };
}

function at(data: Uint16Array, index: number): number {
  return data[index] ?? 0; // inside by construction
}

/** The picture itself first, each further level half as large. */
export function pyramidOf(full: Level): Level[] {
  const levels = [full];
  for (let level = full; Math.max(level.columns, level.rows) >= 2 * SMALLEST; ) {
    level = halved(level);
    levels.push(level);
  }
  return levels;
}

export function mirroredLevel({ columns, rows, data }: Level): Level {
  const turned = new Uint16Array(data.length);
  for (let y = 0; y < rows; y += 1) {
    turned.set(data.subarray(y * columns, (y + 1) * columns).toReversed(), y * columns);
  }
  return { columns, rows, data: turned };
}

/** The number of the coarsest level whose pixels are still as fine as the screen's. */
export function levelFor(levels: number, pixelsPerScreenPixel: number): number {
  return Math.min(levels - 1, Math.max(0, Math.floor(Math.log2(pixelsPerScreenPixel) + 1e-6)));
}
