import { el, setText } from "../dom";
import { clampConfidence, HIGHEST_CONFIDENCE, LOWEST_CONFIDENCE, STARTING_CONFIDENCE } from "../findings";
import { resetConfidence } from "../keys";
import { operatingOf } from "../operating";
import { currentDocument, filtered, shownFindings, type State, type Store } from "../state";
import { countOfMarks, operatingWords, percent } from "../words";

/** The confidence threshold, and what is known of the detector there. It filters here; it asks nothing. */
export function createSlider(store: Store): HTMLElement {
  const slider = el("input", {
    type: "range",
    id: "min-confidence",
    min: LOWEST_CONFIDENCE,
    max: HIGHEST_CONFIDENCE,
    step: 0.01,
    "aria-describedby": "operating",
  });
  const value = el("output", { for: "min-confidence", class: "threshold" });
  const count = el("p", { class: "count", role: "status", "data-testid": "count" });
  slider.addEventListener("input", () => store.update(filtered(clampConfidence(slider.valueAsNumber))));
  store.watch((s) => [s.minConfidence], ({ minConfidence }) => {
    slider.value = String(minConfidence);
    value.textContent = `${Math.round(minConfidence * 100)} %`;
    slider.setAttribute("aria-valuetext", value.textContent);
  });
  store.watch((s) => [currentDocument(s), s.minConfidence, s.marksShown], (s) => setText(count, countWords(s)));
  const label = el("label", { for: "min-confidence" }, "Show from confidence");
  return el("div", { class: "slider" }, label, value, slider, createDeclared(store), createOperating(store), count);
}

/** A tick under the track at the declared operating point; pressed, it brings the handle back there. */
function createDeclared(store: Store): HTMLElement {
  const words = `Declared: ${percent(STARTING_CONFIDENCE)}`;
  const title = "The declared operating point. Press to go back to it (R).";
  const button = el("button", { type: "button", title, onclick: () => resetConfidence(store) }, words);
  const place = el("div", { class: "declared" }, button);
  const share = (STARTING_CONFIDENCE - LOWEST_CONFIDENCE) / (HIGHEST_CONFIDENCE - LOWEST_CONFIDENCE);
  place.style.setProperty("--share", String(share));
  showWithPoints(store, place);
  return place;
}

function createOperating(store: Store): HTMLElement {
  const line = el("p", { class: "note operating", id: "operating", "data-testid": "operating" });
  store.watch((s) => [s.models, s.minConfidence], ({ models, minConfidence }) => {
    const operating = operatingOf(models ?? []);
    setText(line, operating === null ? "" : operatingWords(operating, minConfidence));
  });
  showWithPoints(store, line);
  return line;
}

/** Its place is kept until we know whether the detector's card states any points. */
function showWithPoints(store: Store, element: HTMLElement): void {
  store.watch((s) => [s.models], ({ models }) => {
    element.hidden = models !== null && operatingOf(models) === null;
    element.classList.toggle("to-come", models === null);
  });
}

function countWords(state: State): string {
  const document = currentDocument(state);
  if (document === null) return "No analysis yet";
  const words = countOfMarks(shownFindings(state).length, document.findings.length);
  return state.marksShown ? words : `${words} (marks hidden)`;
}
