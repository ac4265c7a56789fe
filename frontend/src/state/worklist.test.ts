import { expect, test } from "vitest";
import type { Study } from "../api-types";
import { detail, summary } from "../testing";
import { EMPTY } from "./state";
import { learned, lineChanged, matching, progressOf, rowsOf, withoutStudy } from "./worklist";

function study(id: string, created: string, changes: Partial<Study> = {}): Study {
  const nothing = { acquired: null, state: "done", expires: null, breasts: {}, exam: { cancer: null }, previous: [] };
  const line = { ...summary(`${id}1`, 0), created, study: id, laterality: "R", view: "MLO" } as const;
  const second = { ...line, id: `${id}2`, file: `${id}2.dcm`, view: "CC" };
  return { id, created, label: `${id}.zip`, analyses: [line, second], ...nothing, ...changes } as Study;
}

const STATE = {
  ...EMPTY,
  ...learned([
    study("old", "2026-11-18T10:00:00+00:00", { acquired: "2024-05-06" }),
    study("new", "2026-11-20T10:00:00+00:00"),
  ]),
};

test("the newest study stands first and its views in the order they are read", () => {
  expect(rowsOf(STATE).map(({ id, lines }) => [id, lines.map(({ view }) => view)])).toEqual([
    ["new", ["CC", "MLO"]], ["old", ["CC", "MLO"]],
  ]);
});

test("in place of a deleted study the next one is opened, and nothing where it was the last", () => {
  const state = { ...STATE, study: "new", selected: "new1", details: { new1: detail("new1") } };
  const after = { ...state, ...withoutStudy("new")(state) };
  expect([after.study, after.selected, after.details]).toEqual(["old", "old2", {}]);
  expect(withoutStudy("old")(after)).toMatchObject({ study: null, selected: null, analyses: [] });
  expect(withoutStudy("old")(state).study).toBeUndefined();
});

test("a search needs every word, in names, views or dates", () => {
  const found = (search: string) => matching(rowsOf(STATE), search).map(({ id }) => id);
  expect([found(""), found("OLD.zip"), found("2024-05 rcc"), found("2024 new"), found("  ")]).toEqual([
    ["new", "old"], ["old"], ["old"], [], ["new", "old"],
  ]);
});

test("news of an image change its line and the stage that is shown, and a new image is listed", () => {
  const state = { ...STATE, details: { new1: detail("new1") } };
  const running = { ...summary("new1", 0), study: "new", created: "2026-11-20T10:00:00+00:00", stage: "detect" };
  const after = { ...state, ...lineChanged({ ...running, state: "running" })(state) };
  expect(after.details.new1).toMatchObject({ state: "running", stage: "detect" });
  expect(progressOf(rowsOf(after)[0]?.lines ?? [])).toEqual({
    done: 1, failed: 0, of: 2, stage: "detect", isRunning: true,
  });
  const more = lineChanged({ ...running, id: "x", study: "x" })(state);
  expect(more.analyses?.map(({ id }) => id)).toContain("x");
});
