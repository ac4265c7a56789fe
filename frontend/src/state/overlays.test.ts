import { expect, test } from "vitest";
import { detail, documentWith, finding } from "../testing";
import { overlayOn, overlayUrl, togglingHeatmap, togglingOverlay } from "./overlays";
import { EMPTY, type State } from "./state";

const JUDGED = finding(1, 0.9, { pathology: { malignant: 0.7 } });
const CLUSTER = finding(2, 0.8, { kind: "calcification_cluster" });
const DONE = detail("a", { state: "done", analysis: documentWith([JUDGED, CLUSTER]) });
const STATE: State = { ...EMPTY, details: { a: DONE }, study: "a", selected: "a" };
const urlAfter = (state: State, change: Partial<State>) => {
  const overlay = { ...state, ...change }.overlay;
  return overlay === null ? null : overlayUrl(overlay, "a");
};

test("the heatmap is that of the chosen mass, and without one that of the whole picture", () => {
  const chosen = { ...STATE, chosen: { analysis: "a", finding: 1 } };
  expect(urlAfter(chosen, togglingOverlay("heatmap")(chosen))).toContain("model=pathology&method=gradcam&finding=1");
  expect(urlAfter(STATE, togglingOverlay("heatmap")(STATE))).toMatch(/model=cancer&method=gradcam&opacity=1$/);
});

test("what no network judged by itself has the heatmap of the whole picture", () => {
  expect(urlAfter(STATE, togglingHeatmap({ analysis: "a", finding: 2 })(STATE))).toContain("model=cancer");
});

test("a cluster whose spots were found has the heatmap of what found them", () => {
  const spots = { ...CLUSTER, calcifications: { count: 3, extent_mm: null, spots: [] } };
  const state = { ...STATE, details: { a: detail("a", { analysis: documentWith([spots]) }) } };
  expect(urlAfter(state, togglingHeatmap({ analysis: "a", finding: 2 })(state))).toContain(
    "model=microcalcification&method=gradcam&finding=2",
  );
});

test("the same key hides what it showed, another one takes its place", () => {
  const shown = { ...STATE, ...togglingOverlay("masking-map")(STATE) };
  expect(urlAfter(shown, {})).toBe("/api/v1/analyses/a/masking-map.png?opacity=1");
  expect(togglingOverlay("masking-map")(shown)).toEqual({ overlay: null });
  expect(togglingOverlay("mask")(shown).overlay).toEqual({ name: "mask" });
});

test("a map belongs to one picture, the breast mask to all", () => {
  const map = { ...STATE, ...togglingOverlay("masking-map")(STATE) };
  expect([overlayOn(map, "a")?.name, overlayOn(map, "b")]).toEqual(["masking-map", null]);
  expect(overlayOn({ ...STATE, overlay: { name: "mask" } }, "b")).toEqual({ name: "mask" });
});
