import { expect, test, vi } from "vitest";
import { detail, documentWith, finding, summary } from "../testing";
import {
  begun, choosing, dismissed, EMPTY, filtered, findingsOf, listed, noticed, received, removed, selecting, type State,
} from "./state";
import { sameItems, Store } from "./store";

const FINDINGS = [finding(1, 0.9), finding(2, 0.4), finding(3, 0.1)];
const DONE = detail("a", { state: "done", analysis: documentWith(FINDINGS) });

function reading(changes: Partial<State> = {}): State {
  return { ...EMPTY, analyses: [summary("a", 1)], details: { a: DONE }, study: "a", selected: "a", ...changes };
}

test("a watcher hears at once, and then only of what it watches", () => {
  const store = new Store(EMPTY);
  const react = vi.fn();
  const stop = store.watch((state) => [state.minConfidence], react);
  store.update({ linked: false });
  expect(react).toHaveBeenCalledTimes(1);
  store.update({ minConfidence: 0.5 });
  expect(react).toHaveBeenCalledTimes(2);
  stop();
  store.update({ minConfidence: 0.6 });
  expect(react).toHaveBeenCalledTimes(2);
});

test("a change that changes nothing is no change", () => {
  const store = new Store(EMPTY);
  const before = store.state;
  store.update({ minConfidence: before.minConfidence });
  expect(store.state).toBe(before);
});

test("findings follow the threshold", () => {
  const ids = (minConfidence: number) => findingsOf(reading({ minConfidence }), "a").map(({ id }) => id);
  expect([ids(0.3), ids(0.05)]).toEqual([[1, 2], [1, 2, 3]]);
  expect(findingsOf(reading(), null)).toEqual([]);
});

test("a finding that the threshold hides is no longer chosen, one that stays is", () => {
  const [one, two] = [{ analysis: "a", finding: 1 }, { analysis: "a", finding: 2 }];
  const after = filtered(0.5)(reading({ chosen: two, hovered: one }));
  expect(after).toEqual({ minConfidence: 0.5, chosen: null, hovered: one });
  expect(filtered(0.4)(reading({ chosen: two })).chosen).toBe(two);
});

test("choosing a finding of another picture makes that one active, choosing none keeps the active one", () => {
  expect(choosing({ analysis: "b", finding: 1 })(reading())).toMatchObject({ selected: "b" });
  expect(choosing(null)(reading())).toEqual({ chosen: null, selected: "a" });
  expect(selecting("a")(reading())).toEqual({});
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

test("deleting the selected analysis opens what takes its place; deleting another one opens nothing new", () => {
  const analyses = [summary("c", 3), summary("b", 2), summary("a", 1)];
  const state = reading({ analyses, study: "b", selected: "b" });
  expect(removed("b")(state)).toMatchObject({ study: "a", selected: "a" });
  expect(removed("a")({ ...state, study: "a", selected: "a" })).toMatchObject({ study: "b", selected: "b" });
  expect(removed("c")(state)).not.toHaveProperty("selected");
  expect(removed("a")(state).details).toEqual({});
  expect(removed("a")(reading())).toMatchObject({ study: null, selected: null });
});

test("of a study with several images the next one is selected, and the study stays open", () => {
  const analyses = [summary("c", 3, { study: "x" }), summary("b", 2), summary("a", 1, { study: "x" })];
  const change = removed("a")(reading({ analyses, study: "x" }));
  expect(change).toMatchObject({ selected: "c" });
  expect(change).not.toHaveProperty("study");
});

test("each problem stays until it is dismissed itself", () => {
  const store = new Store(EMPTY);
  store.update(noticed({ code: "a", title: "A", detail: "" }, "a.dcm"));
  store.update(noticed({ code: "b", title: "B", detail: "" }));
  store.update(dismissed(store.state.notices[0]?.key ?? -1));
  expect(store.state.notices.map(({ problem }) => problem.code)).toEqual(["b"]);
});

test("lists with the same items are the same", () => {
  expect([sameItems([1, 2], [1, 2]), sameItems([1, 2], [2, 1]), sameItems([1], [1, 2])]).toEqual([true, false, false]);
});
