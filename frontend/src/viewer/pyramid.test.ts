import { expect, test } from "vitest";
import { halved, levelFor, mirroredLevel, pyramidOf } from "./pyramid";

const level = (columns: number, ...values: number[]) => {
  return { columns, rows: values.length / columns, data: Uint16Array.from(values) };
};

test("each pixel of a coarser level is the rounded mean of four", () => {
  const half = halved(level(4, 0, 2, 65535, 65535, 4, 5, 65535, 65535));
  expect([half.columns, half.rows, [...half.data]]).toEqual([2, 1, [3, 65535]]);
});

test("an odd last row or column is left out", () => {
  const half = halved(level(3, 1, 1, 99, 1, 1, 99, 99, 99, 99));
  expect([half.columns, half.rows, [...half.data]]).toEqual([1, 1, [1]]);
});

test("a bright spot of one pixel is not lost four levels down", () => {
  const data = new Uint16Array(64 * 64);
  data[64 * 21 + 37] = 40_000;
  let coarse = { columns: 64, rows: 64, data };
  for (let i = 0; i < 4; i += 1) coarse = halved(coarse);
  expect(Math.max(...coarse.data)).toBeGreaterThan(150);
});

test("the levels end where nothing would be saved any more", () => {
  const levels = pyramidOf({ columns: 3328, rows: 4084, data: new Uint16Array(3328 * 4084) });
  const sizes = levels.map(({ columns, rows }) => [columns, rows]);
  expect(sizes).toEqual([[3328, 4084], [1664, 2042], [832, 1021], [416, 510]]);
});

test("the level shown is never coarser than the screen", () => {
  expect([0.2, 1, 1.99, 2, 3.9, 4, 8, 1000].map((ratio) => levelFor(4, ratio))).toEqual([0, 0, 0, 1, 1, 2, 3, 3]);
});

test("mirroring turns each row", () => {
  expect([...mirroredLevel(level(3, 1, 2, 3, 4, 5, 6)).data]).toEqual([3, 2, 1, 6, 5, 4]);
});
