/** "Read first": nothing that the program found is shown before the reader has looked and asks for it. */

import type { Change, State } from "./state";

export interface Reveal {
  /** The reader wants to read before the program speaks. */
  readFirst: boolean;
  /** When the reader asked to see the findings of a study, ISO 8601. */
  revealedAt: Readonly<Record<string, string>>;
}

export const NOTHING_REVEALED: Reveal = { readFirst: false, revealedAt: {} };

/** Whether what the program concluded of the hanging study is kept back. */
export function isKeptBack(state: State): boolean {
  return state.readFirst && state.study !== null && !(state.study in state.revealedAt);
}

/** The one truth about whether marks are drawn. */
export function marksVisible(state: State): boolean {
  return state.marksShown && !isKeptBack(state);
}

/** The reader asks; the first time of a study stays. */
export function revealing(at: string): (state: State) => Change {
  return (state) => {
    if (!isKeptBack(state) || state.study === null) return {};
    return { marksShown: true, revealedAt: { ...state.revealedAt, [state.study]: at } };
  };
}

/** Hides and shows; the first asking in read-first mode reveals. */
export function togglingMarks(at: string): (state: State) => Change {
  return (state) => (isKeptBack(state) ? revealing(at)(state) : { marksShown: !state.marksShown });
}

export function readingFirst(readFirst: boolean): Change {
  return { readFirst, hovered: null, chosen: null };
}
