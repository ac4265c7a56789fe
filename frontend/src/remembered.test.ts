import { expect, test } from "vitest";
import { STARTING_CONFIDENCE } from "./findings";
import { remember, remembered } from "./remembered";
import { EMPTY } from "./state/state";

function memory(...entries: [string, string][]) {
  const kept = new Map(entries);
  return {
    kept,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
}

test("the reader's own threshold, keys and wish to read first come back", () => {
  const browser = memory();
  remember(browser, { ...EMPTY, minConfidence: 0.45, ownKeys: { invert: ["y"] }, readFirst: true });
  expect(remembered(browser)).toEqual({ minConfidence: 0.45, ownKeys: { invert: ["y"] }, readFirst: true });
});

test("going back to what everybody starts with forgets it", () => {
  const browser = memory();
  remember(browser, { ...EMPTY, minConfidence: 0.45, ownKeys: { invert: ["y"] } });
  remember(browser, EMPTY);
  expect(browser.kept.size).toBe(0);
  expect(remembered(browser)).toEqual({ minConfidence: STARTING_CONFIDENCE, ownKeys: {}, readFirst: false });
});

test.each([["nonsense", STARTING_CONFIDENCE], ["", STARTING_CONFIDENCE], ["7", 1], ["-1", 0.05]])(
  "a kept %j starts the slider at %d",
  (kept, start) => expect(remembered(memory(["mammoscope.min-confidence", kept])).minConfidence).toBe(start),
);

test.each(["nonsense", "[]", '{"fly": ["y"]}', '{"invert": "y"}', '{"invert": [7]}'])(
  "kept keys %j change nothing",
  (kept) => expect(remembered(memory(["mammoscope.keys", kept])).ownKeys).toEqual({}),
);

test("a browser without memory, or one that refuses, is no obstacle", () => {
  const refuse = () => {
    throw new DOMException("no", "SecurityError");
  };
  const refusing = { getItem: refuse, setItem: refuse, removeItem: refuse };
  for (const browser of [null, refusing]) {
    remember(browser, { ...EMPTY, minConfidence: 0.7 });
    expect(remembered(browser).minConfidence).toBe(STARTING_CONFIDENCE);
  }
});
