import { expect, test } from "vitest";
import type { Point } from "../api-types";
import { finding } from "../testing";
import {
  drawnBox, fit, markAt, marksIn, panned, resized, showing, toCanvas, toPicture, toPreprocessed, zoomedAt,
} from "./geometry";

const CANVAS = { width: 800, height: 600 };
const PICTURE = { width: 1000, height: 2000 };
const FITTED = fit(PICTURE, CANVAS);
const FRAME = {
  flipped: true, left: 50, top: 20, scale_x: 0.5, scale_y: 0.25, acquired_width: 1000, width: 475, height: 495,
};

test("a fitted picture is whole, centred and not distorted", () => {
  const [left, top] = toCanvas(FITTED, [0, 0]);
  const [right, bottom] = toCanvas(FITTED, [1000, 2000]);
  expect([top, bottom]).toEqual([12, 588]);
  expect(left + right).toBeCloseTo(800);
  expect((right - left) / (bottom - top)).toBeCloseTo(0.5);
});

test("canvas to picture undoes picture to canvas", () => {
  const [x, y] = toPicture(FITTED, toCanvas(FITTED, [123.5, 987.25]));
  expect([x, y]).toEqual([expect.closeTo(123.5, 9), expect.closeTo(987.25, 9)]);
});

test("zooming keeps what is under the pointer under the pointer", () => {
  const at: Point = [300, 200];
  const before = toPicture(FITTED, at);
  const after = toPicture(zoomedAt(FITTED, at, 3, FITTED), at);
  expect(after[0]).toBeCloseTo(before[0]);
  expect(after[1]).toBeCloseTo(before[1]);
});

test("zoom stops at half the fitted size and at eight canvas pixels a picture pixel", () => {
  expect(zoomedAt(FITTED, [0, 0], 1e-6, FITTED).scale).toBeCloseTo(FITTED.scale / 2);
  expect(zoomedAt(FITTED, [0, 0], 1e6, FITTED).scale).toBe(8);
});

test("panning moves by canvas pixels and never loses the picture", () => {
  expect(panned(FITTED, 5, -7, PICTURE, CANVAS)).toEqual({ ...FITTED, x: FITTED.x + 5, y: FITTED.y - 7 });
  const far = panned(FITTED, 1e6, -1e6, PICTURE, CANVAS);
  expect([far.x, far.y + PICTURE.height * far.scale]).toEqual([760, 40]);
});

test("the middle of the view stays in the middle when the canvas grows", () => {
  const wide = { width: 1000, height: 700 };
  const before = toPicture(FITTED, [400, 300]);
  const after = toPicture(resized(FITTED, CANVAS, wide), [500, 350]);
  expect(after).toEqual([expect.closeTo(before[0], 9), expect.closeTo(before[1], 9)]);
});

test("an acquired point lands in the preprocessed picture as the pipeline's Transform puts it", () => {
  expect(toPreprocessed(FRAME, [900, 120])).toEqual([(1000 - 900 - 50) * 0.5, (120 - 20) * 0.25]);
  expect(toPreprocessed({ ...FRAME, flipped: false }, [900, 120])).toEqual([425, 25]);
});

test("a mirrored box keeps its size and encloses its mirrored outline", () => {
  const outline: Point[] = [[900, 120], [860, 220]];
  const one = finding(1, 0.5, { box: { x: 860, y: 120, width: 40, height: 100 }, outline });
  const [mark] = marksIn(FRAME, [one]);
  expect(mark?.box).toEqual({ x: 25, y: 25, width: 20, height: 25 });
  expect(mark?.outline).toEqual([[25, 25], [45, 50]]);
});

test("over the original, marks are where the document says", () => {
  const one = finding(1, 0.5);
  expect(marksIn(null, [one])).toEqual([{ finding: one, box: one.box, outline: null }]);
});

test("the smallest mark under the pointer is the one that is meant", () => {
  const large = finding(1, 0.9, { box: { x: 0, y: 0, width: 100, height: 100 } });
  const small = finding(2, 0.1, { box: { x: 40, y: 40, width: 10, height: 10 } });
  const marks = marksIn(null, [large, small]);
  expect(markAt(marks, [45, 45], 0)?.finding.id).toBe(2);
  expect(markAt(marks, [10, 10], 0)?.finding.id).toBe(1);
  expect([markAt(marks, [103, 50], 4)?.finding.id, markAt(marks, [103, 50], 2)]).toEqual([1, null]);
});

test("a finding in sight moves nothing, one out of sight comes to the middle", () => {
  const close = { scale: 2, x: 0, y: 0 };
  expect(showing(close, { x: 10, y: 10, width: 50, height: 50 }, CANVAS)).toBe(close);
  const moved = showing(close, { x: 900, y: 1900, width: 50, height: 50 }, CANVAS);
  expect(toCanvas(moved, [925, 1925])).toEqual([400, 300]);
});

test("a tiny box is drawn large enough to see and to hit, around the same middle", () => {
  expect(drawnBox({ scale: 1, x: 0, y: 0 }, { x: 100, y: 100, width: 4, height: 60 })).toEqual({
    x: 90, y: 100, width: 24, height: 60,
  });
});
