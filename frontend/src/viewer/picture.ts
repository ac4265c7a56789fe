import type { Preprocessed } from "../api-types";
import { lookOf, type State } from "../state/state";
import { frameOf } from "../state/viewing";
import type { Picture, Placement } from "./cornerstone";
import { type Frame, preprocessedBox } from "./geometry";
import type { Pixels } from "./pixels";

/** Where the picture as it was sent lies. */
export function originalPlacement({ spacing, mirrored }: Frame): Placement {
  return { corner: [0, 0], step: spacing, mirrored };
}

/** Where the preprocessed picture lies: over the part of the original that it was cut from, so that nothing jumps. */
export function preprocessedPlacement({ width, spacing, mirrored }: Frame, made: Preprocessed): Placement {
  const box = preprocessedBox(made);
  const left = mirrored ? width - box.x - box.width : box.x;
  return {
    corner: [left * spacing[0], box.y * spacing[1]],
    step: [spacing[0] / made.scale_x, spacing[1] / made.scale_y],
    mirrored: made.flipped !== mirrored,
  };
}

/** The picture of an image as the state wants it, of the pixels of its variant; null until the analysis is done. */
export function pictureOf(state: State, id: string, { levels }: Pixels): Picture | null {
  const { variant } = lookOf(state, id);
  const frame = frameOf(state, id);
  const made = state.details[id]?.preprocessed ?? null;
  if (frame === null) return null;
  const isMade = variant === "preprocessed" && made !== null;
  const placement = isMade ? preprocessedPlacement(frame, made) : originalPlacement(frame);
  return { key: `${id}/${variant}${placement.mirrored ? "/mirrored" : ""}`, levels, placement };
}
