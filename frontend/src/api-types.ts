/** What the server answers: the document "mammoscope/analysis/1" and the job around it. `null` is "unknown". */

export type Kind = "mass" | "calcification_cluster";
export type MaskingLevel = "low" | "medium" | "high";
export type JobState = "queued" | "running" | "done" | "failed";
export type Variant = "original" | "preprocessed";

/** Pixels of the image as it was sent; covers [x, x + width) x [y, y + height). */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** x, y in pixels; which frame is said where it is declared. */
export type Point = [x: number, y: number];

/** 95 %, from the calibration's own uncertainty. */
export type Interval = [low: number, high: number];

/** `mammogram`: 0..1 that it is one; `inside`: low far from all that the networks learnt from. */
export interface Look {
  mammogram: number;
  inside: number;
  words: ("film" | "digital" | "negative" | "squashed" | "cropped")[];
  doubtful: boolean;
}

export interface Finding {
  id: number;
  kind: Kind;
  box: Box;
  /** 0..1, the detector's own; not a probability of cancer. */
  confidence: number;
  /** Closed polygon in pixels of the sent image. */
  outline: Point[] | null;
  /** `malignant`: calibrated probability, trained with BI-RADS >= 4 standing in for malignancy. */
  pathology: { malignant: number; interval?: Interval | null } | null;
  /** Millimetres and square millimetres. */
  size_mm: { long_axis: number; area: number } | null;
  /** Of a calcification cluster; spots in pixels of the sent image. */
  calcifications?: { count: number; extent_mm: number | null; spots: Point[] } | null;
  /** Where its middle lies in the breast; null where the breast was not found. */
  location?: Location | null;
  /** Another network about the same mass; `disagrees`: on the other side of its operating point. */
  second_opinion?: { model: string; malignant: number; disagrees: boolean } | null;
}

/** In the words of BI-RADS. `assumed`: the picture's upper edge was taken to be lateral or superior. */
export interface Location {
  region: "upper" | "lower" | "outer" | "inner" | "central" | null;
  depth: "anterior" | "middle" | "posterior";
  nipple_mm: number | null;
  assumed: boolean;
}

export interface Masking {
  level: MaskingLevel;
  probabilities: Record<MaskingLevel, number>;
}

export interface AnalysisDocument {
  schema: string;
  file: string;
  image: {
    width: number;
    height: number;
    laterality: "L" | "R" | null;
    view: string | null;
    /** (row, column) at the detector. */
    pixel_spacing_mm: [number, number] | null;
  };
  /** What the guard says of the picture as a whole; null where none is set up, not there in old documents. */
  look?: Look | null;
  findings: Finding[];
  masking: Masking | null;
  /** `probability` is of the image with its findings, never lower than the worst finding's; `image` of it alone. */
  cancer: { probability: number; image?: number; interval?: Interval | null; worst_finding?: number | null } | null;
  warnings: string[];
  models: Record<string, string>;
  timings_ms: Record<string, number>;
}

/** How the preprocessed picture was flipped, cut and scaled from the acquired one. */
export interface Preprocessed {
  flipped: boolean;
  left: number;
  top: number;
  scale_x: number;
  scale_y: number;
  acquired_width: number;
  width: number;
  height: number;
}

/** The detector on images its training never saw. */
export interface OperatingPoint {
  confidence: number;
  /** Share of masses that have a mark. */
  sensitivity: number;
  /** Mean of an image. */
  false_marks: number;
}

export interface MeasuredOn {
  data: string;
  images: number;
  lesions: number;
}

/** `low` and `high`: 95 % interval. */
export interface Metric {
  value: number;
  low: number;
  high: number;
  n: number;
}

export interface ModelCard {
  name: string;
  task: string;
  preset: string;
  architecture: string;
  version: string;
  sha256: string;
  training: Record<string, unknown>;
  metrics: Record<string, Metric>;
  calibration: Record<string, unknown>;
  operating_points: Partial<OperatingPoint>[];
  measured_on: MeasuredOn | null;
  limits: string[];
  data_licence: string;
}

/** RFC 9457 problem document; `code` is stable and what we compare. */
export interface Problem {
  code: string;
  title: string;
  detail: string;
  status?: number;
}

export interface AnalysisSummary {
  id: string;
  file: string;
  state: JobState;
  created: string | number;
  stage?: string | null;
  /** Images sent together or of one DICOM study; without it the image is a study of its own. */
  study?: string | null;
  laterality?: "L" | "R" | null;
  view?: string | null;
  /** Date of the acquisition, ISO 8601; null where the file does not tell. */
  acquired?: string | null;
  /** How many candidates there are. */
  findings?: number | null;
  /** How many of them have a mark at the declared confidence. */
  marked?: number | null;
  cancer?: number | null;
}

/** Images that belong together. `previous`: studies of the same patient, older first. */
export interface Study {
  id: string;
  created: string | number;
  acquired: string | null;
  label: string;
  state: JobState;
  expires: string | number | null;
  analyses: AnalysisSummary[];
  breasts: Partial<Record<"L" | "R", { cancer: number | null }>>;
  exam: { cancer: number | null };
  previous: string[];
}

export interface AnalysisDetail {
  id: string;
  file: string;
  state: JobState;
  stage: string | null;
  analysis: AnalysisDocument | null;
  preprocessed: Preprocessed | null;
  /** The image came as DICOM, so that DICOM results can refer to it. */
  referable?: boolean;
  error: Problem | null;
}

export const OPINIONS = ["agree", "disagree", "unsure"] as const;
export type Opinion = (typeof OPINIONS)[number];
export const BI_RADS = ["0", "1", "2", "3", "4", "4a", "4b", "4c", "5", "6"] as const;
export const DENSITIES = ["A", "B", "C", "D"] as const;

/** A mark of the reader's own, in pixels of the sent image; of an ellipse two opposite corners of its box. */
export interface Drawn {
  shape: "ellipse" | "freehand";
  points: Point[];
  at: string;
}

/** What one reader says about one image; times are ISO 8601 with a zone. */
export interface Verdict {
  reader: string;
  opened_at: string;
  /** When the marks were first shown; null: they never were. */
  revealed_at: string | null;
  marks: { finding: number; verdict: Opinion; at: string }[];
  drawn: Drawn[];
  birads: (typeof BI_RADS)[number] | null;
  density: (typeof DENSITIES)[number] | null;
  text: string;
  slider: number | null;
}

/** What a reader set; every field may be missing. */
export interface Preferences {
  slider?: number | null;
  keys?: Record<string, string | null>;
  language?: string;
  read_first?: boolean;
}
