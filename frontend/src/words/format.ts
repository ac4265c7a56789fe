import type { AnalysisDocument, Finding, Interval, MeasuredOn, Metric } from "../api-types";
import { isAt, nearestPoint, type Operating } from "../operating";
import type { T } from ".";

/** In the order the server works through them. */
export const STAGES = [
  "read", "guard", "preprocess", "detect", "segment", "classify", "second_opinion", "microcalcifications", "masking",
  "cancer",
] as const;

export const NO_BREAK = "\u00a0";

/** "71 %"; never "100 %" or "0 %" for what is not quite certain. */
export function percent(share: number): string {
  const rounded = Math.round(share * 100);
  const words = rounded === 100 && share < 1 ? "> 99 %" : rounded === 0 && share > 0 ? "< 1 %" : `${rounded} %`;
  return words.replaceAll(" ", NO_BREAK);
}

/** "71 % (60 % to 80 %)"; the share alone where its interval is not known. */
export function withInterval(t: T, share: number, interval: Interval | null): string {
  if (interval === null) return percent(share);
  return t("findings.interval", { share: percent(share), low: percent(interval[0]), high: percent(interval[1]) });
}

/** The long axis; null without an outline or without pixel spacing. */
export function sizeOf(finding: Finding): string | null {
  return finding.size_mm === null ? null : `${finding.size_mm.long_axis.toFixed(1)}${NO_BREAK}mm`;
}

/** What stands beside a mark on the picture. */
export function markLabel(t: T, { id, confidence, pathology }: Finding): string {
  if (pathology === null) return t("marks.label", { id, confidence: percent(confidence) });
  const values = { id, confidence: percent(confidence), malignant: percent(pathology.malignant) };
  return t("marks.labelMalignant", values);
}

/** "3 marks shown, 9 below the threshold": what the slider leaves and what it hides. */
export function countOfMarks(t: T, shown: number, total: number): string {
  const marks = t(shown === 1 ? "marks.shown.one" : "marks.shown.other", { n: shown });
  return total > shown ? t("marks.below", { shown: marks, n: total - shown }) : marks;
}

/** "Here: found 79 % of 28 masses with 0.15 false marks an image (…)"; names the point's place if it is another. */
export function operatingWords(t: T, { points, measuredOn }: Operating, confidence: number): string {
  const point = nearestPoint(points, confidence);
  if (point === null) return beyondWords(t, points, confidence);
  const where = isAt(point, confidence) ? t("slider.here") : t("slider.at", { share: percent(point.confidence) });
  const masses = measuredOn === null ? t("slider.masses") : t("slider.massesOf", { n: measuredOn.lesions });
  const values = { where, masses, share: percent(point.sensitivity), falseMarks: falseMarks(t, point.false_marks) };
  if (measuredOn === null) return t("slider.found", values);
  return t("slider.foundOn", { ...values, images: imagesWords(t, measuredOn) });
}

function beyondWords(t: T, points: Operating["points"], confidence: number): string {
  const [first, last] = [points[0]?.confidence ?? 0, points.at(-1)?.confidence ?? 1];
  if (confidence < first) return t("slider.below", { share: percent(first) });
  return t("slider.above", { share: percent(last) });
}

function falseMarks(t: T, mean: number): string {
  if (mean === 0) return t("slider.noFalseMarks");
  return t("slider.falseMarks", { n: mean < 0.01 ? `<${NO_BREAK}0.01` : mean.toFixed(2) });
}

function imagesWords(t: T, { data, images }: MeasuredOn): string {
  return t("slider.images", { n: images, data });
}

export function measuredWords(t: T, measuredOn: MeasuredOn): string {
  return `${t("slider.massesOf", { n: measuredOn.lesions })}, ${imagesWords(t, measuredOn)}`;
}

/** "sensitivity_at_2_false_marks_iou02" in words. */
export function metricName(name: string): string {
  const plain = name.replace(/_iou0(\d)$/, " (IoU ≥ 0.$1)").replaceAll("_", " ");
  const words = Object.entries(SPELLED).reduce((text, [word, spelled]) => text.replace(word, spelled), plain);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const SPELLED = {
  auc: "AUC", ece: "ECE", brier: "Brier", dice: "Dice", iou: "IoU",
  inbreast: "INbreast", "mini mias": "mini-MIAS", "rsna subset": "RSNA subset", "cross fitted": "cross-fitted",
};

/** "0.86 (0.69–1.00, n = 28)": with the 95 % interval. */
export function metricValue({ value, low, high, n }: Metric): string {
  return `${value.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)}, n = ${n})`;
}

/** "Left CC · 3328 × 4084 · 0.07 mm pixels": what the file told us about the picture. */
export function describeImage(t: T, image: AnalysisDocument["image"]): string {
  const { width, height, laterality, pixel_spacing_mm: spacing } = image;
  const side = t(laterality === null ? "image.sideUnknown" : laterality === "L" ? "image.left" : "image.right");
  const words = spacing === null ? t("image.noSpacing") : t("image.spacing", { mm: spacing[0] });
  return t("image.facts", { side, view: image.view ?? t("image.viewUnknown"), width, height, spacing: words });
}
