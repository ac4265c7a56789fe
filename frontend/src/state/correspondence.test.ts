import { expect, test } from "vitest";
import type { Finding, Location } from "../api-types";
import { detail, documentWith, finding, summary } from "../testing";
import { correspondences, linksOf, type View } from "./correspondence";
import { EMPTY } from "./state";

function at(id: number, nipple: number | null, changes: Partial<Finding> = {}): Finding {
  const location: Location = { region: null, depth: "middle", nipple_mm: nipple, assumed: false };
  return finding(id, 0.9, { location, ...changes });
}
const view = (name: "LCC" | "LMLO" | "RCC" | "RMLO", ...findings: Finding[]): View => {
  return { analysis: name, image: { laterality: name[0] as "L" | "R", view: name.slice(1) }, findings };
};
const pairs = (...views: View[]) => correspondences(views).map(({ from, to }) => [
  `${from.analysis} ${from.finding}`, `${to.analysis} ${to.finding}`,
]);

test("findings at a similar distance from the nipple in both views of a breast are linked", () => {
  expect(pairs(view("LCC", at(1, 40)), view("LMLO", at(1, 80), at(2, 52)))).toEqual([["LCC 1", "LMLO 2"]]);
});

test("twenty-five millimetres apart is still similar, more is not", () => {
  expect(pairs(view("LCC", at(1, 40)), view("LMLO", at(1, 65)))).toHaveLength(1);
  expect(pairs(view("LCC", at(1, 40)), view("LMLO", at(1, 65.1)))).toHaveLength(0);
});

test("the nearest pair is linked first and no finding twice", () => {
  // 40 and 38 are nearer than 40 and 44, so 44 is left for 48
  expect(pairs(view("RCC", at(1, 40), at(2, 48)), view("RMLO", at(1, 44), at(2, 38)))).toEqual([
    ["RCC 1", "RMLO 2"], ["RCC 2", "RMLO 1"],
  ]);
});

test("the other breast, another kind, the same direction or no distance are no correspondence", () => {
  expect(pairs(view("LCC", at(1, 40)), view("RMLO", at(1, 40)))).toEqual([]);
  expect(pairs(view("LCC", at(1, 40)), view("LMLO", at(1, 40, { kind: "calcification_cluster" })))).toEqual([]);
  expect(pairs(view("LCC", at(1, 40)), { ...view("LCC", at(1, 40)), analysis: "again" })).toEqual([]);
  expect(pairs(view("LCC", at(1, null)), view("LMLO", at(1, 40)))).toEqual([]);
  expect(pairs(view("LCC", finding(1, 0.9)), view("LMLO", at(1, 40)))).toEqual([]);
});

test("a size more than one and a half times the other is another lesion", () => {
  const sized = (id: number, mm: number) => at(id, 40, { size_mm: { long_axis: mm, area: mm * mm } });
  expect(pairs(view("LCC", sized(1, 10)), view("LMLO", sized(1, 15)))).toHaveLength(1);
  expect(pairs(view("LCC", sized(1, 10)), view("LMLO", sized(1, 15.1)))).toHaveLength(0);
  expect(pairs(view("LCC", sized(1, 10)), view("LMLO", at(1, 40)))).toHaveLength(1);
});

test("links are of the findings that the slider leaves, and can be read from both ends", () => {
  const image = (view: string, findings: Finding[]) => {
    const document = documentWith(findings);
    return { ...document, image: { ...document.image, laterality: "L" as const, view } };
  };
  const [cc, mlo] = [image("CC", [at(1, 40)]), image("MLO", [at(1, 41, { confidence: 0.2 }), at(2, 50)])];
  const state = {
    ...EMPTY,
    study: "s",
    analyses: [summary("b", 2, { study: "s" }), summary("a", 1, { study: "s" })],
    details: { a: detail("a", { analysis: cc }), b: detail("b", { analysis: mlo }) },
  };
  expect(linksOf(state, { analysis: "a", finding: 1 })).toEqual([
    { ref: { analysis: "b", finding: 2 }, here: 40, there: 50 },
  ]);
  expect(linksOf({ ...state, minConfidence: 0.1 }, { analysis: "b", finding: 1 })).toEqual([
    { ref: { analysis: "a", finding: 1 }, here: 41, there: 40 },
  ]);
});
