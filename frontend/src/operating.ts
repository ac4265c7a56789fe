import type { MeasuredOn, ModelCard, OperatingPoint } from "./api-types";

/** What is known of the slider's threshold; `points` by rising confidence, never empty. */
export interface Operating {
  points: readonly OperatingPoint[];
  measuredOn: MeasuredOn | null;
}

const SAME = 0.005; // half a step of the slider

/** What the detector's card states; null where it states nothing that could be shown. */
export function operatingOf(models: readonly ModelCard[]): Operating | null {
  const detector = models.find(({ task }) => task === "detector");
  const points = (detector?.operating_points ?? []).filter(isComplete).sort((a, b) => a.confidence - b.confidence);
  return points.length === 0 ? null : { points, measuredOn: detector?.measured_on ?? null };
}

function isComplete(point: Partial<OperatingPoint>): point is OperatingPoint {
  return [point.confidence, point.sensitivity, point.false_marks].every((value) => typeof value === "number");
}

/** The stated point nearest to `confidence`, the lower of two; null beyond the first and the last one. */
export function nearestPoint(points: readonly OperatingPoint[], confidence: number): OperatingPoint | null {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return null;
  if (confidence < first.confidence - SAME || confidence > last.confidence + SAME) return null;
  const distance = (point: OperatingPoint) => Math.abs(point.confidence - confidence);
  return points.reduce((best, point) => (distance(point) < distance(best) - 1e-9 ? point : best), first);
}

export function isAt(point: OperatingPoint, confidence: number): boolean {
  return Math.abs(point.confidence - confidence) < SAME;
}
