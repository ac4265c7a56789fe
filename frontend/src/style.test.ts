import { expect, test } from "vitest";
import { readFileSync } from "node:fs";
import { MARK_STYLES } from "./viewer/mark-styles";

const CSS = readFileSync(new URL("style.css", import.meta.url), "utf8");
const color = (name: string) => new RegExp(`--${name}: (#[0-9a-f]{6});`).exec(CSS)?.[1] ?? `no --${name}`;

/** WCAG 2.2, "relative luminance" and "contrast ratio". */
function luminance(hex: string): number {
  const [red = NaN, green = NaN, blue = NaN] = [1, 3, 5].map((at) => {
    const share = parseInt(hex.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [dark = NaN, light = NaN] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

test("every text colour reaches WCAG AA on every ground, control lines reach 3 : 1", () => {
  const texts = ["text", "muted", "accent", "warning", "mass", "cluster"];
  const tooWeak = ["ground", "raised", "raised-more"].flatMap((ground) =>
    texts.filter((text) => !(contrast(color(text), color(ground)) >= 4.5)),
  );
  expect(tooWeak).toEqual([]);
  expect(contrast(color("control-line"), color("raised"))).toBeGreaterThanOrEqual(3);
});

test("the legend shows the colours and lines that are drawn", () => {
  expect([MARK_STYLES.mass.color, MARK_STYLES.calcification_cluster.color]).toEqual([color("mass"), color("cluster")]);
  expect([MARK_STYLES.mass.dash.length, MARK_STYLES.calcification_cluster.dash.length]).toEqual([0, 2]);
  expect(CSS).toMatch(/\.swatch\.calcification_cluster \{\s*border-top: 2px dashed/);
});
