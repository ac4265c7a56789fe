import type {
  AnalysisDetail, AnalysisDocument, AnalysisSummary, Finding, ModelCard, Point, Problem, Study, Variant,
} from "../api-types";
import { confident, STARTING_CONFIDENCE } from "../findings";
import type { CommandId } from "../keys/keymap";
import type { Camera, Size } from "../viewer/geometry";
import type { StageName } from "../viewer/hanging";
import type { Preset, Window } from "../viewer/windowing";
import type { Language } from "../words";
import type { Overlay } from "./overlays";
import { NOTHING_REVEALED, type Reveal } from "./reveal";
import { type Change as ChangeOf, Store } from "./store";
import type { Binned } from "./worklist";
import { NOTHING_SAID, type Verdicts } from "./verdicts";

/** A problem the reader has not dismissed yet; `file` is null where it concerns no single file. */
export interface Notice {
  key: number;
  file: string | null;
  problem: Problem;
}

/** One finding of one of the images. */
export interface FindingRef {
  analysis: string;
  finding: number;
}

export const TOOLS = ["pan", "window", "zoom", "length", "ellipse", "freehand"] as const;
/** What dragging with the main button does. */
export type ToolName = (typeof TOOLS)[number];

export const DOCKS = ["picture", "verdict", "models", "exports"] as const;
export type Dock = (typeof DOCKS)[number];

/** How one image is looked at; null is "as the file and the hanging say". */
export interface Look {
  camera: Camera | null;
  window: Window | null;
  inverted: boolean;
  variant: Variant;
}

/** A length, from end to end in pixels of the image as it was sent. */
export interface Measure {
  id: number;
  from: Point;
  to: Point;
}

/** What came with an image's pixels. */
export interface PixelFacts {
  bitsStored: number;
  /** The file's own, else all of its range. */
  window: Window;
  presets: readonly Preset[];
}

export interface State extends Reveal, Verdicts {
  /* What the server has. */
  /** Newest first. */
  analyses: readonly AnalysisSummary[];
  /** By id; what the server told of studies beyond what the analyses say. */
  studies: Readonly<Record<string, Study>>;
  details: Readonly<Record<string, AnalysisDetail>>;
  /** Null until the server has answered. */
  models: readonly ModelCard[] | null;
  /** What was deleted last and can be brought back. */
  binned: Binned | null;
  /** Names of the files on their way to the server. */
  sending: readonly string[];
  notices: readonly Notice[];

  /* What is read. */
  /** The study that hangs. */
  study: string | null;
  /** The analysis in the active pane; the panels speak of it. */
  selected: string | null;
  stage: StageName;
  /** The previous study hangs beside the current one. */
  priorsShown: boolean;
  /** As the images were acquired, not mirrored for the hanging. */
  acquiredOrientation: boolean;

  /* How it is looked at. */
  looks: Readonly<Record<string, Look>>;
  /** Size of the pane in which an analysis hangs, CSS pixels. */
  panes: Readonly<Record<string, Size>>;
  pixelFacts: Readonly<Record<string, PixelFacts>>;
  /** Zoom, pan and window change in all panes together. */
  linked: boolean;
  tool: ToolName;
  magnifier: boolean;
  measures: Readonly<Record<string, readonly Measure[]>>;
  /** The length that is being drawn. */
  measuring: (Omit<Measure, "id"> & { analysis: string }) | null;
  overlay: Overlay | null;
  /** 0..1 */
  overlayOpacity: number;

  /* Marks. */
  /** 0.05..1; filters here, in the browser. */
  minConfidence: number;
  marksShown: boolean;
  marksFilled: boolean;
  hovered: FindingRef | null;
  chosen: FindingRef | null;

  /* The page. */
  railShown: boolean;
  /** The tab below the findings. */
  dock: Dock;
  /** What the worklist is searched for. */
  search: string;
  helpShown: boolean;
  singleKeys: boolean;
  /** The reader's own keys, where they differ from the first ones. */
  ownKeys: Readonly<Partial<Record<CommandId, readonly string[]>>>;
  language: Language;
}

export type Change = ChangeOf<State>;
export type AppStore = Store<State>;

export const FIRST_LOOK: Look = { camera: null, window: null, inverted: false, variant: "original" };

export const EMPTY: State = {
  ...NOTHING_REVEALED,
  ...NOTHING_SAID,
  analyses: [],
  studies: {},
  details: {},
  models: null,
  binned: null,
  sending: [],
  notices: [],
  study: null,
  selected: null,
  stage: "overview",
  priorsShown: true,
  acquiredOrientation: false,
  looks: {},
  panes: {},
  pixelFacts: {},
  linked: true,
  tool: "pan",
  magnifier: false,
  measures: {},
  measuring: null,
  overlay: null,
  overlayOpacity: 0.5,
  minConfidence: STARTING_CONFIDENCE,
  marksShown: true,
  marksFilled: false,
  hovered: null,
  chosen: null,
  railShown: true,
  dock: "picture",
  search: "",
  helpShown: false,
  singleKeys: true,
  ownKeys: {},
  language: "en",
};

