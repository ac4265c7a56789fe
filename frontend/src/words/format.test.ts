import { expect, test } from "vitest";
import { finding } from "../testing";
import { wordsOf } from ".";
import { countOfMarks, markLabel, percent, sizeOf, metricName } from "./format";

const t = wordsOf("en");

const plain = (words: string | null) => words?.replaceAll("\u00a0", " ");

test("a probability is never rounded to a certainty", () => {
  expect([0.714, 0.9999, 0.0001, 1, 0].map((share) => plain(percent(share)))).toEqual([
    "71 %", "> 99 %", "< 1 %", "100 %", "0 %",
  ]);
});

test("the label beside a mark tells confidence and malignancy, or only what is known", () => {
  const judged = finding(2, 0.83, { pathology: { malignant: 0.71 } });
  expect(plain(markLabel(t, judged))).toBe("2 · conf. 83 % · malig. 71 %");
  expect(plain(markLabel(t, finding(2, 0.83)))).toBe("2 · conf. 83 %");
});

test("the count says what the slider hides", () => {
  expect(countOfMarks(t, 1, 1)).toBe("1 mark shown");
  expect(countOfMarks(t, 0, 4)).toBe("0 marks shown, 4 below the threshold");
});

test("a size is given in millimetres only where it is known", () => {
  expect(sizeOf(finding(1, 0.5))).toBeNull();
  expect(plain(sizeOf(finding(1, 0.5, { size_mm: { long_axis: 17.14, area: 190 } })))).toBe("17.1 mm");
});

test("figures of a card are named in the field's spelling", () => {
  expect(metricName("served_mean_auc_mini_mias")).toBe("Served mean AUC mini-MIAS");
  expect(metricName("sensitivity_at_1_false_iou02")).toBe("Sensitivity at 1 false (IoU ≥ 0.2)");
  expect(metricName("brier_cross_fitted")).toBe("Brier cross-fitted");
});
