/** What the reader says about the images: verdicts on marks, own marks, picks and words; each image can be undone. */

import type { Drawn, Opinion, Point, Verdict } from "../api-types";
import type { Change, State } from "./state";

/** What can be said and taken back. */
export interface Said {
  marks: Verdict["marks"];
  drawn: Verdict["drawn"];
  birads: Verdict["birads"];
  density: Verdict["density"];
  text: string;
}

/** `conflict`: somebody saved another version meanwhile; `failed`: the server did not take it, it is tried again. */
export type Saving = "saved" | "unsaved" | "saving" | "conflict" | "failed";

/** The verdict of one reader on one image, as it stands on this page. */
export interface Entry {
  said: Said;
  past: readonly Said[];
  future: readonly Said[];
  /** ETag of the server's version that this one follows; null until the server has answered. */
  version: string | null;
  /** As the server has them; the first times stay. */
  openedAt: string | null;
  revealedAt: string | null;
  saving: Saving;
}

/** A shape that is being drawn, in pixels of the image; of an ellipse two opposite corners. */
export interface Drawing {
  analysis: string;
  shape: Drawn["shape"];
  points: readonly Point[];
}

export interface Verdicts {
  /** A name the reader chose, no account; "" until then. */
  reader: string;
  readerAsked: boolean;
  /** By image, of this reader. */
  verdicts: Readonly<Record<string, Entry>>;
  drawing: Drawing | null;
  /** When an image was first on the screen, and when marks were first on it: ISO 8601, by image. */
  openedAt: Readonly<Record<string, string>>;
  shownAt: Readonly<Record<string, string>>;
}

export const NOTHING_SAID: Verdicts = {
  reader: "", readerAsked: false, verdicts: {}, drawing: null, openedAt: {}, shownAt: {},
};

const BLANK: Said = { marks: [], drawn: [], birads: null, density: null, text: "" };
const BLANK_ENTRY: Entry = {
  said: BLANK, past: [], future: [], version: null, openedAt: null, revealedAt: null, saving: "saved",
};
const MOST_STEPS = 200;
const LONGEST_TEXT = 4000; // characters, as the server takes them
const LONGEST_FREEHAND = 5000; // points
export const MOST_DRAWN = 200;
const NAME = /^[\p{L}\p{N}_][\p{L}\p{N}_ .-]{0,39}$/u;

/* What can be read. */

export function entryOf(state: State, id: string): Entry {
  return state.verdicts[id] ?? BLANK_ENTRY;
}

export function opinionOn(state: State, id: string, finding: number): Opinion | null {
  return entryOf(state, id).said.marks.find((mark) => mark.finding === finding)?.verdict ?? null;
}

export function isReaderName(name: string): boolean {
  return NAME.test(name);
}

/** What the server is sent: what was said, with the times of this reading. */
export function verdictOf(state: State, id: string, now: string): Verdict {
  const { said, openedAt, revealedAt } = entryOf(state, id);
  return {
    reader: state.reader,
    opened_at: openedAt ?? state.openedAt[id] ?? now,
    revealed_at: revealedAt ?? state.shownAt[id] ?? null,
    ...said,
    slider: state.minConfidence,
  };
}

/* Changes. */

function withEntry(state: State, id: string, change: Partial<Entry>): Change {
  return { verdicts: { ...state.verdicts, [id]: { ...entryOf(state, id), ...change } } };
}

/** Something else is said; what was said before can be brought back. Without a reader's name the name is asked for. */
function saying(id: string, change: (said: Said) => Partial<Said>): (state: State) => Change {
  return (state) => {
    if (state.reader === "") return { readerAsked: true };
    const { said, past } = entryOf(state, id);
    const steps = [...past, said].slice(-MOST_STEPS);
    return withEntry(state, id, { said: { ...said, ...change(said) }, past: steps, future: [], saving: "unsaved" });
  };
}

/** The reader's opinion on a finding; null, or the same opinion again, takes it back. */
export function judging(id: string, finding: number, verdict: Opinion, at: string): (state: State) => Change {
  return (state) => {
    const isSame = opinionOn(state, id, finding) === verdict;
    return saying(id, ({ marks }) => {
      const others = marks.filter((mark) => mark.finding !== finding);
      return { marks: isSame ? others : [...others, { finding, verdict, at }] };
    })(state);
  };
}

export function picking(id: string, pick: Partial<Pick<Said, "birads" | "density">>): (state: State) => Change {
  return saying(id, () => pick);
}

/** Letters typed one after the other are one step of undoing. */
export function writing(id: string, text: string): (state: State) => Change {
  return (state) => {
    const { said, past, future } = entryOf(state, id);
    const before = past.at(-1);
    const goesOn = future.length === 0 && before !== undefined && differsInText(before, said);
    const cut = text.slice(0, LONGEST_TEXT);
    if (!goesOn) return saying(id, () => ({ text: cut }))(state);
    return withEntry(state, id, { said: { ...said, text: cut }, saving: "unsaved" });
  };
}

/** In nothing but the text. */
function differsInText(a: Said, b: Said): boolean {
  const isElseSame = a.marks === b.marks && a.drawn === b.drawn && a.birads === b.birads && a.density === b.density;
  return a.text !== b.text && isElseSame;
}