export function createStore(changes: Change = {}): AppStore {
  return new Store({ ...EMPTY, ...changes });
}

/* What can be read from the state. */

export function isFinished(analysis: { state: AnalysisSummary["state"] }): boolean {
  return analysis.state === "done" || analysis.state === "failed";
}

/** The study an analysis belongs to; on its own where the server does not say. */
export function studyOf(entry: AnalysisSummary): string {
  return entry.study ?? entry.id;
}

/** The analyses of a study in the order they were made; none for null. */
export function analysesOf(state: State, study: string | null): AnalysisSummary[] {
  return state.analyses.filter((entry) => studyOf(entry) === study).toReversed();
}

export function currentDetail(state: State): AnalysisDetail | null {
  return state.selected === null ? null : (state.details[state.selected] ?? null);
}

export function currentDocument(state: State): AnalysisDocument | null {
  return currentDetail(state)?.analysis ?? null;
}

/** The findings of one image that the slider leaves, in the document's order. */
export function findingsOf(state: State, id: string | null): Finding[] {
  const findings = id === null ? [] : (state.details[id]?.analysis?.findings ?? []);
  return confident(findings, state.minConfidence);
}

/** Those of the selected image. */
export function shownFindings(state: State): Finding[] {
  return findingsOf(state, state.selected);
}

/** The chosen finding of `analysis`, or null. */
export function chosenIn(ref: FindingRef | null, analysis: string | null): number | null {
  return ref !== null && ref.analysis === analysis ? ref.finding : null;
}

export function lookOf(state: State, id: string): Look {
  return state.looks[id] ?? FIRST_LOOK;
}

/* Changes: pure, given to Store.update. */

/** Another study hangs; `selected` is the image that becomes active. */
export function opening(study: string, selected: string): Change {
  return { study, selected, hovered: null, chosen: null, looks: {}, overlay: null };
}

/** Another image of the hanging study becomes active. */
export function selecting(selected: string): (state: State) => Change {
  return (state) => (state.selected === selected ? {} : { selected, hovered: null });
}

export function listed(analyses: readonly AnalysisSummary[]): Change {
  const newestFirst = [...analyses].sort((a, b) => (a.created < b.created ? 1 : a.created > b.created ? -1 : 0));
  return { analyses: newestFirst };
}

/** The newest answer about an analysis; the list learns its state from it too. */
export function received(detail: AnalysisDetail): (state: State) => Change {
  return ({ analyses, details }) => ({
    details: { ...details, [detail.id]: detail },
    analyses: analyses.map((entry) => (entry.id === detail.id ? { ...entry, state: detail.state } : entry)),
  });
}

/** `stage` of analysis `id` has begun. */
export function begun(id: string, stage: string): (state: State) => Change {
  return (state) => {
    const detail = state.details[id];
    return detail === undefined ? {} : received({ ...detail, state: "running", stage })(state);
  };
}

/** Without analysis `id`; of its study the next image is selected in its place, else the next study is opened. */
export function removed(id: string): (state: State) => Change {
  return (state) => {
    const at = state.analyses.findIndex((entry) => entry.id === id);
    const left = state.analyses.filter((entry) => entry.id !== id);
    const details = Object.fromEntries(Object.entries(state.details).filter(([key]) => key !== id));
    const change = { analyses: left, details };
    if (state.selected !== id) return change;
    const sibling = left.find((entry) => studyOf(entry) === state.study);
    if (sibling !== undefined) return { ...change, selected: sibling.id, hovered: null, chosen: null };
    const next = left[Math.min(Math.max(at, 0), left.length - 1)];
    return { ...change, ...(next === undefined ? CLOSED : opening(studyOf(next), next.id)) };
  };
}

export const CLOSED: Change = { study: null, selected: null, hovered: null, chosen: null };

export function noticed(problem: Problem, file: string | null = null): (state: State) => Change {
  return ({ notices }) => {
    const key = 1 + Math.max(0, ...notices.map((notice) => notice.key));
    return { notices: [...notices, { key, file, problem }] };
  };
}

export function dismissed(key: number): (state: State) => Change {
  return ({ notices }) => ({ notices: notices.filter((notice) => notice.key !== key) });
}

/** Another confidence threshold; a chosen finding that it hides is no longer chosen. */
export function filtered(minConfidence: number): (state: State) => Change {
  return (state) => {
    const after = { ...state, minConfidence };
    const keep = (ref: FindingRef | null) => {
      return ref !== null && findingsOf(after, ref.analysis).some(({ id }) => id === ref.finding) ? ref : null;
    };
    return { minConfidence, hovered: keep(state.hovered), chosen: keep(state.chosen) };
  };
}

/** A finding becomes the chosen one, and its image the active one. */
export function choosing(ref: FindingRef | null): (state: State) => Change {
  return (state) => ({ chosen: ref, selected: ref?.analysis ?? state.selected });
}
