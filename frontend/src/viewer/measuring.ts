import type { Point } from "../api-types";
import type { Change, Measure, State } from "../state/state";
import { imagePointAt } from "../state/viewing";
import type { T } from "../words";
import type { Frame } from "./geometry";

/** A length between two canvas points of the pane of `id` is being drawn, in pixels of the image. */
export function measuring(id: string, start: Point, end: Point): (state: State) => Change {
  return (state) => {
    const [from, to] = [imagePointAt(state, id, start), imagePointAt(state, id, end)];
    return from === null || to === null ? {} : { measuring: { analysis: id, from, to } };
  };
}

/** The length that was being drawn is kept. */
export function measured(state: State): Change {
  if (state.measuring === null) return {};
  const { analysis, from, to } = state.measuring;
  const before = state.measures[analysis] ?? [];
  const id = 1 + Math.max(0, ...before.map((measure) => measure.id));
  return { measuring: null, measures: { ...state.measures, [analysis]: [...before, { id, from, to }] } };
}

/** In the unit of the frame: millimetres at the detector, or pixels where the spacing is unknown. */
export function lengthOf({ spacing }: Frame, { from, to }: Pick<Measure, "from" | "to">): number {
  return Math.hypot((to[0] - from[0]) * spacing[0], (to[1] - from[1]) * spacing[1]);
}

export function lengthWords(t: T, frame: Frame, measure: Measure): string {
  const length = lengthOf(frame, measure);
  return frame.unit === "mm" ? t("length.mm", { n: length.toFixed(1) }) : t("length.px", { n: Math.round(length) });
}

/** The lengths of one picture, with the one that is being drawn. */
export function measuresOf(state: State, id: string): Measure[] {
  const drawn = state.measuring?.analysis === id ? [{ ...state.measuring, id: 0 }] : [];
  return [...(state.measures[id] ?? []), ...drawn];
}
