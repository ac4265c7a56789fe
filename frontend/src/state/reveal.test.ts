import { expect, test } from "vitest";
import { isKeptBack, marksVisible, readingFirst, revealing, togglingMarks } from "./reveal";
import { EMPTY } from "./state";

const STATE = { ...EMPTY, study: "x", selected: "a" };
const FIRST = { ...STATE, ...readingFirst(true) };

test("read first: marks stay hidden until they are asked for, and the time of the first asking stays", () => {
  expect([marksVisible(STATE), marksVisible(FIRST)]).toEqual([true, false]);
  const asked = { ...FIRST, ...togglingMarks("10:00")(FIRST) };
  expect([marksVisible(asked), asked.revealedAt.x]).toEqual([true, "10:00"]);
  const hidden = { ...asked, ...togglingMarks("10:05")(asked) };
  expect([marksVisible(hidden), isKeptBack(hidden), hidden.revealedAt.x]).toEqual([false, false, "10:00"]);
  expect(revealing("10:06")(asked)).toEqual({});
});

test("asking shows the marks even where they had been hidden before", () => {
  const hidden = { ...FIRST, marksShown: false };
  expect(marksVisible({ ...hidden, ...togglingMarks("10:00")(hidden) })).toBe(true);
});

test("another study is kept back again", () => {
  const asked = { ...FIRST, ...revealing("10:00")(FIRST) };
  expect(isKeptBack({ ...asked, study: "y" })).toBe(true);
});
