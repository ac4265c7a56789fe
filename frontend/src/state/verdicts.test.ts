import { expect, test } from "vitest";
import { type AppStore, createStore } from "./state";
import {
  drawingTo, drawn, entryOf, erasing, isReaderName, judging, loaded, opinionOn, picking, redoing, undoing, verdictOf,
  writing,
} from "./verdicts";
import { detail, documentWith, finding } from "../testing";

const AT = "2026-11-20T09:00:00.000Z";

function reading(): AppStore {
  const done = detail("a", { state: "done", analysis: documentWith([finding(1, 0.9), finding(2, 0.6)]) });
  return createStore({ reader: "reader 7", details: { a: done }, selected: "a", study: "a" });
}
const said = (store: AppStore) => entryOf(store.state, "a").said;

test("without a name nothing is said and the name is asked for", () => {
  const store = createStore();
  store.update(judging("a", 1, "agree", AT));
  expect([store.state.readerAsked, store.state.verdicts]).toEqual([true, {}]);
});

test("an opinion takes the place of the one before, and the same again takes it back", () => {
  const store = reading();
  store.update(judging("a", 1, "agree", AT));
  store.update(judging("a", 1, "unsure", AT));
  expect(said(store).marks).toEqual([{ finding: 1, verdict: "unsure", at: AT }]);
  store.update(judging("a", 1, "unsure", AT));
  expect(opinionOn(store.state, "a", 1)).toBeNull();
});

test("every step can be undone and done again, until something else is said", () => {
  const store = reading();
  store.update(picking("a", { birads: "4a" }));
  store.update(judging("a", 2, "disagree", AT));
  store.update(undoing("a"));
  store.update(undoing("a"));
  expect([said(store).birads, said(store).marks.length]).toEqual([null, 0]);
  store.update(undoing("a")); // nothing left
  store.update(redoing("a"));
  expect(said(store).birads).toBe("4a");
  store.update(picking("a", { density: "C" }));
  store.update(redoing("a"));
  expect(said(store)).toMatchObject({ birads: "4a", density: "C", marks: [] });
});

test("letters typed one after the other are one step", () => {
  const store = reading();
  store.update(picking("a", { birads: "2" }));
  for (const text of ["s", "se", "see"]) store.update(writing("a", text));
  store.update(undoing("a"));
  expect(said(store)).toMatchObject({ text: "", birads: "2" });
  store.update(redoing("a"));
  expect(said(store).text).toBe("see");
});

test("a drawn ellipse has the corners of its box inside the image, a click leaves none", () => {
  const store = reading();
  store.update(drawingTo("a", "ellipse", [900, 100], [950, 150]));
  store.update(drawingTo("a", "ellipse", [900, 100], [1100, 300.26]));
  store.update(drawn(AT));
  store.update(drawingTo("a", "ellipse", [5, 5], [5.5, 5.5]));
  store.update(drawn(AT));
  expect(said(store).drawn).toEqual([{ shape: "ellipse", points: [[900, 100], [1000, 300.3]], at: AT }]);
  store.update(erasing("a", 0));
  expect(said(store).drawn).toEqual([]);
  store.update(undoing("a"));
  expect(said(store).drawn.length).toBe(1);
});

test("a free line keeps its way", () => {
  const store = reading();
  for (const at of [[10, 10], [40, 12], [30, 50]] as const) store.update(drawingTo("a", "freehand", [10, 8], [...at]));
  store.update(drawn(AT));
  expect(said(store).drawn[0]?.points).toEqual([[10, 8], [10, 10], [40, 12], [30, 50]]);
});

test("the first times stay when a verdict is taken up again", () => {
  const store = reading();
  const before = verdictOf(store.state, "a", "2026-11-19T08:00:00Z");
  store.update(loaded("a", { ...before, revealed_at: "2026-11-19T08:05:00Z", birads: "3" }, '"4"'));
  store.update({ openedAt: { a: AT }, shownAt: { a: AT } });
  expect(verdictOf(store.state, "a", AT)).toMatchObject({
    opened_at: "2026-11-19T08:00:00Z", revealed_at: "2026-11-19T08:05:00Z", birads: "3", slider: 0.3,
  });
});

test("a name is what the server takes", () => {
  expect(["reader 7", "Änne", "a".repeat(40)].map(isReaderName)).toEqual([true, true, true]);
  expect(["", " x", "a/b", "a".repeat(41)].map(isReaderName)).toEqual([false, false, false, false]);
});
