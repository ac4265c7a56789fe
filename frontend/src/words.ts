import type { AnalysisDocument, Finding, Kind, MaskingLevel, MeasuredOn, Metric } from "./api-types";
import { isAt, nearestPoint, type Operating } from "./operating";

export const DISCLAIMER = "Research and demonstration software, not a medical device";
export const MALIGNANCY_STAND_IN = "BI-RADS ≥ 4 stands in for malignancy.";
export const MASKING_STAND_IN = "Trained on breast density as a stand-in for masking (A low, B medium, C and D high).";

export const CANCER_MEANING = "That this view shows cancer; read it as a rank.";

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

/** "Here: found 79 % of 28 masses with 0.15 false marks an image (…)"; names the point's place if it is another. */
export function operatingWords({ points, measuredOn }: Operating, confidence: number): string {
  const point = nearestPoint(points, confidence);
  if (point === null) return beyondWords(points, confidence);
  const where = isAt(point, confidence) ? "Here" : `At ${percent(point.confidence)}`;
  const masses = measuredOn === null ? "masses" : `${measuredOn.lesions} masses`;
  const words = `${where}: found ${percent(point.sensitivity)} of ${masses} with ${falseMarks(point.false_marks)}`;
  return measuredOn === null ? words : `${words} (${imagesWords(measuredOn)})`;
}

function beyondWords(points: Operating["points"], confidence: number): string {
  const [first, last] = [points[0]?.confidence ?? 0, points.at(-1)?.confidence ?? 1];
  return confidence < first ? `Not measured below ${percent(first)}.` : `Not measured above ${percent(last)}.`;
}

function falseMarks(mean: number): string {
  if (mean === 0) return "no false marks";
  return `${mean < 0.01 ? `<${NO_BREAK}0.01` : mean.toFixed(2)} false marks an image`;
}

function imagesWords({ data, images }: MeasuredOn): string {
  return `${images} ${data} validation images`;
}

export function measuredWords(measuredOn: MeasuredOn): string {
  return `${measuredOn.lesions} masses, ${imagesWords(measuredOn)}`;
}

/** "sensitivity_at_2_false_marks_iou02" in words. */
export function metricName(name: string): string {
  const words = name.replace(/_iou0(\d)$/, " (IoU ≥ 0.$1)").replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** "0.86 (0.69–1.00, n = 28)": with the 95 % interval. */
export function metricValue({ value, low, high, n }: Metric): string {
  return `${value.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)}, n = ${n})`;
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
