import type { Kind } from "../api-types";
import { el } from "../dom";
import { KIND_NAMES, MALIGNANCY_STAND_IN } from "../words";

/** What the lines and numbers over the picture mean; the line styles repeat MARK_STYLES of the canvas. */
export function createLegend(): HTMLElement {
  return el(
    "p",
    { class: "legend" },
    ...(["mass", "calcification_cluster"] satisfies Kind[]).map((kind) =>
      el("span", {}, swatch(kind), KIND_NAMES[kind]),
    ),
    el("span", {}, `conf. = detector confidence; malig. = probability of malignancy: ${MALIGNANCY_STAND_IN}`),
  );
}

export function swatch(kind: Kind): HTMLElement {
  return el("span", { class: `swatch ${kind}`, "aria-hidden": "true" });
}
