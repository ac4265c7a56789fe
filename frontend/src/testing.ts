import type { AnalysisDetail, AnalysisDocument, AnalysisSummary, Finding, ModelCard } from "./api-types";

/** Values for unit tests; the page itself does not import this file. */
export function finding(id: number, confidence: number, changes: Partial<Finding> = {}): Finding {
  const box = { x: 10 * id, y: 20 * id, width: 30, height: 40 };
  return { id, kind: "mass", box, confidence, outline: null, pathology: null, size_mm: null, ...changes };
}

export function documentWith(findings: Finding[]): AnalysisDocument {
  return {
    schema: "mammoscope/analysis/1",
    file: "a.dcm",
    image: { width: 1000, height: 2000, laterality: "R", view: "CC", pixel_spacing_mm: [0.07, 0.07] },
    findings,
    masking: { level: "medium", probabilities: { low: 0.2, medium: 0.7, high: 0.1 } },
    cancer: { probability: 0.34 },
    warnings: [],
    models: {},
    timings_ms: {},
  };
}

export function detail(id: string, changes: Partial<AnalysisDetail> = {}): AnalysisDetail {
  const nothingYet = { stage: null, analysis: null, preprocessed: null, error: null };
  return { id, file: "a.dcm", state: "queued", ...nothingYet, ...changes };
}

export function summary(id: string, created: number, changes: Partial<AnalysisSummary> = {}): AnalysisSummary {
  return { id, file: `${id}.dcm`, state: "done", created, ...changes };
}

export function modelCard(task: string, changes: Partial<ModelCard> = {}): ModelCard {
  const provenance = { name: `small-${task}`, task, preset: "compact", version: "1", sha256: "ab".repeat(32) };
  const known = { training: {}, metrics: {}, calibration: {}, operating_points: [], measured_on: null, limits: [] };
  return { ...provenance, ...known, architecture: "A network", data_licence: "none", ...changes };
}
