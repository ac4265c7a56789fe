/** Window and level over the full stored range; DICOM PS3.3 C.11.2. */

export interface Window {
  center: number;
  /** At least 1. */
  width: number;
}

export interface Preset extends Window {
  name: string;
}

/** Stored value -> 0..1 on screen. DICOM PS3.3 C.11.2.1.2.1 (LINEAR). */
export function windowed(stored: number, { center, width }: Window): number {
  if (width === 1) return stored <= center - 0.5 ? 0 : 1;
  return Math.min(1, Math.max(0, (stored - (center - 0.5)) / (width - 1) + 0.5));
}

/** The stored values that become black and white. */
export function rangeOf({ center, width }: Window): { lower: number; upper: number } {
  const half = Math.max(width - 1, 1e-3) / 2; // a width of 1 is a threshold
  return { lower: center - 0.5 - half, upper: center - 0.5 + half };
}

/** The window after a drag by CSS pixels: to the right wider, down darker; a pane's width is the range of the file. */
export function dragged(window: Window, dx: number, dy: number, pane: number, stored: number): Window {
  const step = stored / Math.max(200, pane);
  const width = Math.max(1, window.width + dx * step);
  const center = Math.min(stored, Math.max(0, window.center + dy * step));
  return { center, width: Math.min(width, 2 * stored) };
}

/** All that the file can hold. */
export function fullRange(bitsStored: number): Window {
  return { center: 2 ** (bitsStored - 1), width: 2 ** bitsStored };
}
