import type { ComponentType } from "preact";
import { Dock } from "./Dock";
import { Findings } from "./Findings";

/** The panels at the right, from top to bottom; each draws itself from the store and takes nothing. */
export const RESULT_PANELS: readonly { id: string; Panel: ComponentType }[] = [
  { id: "findings", Panel: Findings },
  { id: "dock", Panel: Dock },
];
