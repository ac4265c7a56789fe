import type { AnalysisDocument, Finding, Kind, MaskingLevel } from "./api-types";

export const DISCLAIMER = "Research and demonstration software, not a medical device";
export const MALIGNANCY_STAND_IN = "BI-RADS ≥ 4 stands in for malignancy.";
export const MASKING_STAND_IN = "Trained on breast density as a stand-in for masking (A low, B medium, C and D high).";

export const KIND_NAMES: Record<Kind, string> = {
  mass: "Mass",
  calcification_cluster: "Calcification cluster",
};

/** In the order the server works through them. */
export const STAGES: readonly (readonly [stage: string, words: string])[] = [
  ["read", "Reading the file"],
  ["preprocess", "Preparing the picture"],
  ["detect", "Looking for regions"],
  ["segment", "Drawing outlines"],
  ["classify", "Judging pathology"],
  ["masking", "Estimating masking"],
  ["cancer", "Estimating cancer probability"],
];

const NO_BREAK = "\u00a0";

/** "71 %"; never "100 %" or "0 %" for what is not quite certain. */
export function percent(share: number): string {
  const rounded = Math.round(share * 100);
  const words = rounded === 100 && share < 1 ? "> 99 %" : rounded === 0 && share > 0 ? "< 1 %" : `${rounded} %`;
  return words.replaceAll(" ", NO_BREAK);
}

/** The long axis; null without an outline or without pixel spacing. */
export function sizeOf(finding: Finding): string | null {
  return finding.size_mm === null ? null : `${finding.size_mm.long_axis.toFixed(1)}${NO_BREAK}mm`;
}

/** What stands beside a mark on the picture. */
export function markLabel(finding: Finding): string {
  const label = `${finding.id} · conf. ${percent(finding.confidence)}`;
  return finding.pathology === null ? label : `${label} · malig. ${percent(finding.pathology.malignant)}`;
}

/** "3 marks shown, 9 below the threshold": what the slider leaves and what it hides. */
export function countOfMarks(shown: number, total: number): string {
  const marks = shown === 1 ? "1 mark shown" : `${shown} marks shown`;
  return total > shown ? `${marks}, ${total - shown} below the threshold` : marks;
}

export function maskingSentence(level: MaskingLevel): string {
  if (level === "low") return "Little dense tissue: a mass is unlikely to be hidden by it.";
  if (level === "medium") return "Some dense tissue could hide a mass here.";
  return "Dense tissue could hide a mass here.";
}

/** "Left CC · 3328 × 4084 pixels · 0.07 mm": what the file told us about the picture. */
export function describeImage(image: AnalysisDocument["image"]): string {
  const side = image.laterality === null ? "Side unknown" : image.laterality === "L" ? "Left" : "Right";
  const view = image.view ?? "view unknown";
  const spacing = image.pixel_spacing_mm === null ? "no pixel spacing" : `${image.pixel_spacing_mm[0]} mm pixels`;
  return `${side} ${view} · ${image.width} × ${image.height} · ${spacing}`;
}
