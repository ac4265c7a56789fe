import type { Preprocessed } from "../api-types";
import type { Placement } from "./cornerstone";
import { type Frame, preprocessedBox } from "./geometry";

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
