import { expect, test } from "vitest";
import type { Box } from "../api-types";
import { type LabelWish, overlap, placeLabels } from "./labels";

const CANVAS = { width: 400, height: 300 };
const HEIGHT = 20;

function wish(box: Box): LabelWish {
  return { box, texts: [{ text: "long", width: 120 }, { text: "1", width: 20 }] };
}

test("a label stands above its box, or below where there is no room above", () => {
  const [above] = placeLabels([wish({ x: 50, y: 100, width: 40, height: 40 })], HEIGHT, CANVAS);
  const [below] = placeLabels([wish({ x: 50, y: 2, width: 40, height: 40 })], HEIGHT, CANVAS);
  expect(above).toEqual({ text: "long", box: { x: 50, y: 75, width: 120, height: 20 } });
  expect(below?.box.y).toBe(47);
});

test("no label covers another label or another box while there is room elsewhere", () => {
  const wishes = [0, 1, 2].map((i) => wish({ x: 60 + 15 * i, y: 120 + 30 * i, width: 24, height: 24 }));
  const labels = placeLabels(wishes, HEIGHT, CANVAS).flatMap((label) => (label === null ? [] : [label.box]));
  expect(labels).toHaveLength(3);
  labels.forEach((label, i) => {
    const rest = [...labels.slice(i + 1), ...wishes.filter((_, j) => j !== i).map(({ box }) => box)];
    expect(rest.filter((other) => overlap(label, other))).toEqual([]);
  });
});

test("where the full label has no room, the number stands alone", () => {
  const [label] = placeLabels([wish({ x: 30, y: 30, width: 24, height: 24 })], HEIGHT, { width: 90, height: 300 });
  expect(label?.text).toBe("1");
});

test("a box larger than the canvas carries its label inside, one out of sight carries none", () => {
  const [inside] = placeLabels([wish({ x: -500, y: -500, width: 2000, height: 2000 })], HEIGHT, CANVAS);
  const [gone] = placeLabels([wish({ x: 900, y: 900, width: 50, height: 50 })], HEIGHT, CANVAS);
  expect(inside?.box).toEqual({ x: 5, y: 5, width: 120, height: 20 });
  expect(gone).toBeNull();
});
