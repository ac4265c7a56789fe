import type { Variant } from "../api-types";
import { el } from "../dom";
import { resetView, toggleInverted, toggleMarks, zoom } from "../keys";
import { currentDetail, currentDocument, showingVariant, type State, type Store } from "../state";

/** What can be done with the picture, each with its key. */
export function createToolbar(store: Store): HTMLElement {
  return el(
    "div",
    { class: "toolbar", role: "toolbar", "aria-label": "Picture" },
    variantSwitch(store),
    toggle(store, "Marks", "m", (s) => s.marksShown, () => toggleMarks(store)),
    toggle(store, "Invert", "i", (s) => s.inverted, () => toggleInverted(store)),
    button("−", "Zoom out (-)", () => zoom(store, 1 / 1.25)),
    button("+", "Zoom in (+)", () => zoom(store, 1.25)),
    button("Reset", "Show the whole picture (0 or double click)", () => resetView(store)),
    button("Keys", "Show the keys (?)", () => store.update({ helpShown: true })),
  );
}

function button(words: string, title: string, act: () => void): HTMLButtonElement {
  return el("button", { type: "button", title, "aria-label": title, onclick: act }, words);
}

function toggle(
  store: Store,
  words: string,
  key: string,
  isOn: (state: State) => boolean,
  act: () => void,
): HTMLButtonElement {
  const element = el("button", { type: "button", class: "toggle", title: `${words} (${key})`, onclick: act }, words);
  store.watch((s) => [isOn(s)], (s) => element.setAttribute("aria-pressed", String(isOn(s))));
  return element;
}

function isWithoutPreprocessed(state: State): boolean {
  return currentDocument(state) !== null && currentDetail(state)?.preprocessed === null;
}

function variantSwitch(store: Store): HTMLElement {
  const options: readonly [Variant, string][] = [["original", "Original"], ["preprocessed", "Preprocessed"]];
  const buttons = options.map(([variant, words]) => {
    const show = () => store.update(showingVariant(variant));
    const title = `${words} picture (v)`;
    const element = el("button", { type: "button", class: "toggle", title, onclick: show }, words);
    store.watch((s) => [s.variant, currentDetail(s)], (s) => {
      element.setAttribute("aria-pressed", String(s.variant === variant));
      element.disabled = variant === "preprocessed" && isWithoutPreprocessed(s);
    });
    return element;
  });
  return el("span", { class: "segmented", role: "group", "aria-label": "Picture shown" }, ...buttons);
}
