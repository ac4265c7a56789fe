import { expect, test } from "vitest";
import { hang, type Hangable, STAGES, wallSideOf } from "./hanging";

const image = (name: string, id = name): Hangable => {
  const laterality = name.startsWith("R") ? "R" : name.startsWith("L") ? "L" : null;
  return { id, laterality, view: laterality === null ? null : name.slice(1) };
};
const FOUR = ["LMLO", "RCC", "LCC", "RMLO"].map((name) => image(name));
const shown = (...args: Parameters<typeof hang>) => {
  const { columns, cells } = hang(...args);
  const names = cells.map(({ analysis, slot }) => analysis ?? `(${slot ?? ""})`);
  const rows = Math.ceil(names.length / columns);
  return Array.from({ length: rows }, (_, row) => names.slice(row * columns, (row + 1) * columns));
};

test("four views hang right breast left, CC above MLO, in whatever order they came", () => {
  expect(shown("overview", FOUR, [], null)).toEqual([["RCC", "LCC"], ["RMLO", "LMLO"]]);
});

test("the stages show pairs, a breast, and the selected picture alone", () => {
  expect(shown("mlo", FOUR, [], null)).toEqual([["RMLO", "LMLO"]]);
  expect(shown("cc", FOUR, [], null)).toEqual([["RCC", "LCC"]]);
  expect(shown("right", FOUR, [], null)).toEqual([["RCC", "RMLO"]]);
  expect(shown("left", FOUR, [], null)).toEqual([["LCC", "LMLO"]]);
  expect(shown("single", FOUR, [], "RMLO")).toEqual([["RMLO"]]);
});

test("a missing view leaves its place, a missing breast leaves none", () => {
  const three = FOUR.filter(({ id }) => id !== "LCC");
  expect(shown("overview", three, [], null)).toEqual([["RCC", "(LCC)"], ["RMLO", "LMLO"]]);
  expect(shown("overview", [image("RCC"), image("RMLO")], [], null)).toEqual([["RCC"], ["RMLO"]]);
  expect(shown("overview", [image("LMLO")], [], null)).toEqual([["LMLO"]]);
});

test("a lateral view stands in for a missing oblique one, but not for one that is there", () => {
  expect(shown("mlo", [image("RML"), image("LMLO"), image("LML")], [], null)).toEqual([["RML", "LMLO"]]);
});

test("repeated, special and unknown views follow at the right", () => {
  const extra = [image("RCC", "RCC again"), image("LXCCL"), image("?", "unknown")];
  expect(shown("overview", [...FOUR, ...extra], [], null)).toEqual([
    ["RCC", "LCC", "RCC again", "unknown"],
    ["RMLO", "LMLO", "LXCCL", "()"],
  ]);
});

test("pictures of unknown side hang side by side", () => {
  const unknown = ["a", "b", "c", "d"].map((id) => image("?", id));
  expect(shown("overview", unknown.slice(0, 1), [], null)).toEqual([["a"]]);
  expect(shown("overview", unknown, [], null)).toEqual([["a", "b"], ["c", "d"]]);
  expect(shown("mlo", unknown.slice(0, 2), [], null)).toEqual([["a", "b"]]);
});

test("the previous study hangs beside the overview, below a pair, beside a single picture", () => {
  const priors = ["RCC", "LCC", "RMLO", "LMLO"].map((name) => image(name, `old ${name}`));
  expect(shown("overview", FOUR, priors, null)).toEqual([
    ["RCC", "LCC", "old RCC", "old LCC"],
    ["RMLO", "LMLO", "old RMLO", "old LMLO"],
  ]);
  expect(shown("mlo", FOUR, priors, null)).toEqual([["RMLO", "LMLO"], ["old RMLO", "old LMLO"]]);
  expect(shown("single", FOUR, priors, "LCC")).toEqual([["LCC", "old LCC"]]);
  const cells = hang("mlo", FOUR, priors, null).cells;
  expect(cells.map(({ prior }) => prior)).toEqual([false, false, true, true]);
});

test("no stage ever shows nothing while there is a picture", () => {
  for (const one of [...FOUR, image("?")]) {
    for (const stage of STAGES) expect(shown(stage, [one], [], null).flat()).toContain(one.id);
  }
});

test("chest walls hang back to back", () => {
  expect([wallSideOf("R"), wallSideOf("L"), wallSideOf(null)]).toEqual(["right", "left", null]);
});
