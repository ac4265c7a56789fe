import { expect, test, vi } from "vitest";
import {
  begun, currentMarks, currentView, dismissed, EMPTY, filtered, listed, noticed, pictureSize, received, removed,
  selecting, showingVariant, type State, Store,
} from "./state";
import { detail, documentWith, finding, summary } from "./testing";

const FRAME = {
  flipped: false, left: 0, top: 0, scale_x: 0.5, scale_y: 0.5, acquired_width: 1000, width: 500, height: 1000,
};
const FINDINGS = [finding(1, 0.9), finding(2, 0.4), finding(3, 0.1)];
const DONE = detail("a", { state: "done", analysis: documentWith(FINDINGS), preprocessed: FRAME });

function reading(changes: Partial<State> = {}): State {
  const canvas = { width: 800, height: 600 };
  return { ...EMPTY, canvas, analyses: [summary("a", 1)], details: { a: DONE }, selected: "a", ...changes };
}

test("a watcher hears at once, and then only of what it watches", () => {
  const store = new Store();
  const react = vi.fn();
  store.watch((state) => [state.minConfidence], react);
  store.update({ inverted: true });
  expect(react).toHaveBeenCalledTimes(1);
  store.update({ minConfidence: 0.5 });
  expect(react).toHaveBeenCalledTimes(2);
});

test("marks follow the threshold, and there are none while they are hidden", () => {
  const ids = (state: State) => currentMarks(state).map((mark) => mark.finding.id);
  expect(ids(reading({ minConfidence: 0.3 }))).toEqual([1, 2]);
  expect(ids(reading({ minConfidence: 0.05 }))).toEqual([1, 2, 3]);
  expect(ids(reading({ minConfidence: 0.05, marksShown: false }))).toEqual([]);
});

test("over the preprocessed picture, size and marks are those of its frame", () => {
  const state = reading({ variant: "preprocessed" });
  expect(pictureSize(state)).toMatchObject({ width: 500, height: 1000 });
  expect(currentMarks(state)[0]?.box).toEqual({ x: 5, y: 10, width: 15, height: 20 });
});

test("a finding that the threshold hides is no longer chosen, one that stays is", () => {
  expect(filtered(0.5)(reading({ chosen: 2, hovered: 1 }))).toEqual({ minConfidence: 0.5, chosen: null, hovered: 1 });
  expect(filtered(0.4)(reading({ chosen: 2 })).chosen).toBe(2);
});

test("the whole picture is shown until the reader zooms, and again in another picture", () => {
  const view = { scale: 3, x: 1, y: 2 };
  expect(currentView(reading({ view }))).toBe(view);
  expect(currentView({ ...reading({ view }), ...showingVariant("preprocessed") })?.scale).toBeCloseTo(576 / 1000);
  expect(selecting("b")).toMatchObject({ view: null, chosen: null, hovered: null });
});

test("analyses are listed newest first", () => {
  const ids = listed([summary("a", 1), summary("c", 3), summary("b", 2)]).analyses?.map(({ id }) => id);
  expect(ids).toEqual(["c", "b", "a"]);
});

test("what is heard of an analysis changes its entry in the list too", () => {
  const state = reading({ analyses: [summary("a", 1, { state: "queued" })], details: { a: detail("a") } });
  const running = begun("a", "segment")(state);
  expect(running.details?.a).toMatchObject({ state: "running", stage: "segment" });
  expect(running.analyses?.[0]?.state).toBe("running");
  expect(received(DONE)(state).analyses?.[0]?.state).toBe("done");
});

test("a stage of an analysis that was deleted meanwhile changes nothing", () => {
  expect(begun("gone", "detect")(reading())).toEqual({});
});

test("deleting the selected analysis selects what takes its place; deleting another one selects nothing new", () => {
  const analyses = [summary("c", 3), summary("b", 2), summary("a", 1)];
  const state = reading({ analyses, selected: "b" });
  expect(removed("b")(state)).toMatchObject({ selected: "a" });
  expect(removed("a")({ ...state, selected: "a" })).toMatchObject({ selected: "b" });
  expect(removed("c")(state)).not.toHaveProperty("selected");
  expect(removed("a")(state).details).toEqual({});
  expect(removed("a")(reading()).selected).toBeNull();
});

test("each problem stays until it is dismissed itself", () => {
  const store = new Store();
  store.update(noticed({ code: "a", title: "A", detail: "" }, "a.dcm"));
  store.update(noticed({ code: "b", title: "B", detail: "" }));
  store.update(dismissed(store.state.notices[0]?.key ?? -1));
  expect(store.state.notices.map(({ problem }) => problem.code)).toEqual(["b"]);
});
