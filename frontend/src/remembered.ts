import { clampConfidence, STARTING_CONFIDENCE } from "./findings";

type Memory = Pick<Storage, "getItem" | "setItem" | "removeItem">;

const KEY = "mammoscope.min-confidence";

/** The reader's own threshold of an earlier visit to this page, else the one it starts with. */
export function rememberedConfidence(memory: Memory | null): number {
  const value = Number.parseFloat(tried(() => memory?.getItem(KEY)) ?? "");
  return Number.isFinite(value) ? clampConfidence(value) : STARTING_CONFIDENCE;
}

/** Nothing is kept while the threshold is the one that everybody starts with. */
export function rememberConfidence(memory: Memory | null, confidence: number): void {
  tried(() => {
    if (confidence === STARTING_CONFIDENCE) memory?.removeItem(KEY);
    else memory?.setItem(KEY, String(confidence));
  });
}

/** The browser's memory for this address; null where the reader forbids it. */
export function browserMemory(): Memory | null {
  return tried(() => window.localStorage) ?? null;
}

/** Browsers throw where memory is full or forbidden; the page then goes on without it. */
function tried<T>(action: () => T): T | null {
  try {
    return action();
  } catch {
    return null;
  }
}
