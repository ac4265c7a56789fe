import type { Kind } from "../api-types";

/** Told apart by lightness against the halo and by line, so also in grey and with any colour vision. */
export const MARK_STYLES: Record<Kind, { color: string; dash: readonly number[] }> = {
  mass: { color: "#ffe45c", dash: [] },
  calcification_cluster: { color: "#7fe9ff", dash: [7, 5] },
};
