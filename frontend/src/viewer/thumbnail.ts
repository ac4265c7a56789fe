/** A small picture of a finding, cut from the pixels that are here already. */

import type { Box } from "../api-types";
import type { Level } from "./pyramid";
import { windowed, type Window } from "./windowing";

const AROUND = 0.3; // of the longer side, free on each side

/** The square around `box`, in pixels of the image; it may reach over the edge. */
export function squareAround({ x, y, width, height }: Box): Box {
  const side = Math.max(width, height) * (1 + 2 * AROUND);
  return { x: x + (width - side) / 2, y: y + (height - side) / 2, width: side, height: side };
}

/** `size` by `size` grey values of `square`, black beyond the edge; `factor` pixels of the image are one of `level`. */
export function cut(level: Level, factor: number, square: Box, size: number, window: Window): Uint8ClampedArray {
  const grey = new Uint8ClampedArray(size * size);
  const step = square.width / size;
  for (let row = 0; row < size; row += 1) {
    const y = Math.floor((square.y + (row + 0.5) * step) / factor);
    for (let column = 0; column < size; column += 1) {
      const x = Math.floor((square.x + (column + 0.5) * step) / factor);
      const isInside = x >= 0 && y >= 0 && x < level.columns && y < level.rows;
      const stored = isInside ? (level.data[y * level.columns + x] ?? 0) : 0;
      grey[row * size + column] = isInside ? 255 * windowed(stored, window) : 0;
    }
  }
  return grey;
}

/** Grey as opaque RGBA, mirrored where the picture hangs so. */
export function rgbaOf(grey: Uint8ClampedArray, size: number, mirrored: boolean): Uint8ClampedArray<ArrayBuffer> {
  const rgba = new Uint8ClampedArray(4 * size * size);
  for (let at = 0; at < grey.length; at += 1) {
    const column = at % size;
    const from = mirrored ? at - column + (size - 1 - column) : at;
    rgba.fill(grey[from] ?? 0, 4 * at, 4 * at + 3);
    rgba[4 * at + 3] = 255;
  }
  return rgba;
}
