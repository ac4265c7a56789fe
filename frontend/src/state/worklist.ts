/** The studies on this machine: what can be read of them, and how they change. */

import type { AnalysisSummary, Study } from "../api-types";
import { type Change, CLOSED, listed, opening, type State, studyOf } from "./state";

/** What was deleted last and can still be brought back. */
export interface Binned {
  study: string;
  label: string;
}

/** All studies anew, as the server lists them. */
export function learned(studies: readonly Study[]): Change {
  return {
    studies: Object.fromEntries(studies.map((study) => [study.id, study])),
    ...listed(studies.flatMap(({ analyses, id }) => analyses.map((line) => ({ ...line, study: line.study ?? id })))),
  };
}

/** A study is gone; the one below it in the list, else the one above, is opened in its place. */
export function withoutStudy(study: string): (state: State) => Change {
  return (state) => {
    const rows = rowsOf(state);
    const gone = new Set(rows.find(({ id }) => id === study)?.lines.map(({ id }) => id));
    const left = rows.filter(({ id }) => id !== study);
    const next = left[Math.min(rows.findIndex(({ id }) => id === study), left.length - 1)];
    const first = next?.lines[0];
    const place = first === undefined ? CLOSED : opening(studyOf(first), first.id);
    return {
      analyses: state.analyses.filter(({ id }) => !gone.has(id)),
      details: Object.fromEntries(Object.entries(state.details).filter(([id]) => !gone.has(id))),
      ...(state.study === study ? place : {}),
    };
  };
}

/** One image is new or has changed. A study that is new has to be asked for. */
export function lineChanged(line: AnalysisSummary): (state: State) => Change {
  return (state) => {
    const isKnown = state.analyses.some(({ id }) => id === line.id);
    const analyses = state.analyses.map((entry) => (entry.id === line.id ? { ...entry, ...line } : entry));
    return { ...listed(isKnown ? analyses : [...analyses, line]), ...inDetails(state, line) };
  };
}

/** The progress of an image whose details are known; what became of it is fetched. */
function inDetails({ details }: State, { id, state, stage }: AnalysisSummary): Change {
  const detail = details[id];
  if (detail === undefined || state !== "running") return {};
  return { details: { ...details, [id]: { ...detail, state, stage: stage ?? detail.stage } } };
}

/** A study of the worklist: its lines, and what else the server told of it, if it has yet. */
export interface Row {
  id: string;
  label: string;
  lines: readonly AnalysisSummary[];
  study: Study | null;
}

const VIEWS = ["RCC", "LCC", "RMLO", "LMLO"];

export function viewName({ laterality, view }: Pick<AnalysisSummary, "laterality" | "view">): string {
  return `${laterality ?? ""}${view ?? ""}`;
}

/** Newest first; of a study the views in the usual order. */
export function rowsOf(state: State): Row[] {
  const ids = [...new Set(state.analyses.map(studyOf))];
  return ids.map((id) => {
    const study = state.studies[id] ?? null;
    const lines = state.analyses.filter((line) => studyOf(line) === id).toSorted((a, b) => placeOf(a) - placeOf(b));
    return { id, study, lines, label: study?.label ?? lines[0]?.file ?? id };
  });
}

function placeOf(line: AnalysisSummary): number {
  const at = VIEWS.indexOf(viewName(line));
  return at < 0 ? VIEWS.length : at;
}

/** Rows in whose label, files, views or dates every word of `search` occurs. */
export function matching(rows: readonly Row[], search: string): Row[] {
  const words = search.toLowerCase().split(/\s+/).filter((word) => word !== "");
  return rows.filter(({ label, lines, study }) => {
    const dates = [study?.acquired, study === null ? null : dayOf(study.created)];
    const facts = [label, ...dates, ...lines.flatMap((line) => [line.file, viewName(line), line.acquired])];
    const text = facts.join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** "2026-11-20" of a time as the server says it. */
export function dayOf(time: string | number): string {
  const date = new Date(typeof time === "number" ? time * 1000 : time);
  return Number.isNaN(date.getTime()) ? String(time) : date.toISOString().slice(0, 10);
}

export interface Progress {
  done: number;
  failed: number;
  of: number;
  /** Of the image that is being worked on. */
  stage: string | null;
  isRunning: boolean;
}

export function progressOf(lines: readonly AnalysisSummary[]): Progress {
  const running = lines.find(({ state }) => state === "running");
  const count = (state: string) => lines.filter((line) => line.state === state).length;
  const [done, failed] = [count("done"), count("failed")];
  const isRunning = done + failed < lines.length;
  return { done, failed, of: lines.length, stage: running?.stage ?? null, isRunning };
}
