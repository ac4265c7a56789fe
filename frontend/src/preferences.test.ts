import { expect, test } from "vitest";
import { preferencesOf, preferring } from "./preferences";
import { EMPTY } from "./state/state";

test("what a reader set comes back as it was, keys taken away included", () => {
  const ownKeys = { invert: ["m"], marks: [] };
  const set = { ...EMPTY, minConfidence: 0.45, readFirst: true, ownKeys, language: "de" } as const;
  const kept = preferencesOf(set);
  expect(kept).toEqual({ slider: 0.45, read_first: true, keys: { invert: "m", marks: null }, language: "de" });
  expect({ ...EMPTY, ...preferring(kept)(EMPTY) }).toMatchObject({
    minConfidence: 0.45, readFirst: true, ownKeys: { invert: ["m"], marks: [] }, language: "de",
  });
});

test("a command whose first key was kept has all of its keys", () => {
  expect(preferring({ keys: { zoomIn: "+" } })(EMPTY).ownKeys).toEqual({ zoomIn: ["+", "="] });
});

test("what is missing or unheard of changes nothing", () => {
  expect(preferring({})(EMPTY)).toEqual({});
  expect(preferring({ language: "tlh", keys: { fly: "y" }, slider: null })(EMPTY)).toEqual({ ownKeys: {} });
});
