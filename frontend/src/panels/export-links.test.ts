import { expect, test } from "vitest";
import { exportUrl } from "./export-links";

test("an export carries the marks that the slider leaves", () => {
  expect(exportUrl("a1", "report.pdf", 0.45)).toBe("/api/v1/analyses/a1/report.pdf?min_confidence=0.45");
  expect(exportUrl("a1", "sr.dcm?kind=cad", 0.3)).toBe("/api/v1/analyses/a1/sr.dcm?kind=cad&min_confidence=0.3");
});
