import { expect, test } from "vitest";
import type { OperatingPoint } from "./api-types";
import { nearestPoint, operatingOf } from "./operating";
import { modelCard } from "./testing";
import { wordsOf } from "./words";
import { metricName, metricValue, operatingWords } from "./words/format";

const point = (confidence: number, sensitivity: number, false_marks: number): OperatingPoint => ({
  confidence,
  sensitivity,
  false_marks,
});
const POINTS = [point(0.1, 0.9, 1.5), point(0.3, 0.7857, 0.1477), point(0.5, 0.5, 0.004), point(0.7, 0.25, 0)];
const t = wordsOf("en");
const measuredOn = { data: "INbreast", images: 88, lesions: 28 };
const said = (confidence: number, points = POINTS) =>
  operatingWords(t, { points, measuredOn }, confidence).replaceAll("\u00a0", " ");
const nearest = (confidence: number) => nearestPoint(POINTS, confidence)?.confidence;

test("at a stated point its own figures are said, with what they were measured on", () => {
  expect(said(0.3)).toBe(
    "Here: found 79 % of 28 masses with 0.15 false marks an image (88 INbreast validation images)",
  );
  expect(operatingWords(t, { points: POINTS, measuredOn: null }, 0.3)).toMatch(/ of masses with .* an image$/);
});

test("between two points the nearest one is said by its own place, and nothing in between is made up", () => {
  expect([0.11, 0.19, 0.21, 0.39, 0.41].map(nearest)).toEqual([0.1, 0.1, 0.3, 0.3, 0.5]);
  expect(said(0.36)).toMatch(/^At 30 %: found 79 %/);
  const sayings = new Set(Array.from({ length: 61 }, (_, i) => said(0.1 + i / 100).replace(/^.*: found/, "")));
  expect(sayings.size).toBe(POINTS.length);
});

test("half way the lower point is taken, whatever binary fractions do", () => {
  expect([0.2, 0.4, 0.6].map(nearest)).toEqual([0.1, 0.3, 0.5]);
});

test("beyond the first and the last point no figure is said", () => {
  expect(said(0.05)).toBe("Not measured below 10 %.");
  expect(said(0.71)).toBe("Not measured above 70 %.");
  expect(said(0.7)).toMatch(/^Here: found 25 %/);
});

test("few false marks are not rounded to none, and none are called none", () => {
  expect(said(0.5)).toContain("with < 0.01 false marks an image");
  expect(said(0.7)).toContain("with no false marks (");
});

test("points are the detector's alone, sorted, and only those with all three figures", () => {
  const partly = [{ confidence: 0.9 }, point(0.5, 0.6, 0.1), point(0.2, 0.8, 0.4)];
  const cancer = modelCard("cancer", { operating_points: POINTS });
  const cards = [cancer, modelCard("detector", { operating_points: partly })];
  expect(operatingOf(cards)?.points.map(({ confidence }) => confidence)).toEqual([0.2, 0.5]);
});

test("without a detector, or without points in its card, there is nothing to show", () => {
  expect(operatingOf([])).toBeNull();
  expect(operatingOf([modelCard("detector")])).toBeNull();
  expect(nearestPoint([], 0.3)).toBeNull();
});

test("figures of a card are named in words, with their interval", () => {
  expect(metricName("sensitivity_at_2_false_marks_iou02")).toBe("Sensitivity at 2 false marks (IoU ≥ 0.2)");
  expect(metricName("balanced_accuracy_all")).toBe("Balanced accuracy all");
  expect(metricValue({ value: 0.8571, low: 0.6874, high: 1, n: 28 })).toBe("0.86 (0.69–1.00, n = 28)");
});
