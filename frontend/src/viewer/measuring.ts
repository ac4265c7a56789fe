import type { Point } from "../api-types";
import type { Change, Measure, State } from "../state/state";
import { frameOf, imagePointAt } from "../state/viewing";
import type { T } from "../words";
import type { Frame } from "./geometry";

/** A length between two canvas points of the pane of `id` is kept, in pixels of the image. */
export function measured(id: string, start: Point, end: Point): (state: State) => Change {
  return (state) => {
    const [from, to] = [imagePointAt(state, id, start), imagePointAt(state, id, end)];
    if (from === null || to === null) return {};
    const before = state.measures[id] ?? [];
    const next = 1 + Math.max(0, ...before.map((measure) => measure.id));
    return { measures: { ...state.measures, [id]: [...before, { id: next, from, to }] } };
  };
}

/** In the unit of the frame: millimetres at the detector, or pixels where the spacing is unknown. */
export function lengthOf({ spacing }: Frame, { from, to }: Pick<Measure, "from" | "to">): number {
  return Math.hypot((to[0] - from[0]) * spacing[0], (to[1] - from[1]) * spacing[1]);
}

export function lengthWords(t: T, frame: Frame, measure: Measure): string {
  const length = lengthOf(frame, measure);
  return frame.unit === "mm" ? t("length.mm", { n: length.toFixed(1) }) : t("length.px", { n: Math.round(length) });
}

export function measuresOf(state: State, id: string): readonly Measure[] {
  return frameOf(state, id) === null ? NONE : (state.measures[id] ?? NONE);
}

const NONE: readonly Measure[] = [];
