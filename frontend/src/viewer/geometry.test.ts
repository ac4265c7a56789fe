import { expect, test } from "vitest";
import type { Point } from "../api-types";
import { finding } from "../testing";
import {
  boxToCanvas, canvasToImage, carried, drawnBox, findingAt, fitZoom, type Frame, fullResolution, hung, imageToCanvas,
  panned, preprocessedBox, showing, toPreprocessed, toWorld, worldSize, zoomedAt,
} from "./geometry";

const SIZE = { width: 800, height: 616 };
const FRAME: Frame = {
  width: 1000, height: 2000, spacing: [0.1, 0.1], unit: "mm", mirrored: false, breast: null, wall: null,
};
const FITTED = hung(FRAME, SIZE, fitZoom(FRAME, SIZE));
const MADE = {
  flipped: true, left: 50, top: 20, scale_x: 0.5, scale_y: 0.25, acquired_width: 1000, width: 475, height: 495,
};
const close = (point: Point) => point.map((value) => expect.closeTo(value, 9) as number);

test("a fitted picture is whole, centred and not distorted", () => {
  const { x, y, width, height } = boxToCanvas(FRAME, FITTED, SIZE, { x: 0, y: 0, width: 1000, height: 2000 });
  expect([y, y + height]).toEqual([8, 608]);
  expect(x + width / 2).toBeCloseTo(400);
  expect(width / height).toBeCloseTo(0.5);
});

test.each([false, true])("canvas to image undoes image to canvas (mirrored: %s)", (mirrored) => {
  const frame = { ...FRAME, mirrored, spacing: [0.1, 0.12] as Point };
  const there = imageToCanvas(frame, FITTED, SIZE, [123.5, 987.25]);
  expect(canvasToImage(frame, FITTED, SIZE, there)).toEqual(close([123.5, 987.25]));
});

test("a mirrored picture has its first column at the right", () => {
  expect(toWorld({ ...FRAME, mirrored: true }, [0, 0])).toEqual([100, 0]);
});

test("the chest walls of two breasts hang at the edges that touch", () => {
  const zoom = 2;
  const right = { ...FRAME, wall: "right" as const };
  const left = { ...FRAME, wall: "left" as const };
  const edge = (frame: Frame, x: number) => imageToCanvas(frame, hung(frame, SIZE, zoom), SIZE, [x, 0])[0];
  expect(edge(right, 1000)).toBeCloseTo(SIZE.width);
  expect(edge(left, 0)).toBeCloseTo(0);
});

test("where the breast is known it is fitted from its chest wall, not the empty film", () => {
  const breast = { x: 0, y: 500, width: 400, height: 1000 };
  const frame = { ...FRAME, breast, wall: "left" as const };
  expect(fitZoom(frame, SIZE)).toBeCloseTo(600 / 100); // 1000 rows of 0.1 mm in 600 CSS pixels
  expect(hung(frame, SIZE, 6).centre[1]).toBeCloseTo(100);
});

test("zooming keeps what is under the pointer under the pointer", () => {
  const at: Point = [300, 200];
  const before = canvasToImage(FRAME, FITTED, SIZE, at);
  expect(canvasToImage(FRAME, zoomedAt(FITTED, SIZE, at, 3, FRAME), SIZE, at)).toEqual(close(before));
});

test("zoom stops at half the fitted size and at sixteen CSS pixels a pixel", () => {
  expect(zoomedAt(FITTED, SIZE, [0, 0], 1e-6, FRAME).zoom).toBeCloseTo(FITTED.zoom / 2);
  expect(zoomedAt(FITTED, SIZE, [0, 0], 1e6, FRAME).zoom).toBeCloseTo(160);
});

test("panning moves by CSS pixels and never loses the picture", () => {
  const { centre, zoom } = FITTED;
  expect(panned(FITTED, SIZE, 6, -9, FRAME).centre).toEqual(close([centre[0] - 6 / zoom, centre[1] + 9 / zoom]));
  const far = panned(FITTED, SIZE, 1e6, -1e6, FRAME);
  const { x, y, height } = boxToCanvas(FRAME, far, SIZE, { x: 0, y: 0, width: 1000, height: 2000 });
  expect([x, y + height]).toEqual(close([SIZE.width - 40, 40]));
});

test("at full resolution a pixel of the image is a pixel of the screen", () => {
  expect(fullResolution(FRAME, 1)).toBeCloseTo(10); // CSS pixels a millimetre at 0.1 mm pixels
  expect(fullResolution(FRAME, 2)).toBeCloseTo(5);
});

test("a place is carried to the other breast at the same depth from its chest wall", () => {
  const right: Frame = { ...FRAME, wall: "right" };
  const left: Frame = { ...FRAME, width: 800, wall: "left" };
  expect(carried(right, left, [70, 40])).toEqual(close([30, 40]));
  expect(carried(left, right, [30, 40])).toEqual(close([70, 40]));
  expect(carried(left, left, [30, 40])).toEqual([30, 40]);
});

test("between a picture in millimetres and one in pixels a place is carried in shares", () => {
  const pixels: Frame = { ...FRAME, spacing: [1, 1], unit: "px" };
  expect(worldSize(pixels)).toEqual({ width: 1000, height: 2000 });
  expect(carried(FRAME, pixels, [25, 150])).toEqual(close([250, 1500]));
});

test("the preprocessed picture lies on the part of the original it was cut from", () => {
  const box = preprocessedBox(MADE);
  expect(box).toEqual({ x: 0, y: 20, width: 950, height: 1980 });
  expect(toPreprocessed(MADE, [box.x + box.width, box.y])).toEqual([0, 0]);
  expect(toPreprocessed(MADE, [box.x, box.y + box.height])).toEqual([475, 495]);
  expect(preprocessedBox({ ...MADE, flipped: false })).toEqual({ x: 50, y: 20, width: 950, height: 1980 });
});

test("of marks on top of each other the smallest is met, with a margin around it", () => {
  const large = finding(1, 0.9, { box: { x: 0, y: 0, width: 500, height: 500 } });
  const small = finding(2, 0.9, { box: { x: 100, y: 100, width: 50, height: 50 } });
  const hit = (x: number, y: number) => findingAt([large, small], [x, y], 4)?.id ?? null;
  expect([hit(120, 120), hit(97, 97), hit(300, 300), hit(504, 10), hit(505, 10)]).toEqual([2, 2, 1, 1, null]);
});

test("a box is never drawn too small to be seen or hit", () => {
  expect(drawnBox({ x: 100, y: 100, width: 4, height: 60 })).toEqual({ x: 90, y: 100, width: 24, height: 60 });
});

test("a finding out of sight is brought into the middle, one in sight moves nothing", () => {
  const close = { ...FITTED, zoom: 40 };
  const box = { x: 900, y: 1900, width: 40, height: 40 };
  const seen = boxToCanvas(FRAME, showing(close, SIZE, FRAME, box), SIZE, box);
  expect([seen.x + seen.width / 2, seen.y + seen.height / 2]).toEqual([400, 308]);
  expect(showing(FITTED, SIZE, FRAME, box)).toBe(FITTED);
});
