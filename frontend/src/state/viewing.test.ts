import { expect, test } from "vitest";
import type { Point } from "../api-types";
import { detail, documentWith, finding, summary } from "../testing";
import { EMPTY, lookOf, type State } from "./state";
import {
  bringing, cameraOf, canvasPointOf, frameOf, imagePointAt, inverting, panning, resetting, showingVariant, staging,
  usingPreset, windowing, windowOf, zooming,
} from "./viewing";

const MADE = {
  flipped: false, left: 0, top: 0, scale_x: 0.5, scale_y: 0.5, acquired_width: 1000, width: 500, height: 1000,
};
const FACTS = {
  bitsStored: 12, window: { center: 2048, width: 4096 }, presets: [{ name: "HARDER", center: 2500, width: 1500 }],
};

function done(id: string, laterality: "L" | "R", flipped: boolean) {
  const analysis = documentWith([finding(1, 0.9, { box: { x: 900, y: 1900, width: 40, height: 40 } })]);
  const image = { ...analysis.image, laterality };
  return detail(id, { state: "done", analysis: { ...analysis, image }, preprocessed: { ...MADE, flipped } });
}

/** A right and a left CC side by side in panes of unlike height. */
function reading(changes: Partial<State> = {}): State {
  const analyses = ["l", "r"].map((id, at) => summary(id, at, { study: "x" }));
  const details = { r: done("r", "R", true), l: done("l", "L", false) };
  const panes = { r: { width: 400, height: 616 }, l: { width: 400, height: 416 } };
  const pixelFacts = { r: FACTS, l: FACTS };
  return { ...EMPTY, analyses, details, panes, study: "x", selected: "r", pixelFacts, ...changes };
}

const after = (state: State, change: (state: State) => Partial<State>): State => ({ ...state, ...change(state) });

test("both breasts hang at the scale at which the larger one fits its pane", () => {
  const zooms = ["r", "l"].map((id) => cameraOf(reading(), id)?.zoom);
  expect(zooms).toEqual([400 / 140, 400 / 140]); // 2000 rows of 0.07 mm in 416 - 2 x 8 CSS pixels
});

test("an image is mirrored only where its chest wall would hang at the wrong side, and never as acquired", () => {
  const wrong = { ...reading().details, r: done("r", "R", false) };
  expect(["r", "l"].map((id) => frameOf(reading(), id)?.mirrored)).toEqual([false, false]);
  expect(frameOf(reading({ details: wrong }), "r")?.mirrored).toBe(true);
  expect(frameOf(reading({ details: wrong, acquiredOrientation: true }), "r")?.mirrored).toBe(false);
});

test("linked panes keep the same scale and move to the same depth from their chest walls", () => {
  const [before, moved] = [reading(), after(reading(), panning("r", 30, 10))];
  const shift = (id: string): Point => {
    const [fromX, fromY] = cameraOf(before, id)?.centre ?? [NaN, NaN];
    const [toX, toY] = cameraOf(moved, id)?.centre ?? [NaN, NaN];
    return [toX - fromX, toY - fromY];
  };
  const [x, y] = shift("r");
  expect(shift("l")).toEqual([expect.closeTo(-x, 9), expect.closeTo(y, 9)]);
  const near = after(before, zooming("r", 2));
  expect(cameraOf(near, "l")?.zoom).toBeCloseTo(cameraOf(near, "r")?.zoom ?? 0);
});

test("panes that are apart are left alone", () => {
  const apart = reading({ linked: false });
  expect(cameraOf(after(apart, zooming("r", 2)), "l")).toEqual(cameraOf(apart, "l"));
  expect(lookOf(after(apart, inverting("r")), "l").inverted).toBe(false);
});

test("windows: the file's, one of its presets, by hand, and the file's again", () => {
  const preset = after(reading(), usingPreset("r", 0));
  expect(windowOf(preset, "l")).toEqual({ center: 2500, width: 1500 });
  const hand = after(preset, windowing("r", ({ center, width }, stored) => ({ center: center + stored, width })));
  expect(windowOf(hand, "r")).toEqual({ center: 6595, width: 1500 });
  expect(windowOf(after(hand, resetting("r")), "r")).toEqual(FACTS.window);
  expect(usingPreset("r", 7)(reading()).looks?.r?.window).toBeNull();
});

test("the preprocessed picture has a window of its own and stays where the original was", () => {
  const close = after(reading(), zooming("r", 3));
  const other = after(close, showingVariant("r", "preprocessed"));
  expect(windowOf(other, "r")).toEqual({ center: 128, width: 256 });
  expect(cameraOf(other, "r")).toEqual(cameraOf(close, "r"));
});

test("a finding out of sight is brought into the middle of its own pane alone", () => {
  const close = after(reading(), zooming("r", 20));
  const seen = after(close, bringing({ analysis: "r", finding: 1 }));
  expect(canvasPointOf(seen, "r", [920, 1920])).toEqual([expect.closeTo(200, 6), expect.closeTo(308, 6)]);
  expect(cameraOf(seen, "l")).toEqual(cameraOf(close, "l"));
  expect(imagePointAt(seen, "r", [200, 308])).toEqual([expect.closeTo(920, 6), expect.closeTo(1920, 6)]);
});

test("another stage hangs everything as at first but keeps windows", () => {
  const state = after(after(reading(), zooming("r", 2)), usingPreset("r", 0));
  const staged = after(state, staging("cc"));
  expect(cameraOf(staged, "r")).toEqual(cameraOf(reading({ stage: "cc" }), "r"));
  expect(windowOf(staged, "r")?.center).toBe(2500);
});
