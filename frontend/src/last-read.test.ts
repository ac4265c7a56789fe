import { expect, test } from "vitest";
import { keepLastRead, lastRead } from "./last-read";

function memory() {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
}

test("reader and place come back, and are forgotten when there are none", () => {
  const browser = memory();
  keepLastRead(browser, { reader: "reader 7", selected: "a1" });
  expect(lastRead(browser)).toEqual({ reader: "reader 7", selected: "a1" });
  keepLastRead(browser, { reader: "", selected: null });
  expect([lastRead(browser), browser.kept.size]).toEqual([{ reader: "", selected: null }, 0]);
});

test("a name that the server would refuse is nobody's", () => {
  const browser = memory();
  browser.kept.set("mammoscope.reader", "../x");
  expect(lastRead(browser).reader).toBe("");
});

test("a browser that refuses its memory is no obstacle", () => {
  const refuse = () => {
    throw new DOMException("no", "SecurityError");
  };
  keepLastRead({ getItem: refuse, setItem: refuse, removeItem: refuse }, { reader: "a", selected: "b" });
  expect(lastRead({ getItem: refuse, setItem: refuse, removeItem: refuse })).toEqual({ reader: "", selected: null });
});
