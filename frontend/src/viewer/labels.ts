import type { Box } from "../api-types";
import type { Size } from "./geometry";

const GAP = 5; // canvas pixels between a box and its label

export interface LabelWish {
  /** The marked box in canvas pixels. */
  box: Box;
  /** Texts from the best to the last resort, with their width in canvas pixels. */
  texts: readonly { text: string; width: number }[];
}

export interface Label {
  text: string;
  box: Box;
}

/**
 * A place for every label, the first wishes served first: above, below, right, left of its box (or inside it) where it
 * covers neither a label nor another box, with the best text that fits; else the last text where it covers no label;
 * else null.
 */
export function placeLabels(wishes: readonly LabelWish[], height: number, canvas: Size): (Label | null)[] {
  const taken: Box[] = [];
  return wishes.map((wish) => {
    const others = wishes.filter((other) => other !== wish).map((other) => other.box);
    const places = wish.texts.map(({ text, width }) => {
      const boxes = placesFor(wish.box, { width, height }).filter((box) => isInside(box, canvas));
      return boxes.filter((box) => isFree(box, taken)).map((box) => ({ text, box }));
    });
    const label = places.flat().find(({ box }) => isFree(box, others)) ?? places.at(-1)?.[0] ?? null;
    if (label !== null) taken.push(label.box);
    return label;
  });
}

function isFree(box: Box, others: readonly Box[]): boolean {
  return !others.some((other) => overlap(box, other));
}

function placesFor(box: Box, size: Size): Box[] {
  const right = box.x + box.width;
  const bottom = box.y + box.height;
  const isRoomy = box.width > 2 * size.width && box.height > 6 * size.height; // a label inside hides little of it
  const inside = { ...size, x: Math.max(box.x, 0) + GAP, y: Math.max(box.y, 0) + GAP };
  return [
    { ...size, x: box.x, y: box.y - size.height - GAP },
    { ...size, x: box.x, y: bottom + GAP },
    { ...size, x: right + GAP, y: box.y },
    { ...size, x: box.x - size.width - GAP, y: box.y },
    { ...size, x: right - size.width, y: box.y - size.height - GAP },
    { ...size, x: right - size.width, y: bottom + GAP },
    ...(isRoomy ? [inside] : []),
  ];
}

function isInside(box: Box, canvas: Size): boolean {
  return box.x >= 0 && box.y >= 0 && box.x + box.width <= canvas.width && box.y + box.height <= canvas.height;
}

export function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
