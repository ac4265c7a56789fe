import { neighbour, STARTING_CONFIDENCE } from "./findings";
import { currentView, filtered, pictureSize, shownFindings, showingVariant, type Store } from "./state";
import { fit, zoomedAt } from "./viewer/geometry";

export interface Key {
  keys: readonly string[];
  words: string;
  act(store: Store): void;
}

export function toggleMarks(store: Store): void {
  store.update(({ marksShown }) => ({ marksShown: !marksShown }));
}

export function toggleInverted(store: Store): void {
  store.update(({ inverted }) => ({ inverted: !inverted }));
}

export function resetView(store: Store): void {
  store.update({ view: null });
}

/** Back to the declared operating point. */
export function resetConfidence(store: Store): void {
  store.update(filtered(STARTING_CONFIDENCE));
}

/** Zoom about the middle of the canvas. */
export function zoom(store: Store, factor: number): void {
  store.update((state) => {
    const [view, picture, canvas] = [currentView(state), pictureSize(state), state.canvas];
    if (view === null || picture === null) return {};
    return { view: zoomedAt(view, [canvas.width / 2, canvas.height / 2], factor, fit(picture, canvas)) };
  });
}

function chooseNeighbour(store: Store, step: 1 | -1): void {
  store.update((state) => ({ chosen: neighbour(shownFindings(state), state.chosen, step), marksShown: true }));
}

function toggleVariant(store: Store): void {
  store.update(({ variant }) => showingVariant(variant === "original" ? "preprocessed" : "original"));
}

/** Every single-key command; the help shows this very table. */
export const KEYS: readonly Key[] = [
  { keys: ["m"], words: "Show or hide the marks", act: toggleMarks },
  { keys: ["n"], words: "Next finding", act: (store) => chooseNeighbour(store, 1) },
  { keys: ["p"], words: "Previous finding", act: (store) => chooseNeighbour(store, -1) },
  { keys: ["v"], words: "Original or preprocessed picture", act: toggleVariant },
  { keys: ["i"], words: "Invert black and white", act: toggleInverted },
  { keys: ["0"], words: "Show the whole picture", act: resetView },
  { keys: ["+", "="], words: "Zoom in", act: (store) => zoom(store, 1.25) },
  { keys: ["-"], words: "Zoom out", act: (store) => zoom(store, 1 / 1.25) },
  { keys: ["r"], words: `Confidence back to the declared ${STARTING_CONFIDENCE * 100} %`, act: resetConfidence },
  { keys: ["?"], words: "Show the keys", act: (store) => store.update({ helpShown: true }) },
];

function isTyping(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return target.type !== "range";
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

/** Single keys work everywhere but while typing or reading the help, and can be switched off (WCAG 2.1.4). */
export function listenToKeys(store: Store): void {
  document.addEventListener("keydown", (event) => {
    const { singleKeys, helpShown } = store.state;
    if (event.ctrlKey || event.metaKey || event.altKey || helpShown || isTyping(event.target)) return;
    const key = KEYS.find(({ keys }) => keys.includes(event.key.toLowerCase()));
    if (key === undefined || !singleKeys) return;
    event.preventDefault();
    key.act(store);
  });
}