/** A shape is being drawn; an ellipse has the corners that the pointer went down at and is at now. */
export function drawingTo(id: string, shape: Drawn["shape"], start: Point, at: Point): (state: State) => Change {
  return ({ drawing }) => {
    const goesOn = drawing?.analysis === id && drawing.shape === shape;
    const before = goesOn ? drawing.points : [start];
    const points = shape === "ellipse" ? [start, at] : [...before, at].slice(0, LONGEST_FREEHAND);
    return { drawing: { analysis: id, shape, points } };
  };
}

/** The shape is kept as a mark of the reader's own; one too small to be meant is dropped. */
export function drawn(at: string): (state: State) => Change {
  return (state) => {
    const { drawing } = state;
    if (drawing === null) return {};
    const { analysis, shape, points } = drawing;
    const mark = { shape, points: inside(state, analysis, points), at };
    const isFull = entryOf(state, analysis).said.drawn.length >= MOST_DRAWN;
    if (!isMeant(mark) || isFull) return { drawing: null };
    return { drawing: null, ...saying(analysis, (said) => ({ drawn: [...said.drawn, mark] }))(state) };
  };
}

/** The server takes points inside the image only. */
function inside(state: State, id: string, points: readonly Point[]): Point[] {
  const image = state.details[id]?.analysis?.image;
  const [width, height] = [image?.width ?? Infinity, image?.height ?? Infinity];
  const rounded = (value: number, most: number) => Math.round(Math.min(Math.max(value, 0), most) * 10) / 10;
  return points.map(([x, y]) => [rounded(x, width), rounded(y, height)]);
}

function isMeant({ shape, points }: Pick<Drawn, "shape" | "points">): boolean {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const extent = Math.min(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys));
  return extent >= 2 && points.length >= (shape === "ellipse" ? 2 : 3);
}

export function erasing(id: string, at: number): (state: State) => Change {
  return saying(id, (said) => ({ drawn: said.drawn.filter((_, i) => i !== at) }));
}

export function undoing(id: string): (state: State) => Change {
  return (state) => {
    const { said, past, future } = entryOf(state, id);
    const before = past.at(-1);
    if (before === undefined) return {};
    return withEntry(state, id, {
      said: before, past: past.slice(0, -1), future: [said, ...future], saving: "unsaved",
    });
  };
}

export function redoing(id: string): (state: State) => Change {
  return (state) => {
    const { said, past, future } = entryOf(state, id);
    const [after, ...later] = future;
    if (after === undefined) return {};
    return withEntry(state, id, { said: after, past: [...past, said], future: later, saving: "unsaved" });
  };
}

/** Another reader: nobody sees what others said. */
export function readingAs(reader: string): Change {
  return { reader, readerAsked: false, verdicts: {}, drawing: null };
}

/** The server's own version; null where it has none. What was said here meanwhile stays, and is saved after it. */
export function loaded(id: string, verdict: Verdict | null, version: string): (state: State) => Change {
  return (state) => {
    const now = entryOf(state, id);
    const times = { openedAt: verdict?.opened_at ?? null, revealedAt: verdict?.revealed_at ?? null, version };
    const isUntouched = now.saving === "saved" && now.past.length === 0;
    return withEntry(state, id, isUntouched ? { ...times, said: saidIn(verdict) } : times);
  };
}

/** What was said on an earlier visit and did not reach the server; it can be undone like anything said now. */
export function restoring(id: string, said: Said): (state: State) => Change {
  return saying(id, () => said);
}

/** The server's version takes the place of what stands here. */
export function takingTheirs(id: string, verdict: Verdict | null, version: string): (state: State) => Change {
  return (state) => {
    const before = { ...state, verdicts: { ...state.verdicts, [id]: BLANK_ENTRY } };
    return loaded(id, verdict, version)(before);
  };
}

function saidIn(verdict: Verdict | null): Said {
  if (verdict === null) return BLANK;
  const { marks, drawn, birads, density, text } = verdict;
  return { marks, drawn, birads, density, text };
}

/** What was sent has become `version`; what was said while it was on its way is still to be saved. */
export function saved(id: string, sent: Verdict, version: string): (state: State) => Change {
  return (state) => {
    const times = { openedAt: sent.opened_at, revealedAt: sent.revealed_at, version };
    const isAll = JSON.stringify(saidIn(sent)) === JSON.stringify(entryOf(state, id).said);
    return withEntry(state, id, { ...times, saving: isAll ? "saved" : "unsaved" });
  };
}

export function standing(id: string, saving: Saving): (state: State) => Change {
  return (state) => withEntry(state, id, { saving });
}

/** The images are on the screen, with marks on them or not; the first time of each stays. */
export function seen(ids: readonly string[], withMarks: boolean, at: string): (state: State) => Change {
  return ({ openedAt, shownAt }) => {
    const times = Object.fromEntries(ids.map((id) => [id, at]));
    const isNew = (known: Readonly<Record<string, string>>) => ids.some((id) => !(id in known));
    return {
      ...(isNew(openedAt) ? { openedAt: { ...times, ...openedAt } } : {}),
      ...(withMarks && isNew(shownAt) ? { shownAt: { ...times, ...shownAt } } : {}),
    };
  };
}
