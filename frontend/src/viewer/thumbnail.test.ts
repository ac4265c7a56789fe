import { expect, test } from "vitest";
import { cut, rgbaOf, squareAround } from "./thumbnail";

const LEVEL = { columns: 4, rows: 2, data: new Uint16Array([0, 1, 2, 3, 4, 5, 6, 7]) };
const ALL = { center: 4, width: 8 }; // 0..7 -> 0..255

test("the square has the middle of the box and room around its longer side", () => {
  expect(squareAround({ x: 100, y: 200, width: 50, height: 100 })).toEqual({ x: 45, y: 170, width: 160, height: 160 });
});

test("pixels are taken where the square lies, black beyond the edge", () => {
  const grey = cut(LEVEL, 1, { x: 3, y: 0, width: 2, height: 2 }, 2, ALL);
  expect([...grey].map((value) => Math.round((value * 7) / 255))).toEqual([3, 0, 7, 0]);
});

test("of a coarser level the same place is taken", () => {
  const grey = cut(LEVEL, 2, { x: 4, y: 0, width: 4, height: 4 }, 2, ALL);
  expect([...grey].map((value) => Math.round((value * 7) / 255))).toEqual([2, 3, 6, 7]);
});

test("a picture that hangs mirrored has mirrored thumbnails", () => {
  const grey = new Uint8ClampedArray([1, 2, 3, 4]);
  const reds = (rgba: Uint8ClampedArray) => [0, 4, 8, 12].map((at) => rgba[at]);
  expect(reds(rgbaOf(grey, 2, true))).toEqual([2, 1, 4, 3]);
  expect(reds(rgbaOf(grey, 2, false))).toEqual([1, 2, 3, 4]);
});
