import { expect, test } from "vitest";
import { clampConfidence, confident, neighbour } from "./findings";
import { finding } from "./testing";

const THREE = [finding(1, 0.9), finding(2, 0.3), finding(3, 0.05)];
const ids = (min: number) => confident(THREE, min).map(({ id }) => id);

test("a finding exactly at the threshold is shown, one below it is not", () => {
  expect(ids(0.3)).toEqual([1, 2]);
  expect(ids(0.31)).toEqual([1]);
});

test("the lowest threshold shows every candidate and the highest hides what is not certain", () => {
  expect(ids(clampConfidence(0))).toEqual([1, 2, 3]);
  expect(ids(clampConfidence(7))).toEqual([]);
});

test("next and previous go round the ends, and start at an end when nothing is chosen", () => {
  expect([neighbour(THREE, null, 1), neighbour(THREE, null, -1)]).toEqual([1, 3]);
  expect([neighbour(THREE, 3, 1), neighbour(THREE, 1, -1), neighbour(THREE, 2, 1)]).toEqual([1, 3, 3]);
});

test("there is no neighbour in an empty list", () => {
  expect(neighbour([], 1, 1)).toBeNull();
});
