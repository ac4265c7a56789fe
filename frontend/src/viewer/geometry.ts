import type { Box, Finding, Point, Preprocessed } from "../api-types";

/** Canvas (CSS) pixels = picture pixels * scale + offset. */
export interface View {
  scale: number;
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

/** A finding's marks in pixels of the picture that is shown. */
export interface Mark {
  finding: Finding;
  box: Box;
  outline: Point[] | null;
}

const SMALLEST_BOX = 24; // canvas pixels; also the smallest target that is easy to hit (WCAG 2.5.8)
const LARGEST_SCALE = 8; // canvas pixels per picture pixel; beyond it there is nothing more to see

/** The whole picture, centred, with `margin` canvas pixels left free around it. */
export function fit(picture: Size, canvas: Size, margin = 12): View {
  const room = { width: Math.max(1, canvas.width - 2 * margin), height: Math.max(1, canvas.height - 2 * margin) };
  const scale = Math.min(room.width / picture.width, room.height / picture.height);
  return centredOn([picture.width / 2, picture.height / 2], scale, canvas);
}

/** The view in which picture point `point` lies in the middle of the canvas. */
export function centredOn(point: Point, scale: number, canvas: Size): View {
  return { scale, x: canvas.width / 2 - point[0] * scale, y: canvas.height / 2 - point[1] * scale };
}

/** Zoom by `factor`, keeping what lies under canvas point `at` where it is; never smaller than half of `fitted`. */
export function zoomedAt(view: View, at: Point, factor: number, fitted: View): View {
  const smallest = fitted.scale / 2;
  const largest = Math.max(LARGEST_SCALE, fitted.scale * 2);
  const scale = Math.min(largest, Math.max(smallest, view.scale * factor));
  const [x, y] = toPicture(view, at);
  return { scale, x: at[0] - x * scale, y: at[1] - y * scale };
}

/** Moved by canvas pixels, but a part of the picture always stays in sight. */
export function panned(view: View, dx: number, dy: number, picture: Size, canvas: Size): View {
  const keep = 40; // canvas pixels of the picture that remain visible
  const x = clamp(view.x + dx, keep - picture.width * view.scale, canvas.width - keep);
  const y = clamp(view.y + dy, keep - picture.height * view.scale, canvas.height - keep);
  return { scale: view.scale, x, y };
}

/** The same place of the picture stays in the middle when the canvas changes its size. */
export function resized(view: View, before: Size, after: Size): View {
  return { ...view, x: view.x + (after.width - before.width) / 2, y: view.y + (after.height - before.height) / 2 };
}

export function toPicture(view: View, [x, y]: Point): Point {
  return [(x - view.x) / view.scale, (y - view.y) / view.scale];
}

export function toCanvas(view: View, [x, y]: Point): Point {
  return [x * view.scale + view.x, y * view.scale + view.y];
}

export function boxToCanvas(view: View, box: Box): Box {
  const [x, y] = toCanvas(view, [box.x, box.y]);
  return { x, y, width: box.width * view.scale, height: box.height * view.scale };
}

/** A box as it is drawn: around the same middle, but never so small that its line style cannot be seen. */
export function drawnBox(view: View, box: Box): Box {
  const { x, y, width, height } = boxToCanvas(view, box);
  const [wide, high] = [Math.max(width, SMALLEST_BOX), Math.max(height, SMALLEST_BOX)];
  return { x: x - (wide - width) / 2, y: y - (high - height) / 2, width: wide, height: high };
}

/** Acquired pixel -> pixel of the preprocessed picture; the same arithmetic as `Transform` in the pipeline. */
export function toPreprocessed(frame: Preprocessed, [x, y]: Point): Point {
  const turned = frame.flipped ? frame.acquired_width - x : x;
  return [(turned - frame.left) * frame.scale_x, (y - frame.top) * frame.scale_y];
}

function boxToPreprocessed(frame: Preprocessed, box: Box): Box {
  const [x1, y1] = toPreprocessed(frame, [box.x, box.y]);
  const [x2, y2] = toPreprocessed(frame, [box.x + box.width, box.y + box.height]);
  return { x: Math.min(x1, x2), y: Math.min(y1, y2), width: Math.abs(x2 - x1), height: Math.abs(y2 - y1) };
}

/** Marks in the frame of the shown picture: `frame` is null over the original. */
export function marksIn(frame: Preprocessed | null, findings: readonly Finding[]): Mark[] {
  return findings.map((finding) => ({
    finding,
    box: frame === null ? finding.box : boxToPreprocessed(frame, finding.box),
    outline: frame === null ? finding.outline : (finding.outline?.map((p) => toPreprocessed(frame, p)) ?? null),
  }));
}

/** The smallest mark under picture point `at`, so that a small one inside a large one can be reached. */
export function markAt(marks: readonly Mark[], [x, y]: Point, tolerance: number): Mark | null {
  const under = marks.filter(({ box }) => {
    const inX = x >= box.x - tolerance && x <= box.x + box.width + tolerance;
    return inX && y >= box.y - tolerance && y <= box.y + box.height + tolerance;
  });
  under.sort((a, b) => a.box.width * a.box.height - b.box.width * b.box.height);
  return under[0] ?? null;
}

/** `view`, moved so that `box` (picture pixels) is in the middle, or unchanged where all of it is in sight. */
export function showing(view: View, box: Box, canvas: Size): View {
  const seen = boxToCanvas(view, box);
  const inX = seen.x >= 0 && seen.x + seen.width <= canvas.width;
  if (inX && seen.y >= 0 && seen.y + seen.height <= canvas.height) return view;
  return centredOn([box.x + box.width / 2, box.y + box.height / 2], view.scale, canvas);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
