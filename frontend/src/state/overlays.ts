/** Maps and masks over a picture: which one, and what is asked of the server for it. */

import { heatmapUrl, maskingMapUrl, maskUrl } from "../api";
import type { Change, FindingRef, State } from "./state";

export type HeatmapModel = "pathology" | "masking" | "cancer" | "hybrid" | "microcalcification";

export type Overlay =
  | { name: "mask" }
  | { name: "masking-map"; analysis: string }
  | { name: "heatmap"; analysis: string; model: HeatmapModel; method: "gradcam" | "occlusion"; finding: number | null };

export type OverlayName = Overlay["name"];

/** Why a network said what it said: of a mass its malignancy, else that the picture shows cancer. */
export function heatmapOf(state: State, ref: FindingRef): Overlay {
  const finding = state.details[ref.analysis]?.analysis?.findings.find(({ id }) => id === ref.finding);
  const isMass = finding?.kind === "mass" && finding.pathology !== null;
  const own = isMass ? "pathology" : finding?.calcifications != null ? "microcalcification" : null;
  const model = own === null ? WHOLE : { model: own, finding: ref.finding } as const;
  return { name: "heatmap", analysis: ref.analysis, method: "gradcam", ...model };
}

const WHOLE = { model: "cancer", finding: null } as const;

function overlayFor(state: State, name: OverlayName): Overlay | null {
  if (name === "mask") return { name };
  if (state.selected === null) return null;
  if (name === "masking-map") return { name, analysis: state.selected };
  if (state.chosen?.analysis === state.selected) return heatmapOf(state, state.chosen);
  return { name, analysis: state.selected, method: "gradcam", ...WHOLE };
}

/** Show that overlay for the active picture and chosen finding, or hide it where it is shown already. */
export function togglingOverlay(name: OverlayName): (state: State) => Change {
  return (state) => {
    const next = overlayFor(state, name);
    return { overlay: JSON.stringify(next) === JSON.stringify(state.overlay) ? null : next };
  };
}

/** The heatmap of one finding, from its row in the list; the same again hides it. */
export function togglingHeatmap(ref: FindingRef): (state: State) => Change {
  return (state) => {
    const next = heatmapOf(state, ref);
    return { overlay: JSON.stringify(next) === JSON.stringify(state.overlay) ? null : next };
  };
}

/** The overlay of one picture; null where it has none. */
export function overlayOn(state: State, id: string): Overlay | null {
  const { overlay } = state;
  return overlay === null || overlay.name === "mask" || overlay.analysis === id ? overlay : null;
}

/** Where its picture comes from. Maps are asked for without transparency of their own: opacity is set here. */
export function overlayUrl(overlay: Overlay, id: string): string {
  if (overlay.name === "mask") return maskUrl(id);
  if (overlay.name === "masking-map") return `${maskingMapUrl(id)}?opacity=1`;
  return `${heatmapUrl(id, overlay.model, overlay.method, overlay.finding)}&opacity=1`;
}
