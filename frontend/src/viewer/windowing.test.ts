import { expect, test } from "vitest";
import { dragged, fullRange, rangeOf, windowed } from "./windowing";

test("the linear function is that of the standard", () => {
  // PS3.3 C.11.2.1.2.1: x <= c - 0.5 - (w - 1) / 2 is black, x > c - 0.5 + (w - 1) / 2 is white
  const window = { center: 2048, width: 4096 };
  expect([windowed(0, window), windowed(4095, window)]).toEqual([0, 1]);
  expect(windowed(2047.5, window)).toBe(0.5);
  expect([windowed(-5, window), windowed(9999, window)]).toEqual([0, 1]);
});

test("a window of width 1 is a threshold", () => {
  const threshold = { center: 100, width: 1 };
  expect([windowed(99.5, threshold), windowed(99.6, threshold)]).toEqual([0, 1]);
  const { lower, upper } = rangeOf(threshold);
  expect(upper).toBeGreaterThan(lower);
});

test("the range runs from black to white", () => {
  const window = { center: 2048, width: 4096 };
  const { lower, upper } = rangeOf(window);
  expect([windowed(lower, window), windowed(upper, window)]).toEqual([0, 1]);
  expect([lower, upper]).toEqual([0, 4095]);
});

test("dragging right widens, down darkens; a pane's width is the whole range", () => {
  const window = { center: 2000, width: 1000 };
  expect(dragged(window, 400, 0, 400, 4095)).toEqual({ center: 2000, width: 5095 });
  expect(dragged(window, 0, 40, 400, 4095).center).toBeCloseTo(2409.5);
  expect(windowed(2000, dragged(window, 0, 40, 400, 4095))).toBeLessThan(windowed(2000, window));
});

test("no drag leads out of what the file can hold", () => {
  const window = { center: 2000, width: 1000 };
  expect(dragged(window, -1e6, -1e6, 400, 4095)).toEqual({ center: 0, width: 1 });
  expect(dragged(window, 1e6, 1e6, 400, 4095)).toEqual({ center: 4095, width: 8190 });
});

test("the full range of 12 and of 16 bits", () => {
  expect(fullRange(12)).toEqual({ center: 2048, width: 4096 });
  expect(fullRange(16)).toEqual({ center: 32768, width: 65536 });
});
