import { expect, test } from "vitest";
import { STARTING_CONFIDENCE } from "./findings";
import { rememberConfidence, rememberedConfidence } from "./remembered";

function memory(...entries: [string, string][]) {
  const kept = new Map(entries);
  return {
    kept,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
}

test("the reader's own threshold comes back", () => {
  const browser = memory();
  rememberConfidence(browser, 0.45);
  expect(rememberedConfidence(browser)).toBe(0.45);
});

test("going back to the declared point forgets it", () => {
  const browser = memory();
  rememberConfidence(browser, 0.45);
  rememberConfidence(browser, STARTING_CONFIDENCE);
  expect(browser.kept.size).toBe(0);
  expect(rememberedConfidence(browser)).toBe(STARTING_CONFIDENCE);
});

test.each([["nonsense", STARTING_CONFIDENCE], ["", STARTING_CONFIDENCE], ["7", 1], ["-1", 0.05]])(
  "a kept %j starts the slider at %d",
  (kept, start) => expect(rememberedConfidence(memory(["mammoscope.min-confidence", kept]))).toBe(start),
);

test("a browser without memory, or one that refuses, is no obstacle", () => {
  const refuse = () => {
    throw new DOMException("no", "SecurityError");
  };
  const refusing = { getItem: refuse, setItem: refuse, removeItem: refuse };
  for (const browser of [null, refusing]) {
    rememberConfidence(browser, 0.7);
    expect(rememberedConfidence(browser)).toBe(STARTING_CONFIDENCE);
  }
});
