import type { AnalysisDetail, AnalysisDocument, AnalysisSummary, ModelCard, Problem, Variant } from "./api-types";
import { confident, STARTING_CONFIDENCE } from "./findings";
import { fit, type Mark, marksIn, type Size, type View } from "./viewer/geometry";

/** A problem the reader has not dismissed yet; `file` is null where it concerns no single file. */
export interface Notice {
  key: number;
  file: string | null;
  problem: Problem;
}

export interface State {
  /** Newest first. */
  analyses: readonly AnalysisSummary[];
  /** Names of the files on their way to the server. */
  sending: readonly string[];
  details: Readonly<Record<string, AnalysisDetail>>;
  selected: string | null;
  notices: readonly Notice[];
  /** Null until the server has answered. */
  models: readonly ModelCard[] | null;
  /** 0.05..1; filters here, in the browser. */
  minConfidence: number;
  variant: Variant;
  inverted: boolean;
  marksShown: boolean;
  hovered: number | null;
  chosen: number | null;
  /** Null while the whole picture is fitted into the canvas. */
  view: View | null;
  canvas: Size;
  helpShown: boolean;
  singleKeys: boolean;
}

export type Change = Partial<State>;

export const EMPTY: State = {
  analyses: [],
  sending: [],
  details: {},
  selected: null,
  notices: [],
  models: null,
  minConfidence: STARTING_CONFIDENCE,
  variant: "original",
  inverted: false,
  marksShown: true,
  hovered: null,
  chosen: null,
  view: null,
  canvas: { width: 1, height: 1 },
  helpShown: false,
  singleKeys: true,
};

/** The one place where the page's state lives. Panels watch a part of it and change it through `update`. */
export class Store {
  #state: State;
  readonly #watchers = new Set<() => void>();

  constructor(state: State = EMPTY) {
    this.#state = state;
  }

  get state(): State {
    return this.#state;
  }

  update(change: Change | ((state: State) => Change)): void {
    this.#state = { ...this.#state, ...(typeof change === "function" ? change(this.#state) : change) };
    for (const watcher of this.#watchers) watcher();
  }

  /** Call `react` now, and again whenever one of the values that `select` lists is another one. */
  watch(select: (state: State) => readonly unknown[], react: (state: State) => void): void {
    let seen: readonly unknown[] | null = null;
    const look = () => {
      const now = select(this.#state);
      if (seen !== null && now.length === seen.length && now.every((value, i) => Object.is(value, seen?.[i]))) return;
      seen = now;
      react(this.#state);
    };
    this.#watchers.add(look);
    look();
  }
}

export function isFinished(analysis: { state: AnalysisSummary["state"] }): boolean {
  return analysis.state === "done" || analysis.state === "failed";
}

export function currentDetail(state: State): AnalysisDetail | null {
  return state.selected === null ? null : (state.details[state.selected] ?? null);
}

export function currentDocument(state: State): AnalysisDocument | null {
  return currentDetail(state)?.analysis ?? null;
}

/** The findings the slider leaves, in the document's order. */
export function shownFindings(state: State): AnalysisDocument["findings"] {
  return confident(currentDocument(state)?.findings ?? [], state.minConfidence);
}

/** The frame of the shown picture in pixels, or null while there is none. */
export function pictureSize(state: State): Size | null {
  const detail = currentDetail(state);
  return (state.variant === "original" ? detail?.analysis?.image : detail?.preprocessed) ?? null;
}

export function currentView(state: State): View | null {
  const picture = pictureSize(state);
  return picture === null ? null : (state.view ?? fit(picture, state.canvas));
}

/** What is drawn over the picture, in the pixels of the picture that is shown. */
export function currentMarks(state: State): Mark[] {
  if (!state.marksShown) return [];
  const frame = state.variant === "original" ? null : (currentDetail(state)?.preprocessed ?? null);
  return marksIn(frame, shownFindings(state));
}

export function selecting(id: string | null): Change {
  return { selected: id, view: null, hovered: null, chosen: null };
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

/** Without analysis `id`; what was next in the list is selected in its place. */
export function removed(id: string): (state: State) => Change {
  return ({ analyses, details, selected }) => {
    const at = analyses.findIndex((entry) => entry.id === id);
    const left = analyses.filter((entry) => entry.id !== id);
    const others = Object.fromEntries(Object.entries(details).filter(([key]) => key !== id));
    const next = left[Math.min(Math.max(at, 0), left.length - 1)]?.id ?? null;
    return { analyses: left, details: others, ...(selected === id ? selecting(next) : {}) };
  };
}

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
    const left = new Set(shownFindings({ ...state, minConfidence }).map((finding) => finding.id));
    const keep = (id: number | null) => (id !== null && left.has(id) ? id : null);
    return { minConfidence, hovered: keep(state.hovered), chosen: keep(state.chosen) };
  };
}

/** The other picture has another frame, so it is shown whole. */
export function showingVariant(variant: Variant): Change {
  return { variant, view: null };
}
