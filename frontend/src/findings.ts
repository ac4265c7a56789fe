import type { Finding } from "./api-types";

/** The slider's range: the server keeps every candidate down to this floor. */
export const LOWEST_CONFIDENCE = 0.05;
export const HIGHEST_CONFIDENCE = 1;
export const STARTING_CONFIDENCE = 0.3;

export function clampConfidence(value: number): number {
  return Math.min(HIGHEST_CONFIDENCE, Math.max(LOWEST_CONFIDENCE, value));
}

/** The findings at or above `minConfidence` in their given order; nothing is asked of the server. */
export function confident(findings: readonly Finding[], minConfidence: number): Finding[] {
  return findings.filter((finding) => finding.confidence >= minConfidence);
}

/** The id `step` places after (or before) `id` in the list, round the ends; the first one when none is chosen. */
export function neighbour(findings: readonly Finding[], id: number | null, step: 1 | -1): number | null {
  if (findings.length === 0) return null;
  const at = findings.findIndex((finding) => finding.id === id);
  if (at < 0) return (step === 1 ? findings.at(0) : findings.at(-1))?.id ?? null;
  return findings.at((at + step) % findings.length)?.id ?? null;
}
