import type { Kind } from "../api-types";
import { el } from "../dom";
import { currentDocument, type Store } from "../state";
import { describeImage, KIND_NAMES, MALIGNANCY_STAND_IN } from "../words";

const NUMBERS = `conf. = the detector's confidence · malig. = probability of malignancy: ${MALIGNANCY_STAND_IN}`;

/** What the lines (as MARK_STYLES of the canvas) and numbers over the picture mean, and the picture's facts. */
export function createLegend(store: Store): HTMLElement {
  const kinds = (["mass", "calcification_cluster"] satisfies Kind[]).map((kind) =>
    el("span", {}, swatch(kind), KIND_NAMES[kind]),
  );
  const facts = el("p", { class: "image-facts" });
  store.watch((s) => [currentDocument(s)], (s) => {
    const document = currentDocument(s);
    facts.textContent = document === null ? "" : describeImage(document.image);
  });
  return el("div", { class: "legend" }, el("p", { class: "kinds" }, ...kinds), facts, el("p", {}, NUMBERS));
}

export function swatch(kind: Kind): HTMLElement {
  return el("span", { class: `swatch ${kind}`, "aria-hidden": "true" });
}
