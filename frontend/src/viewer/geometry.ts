import type { Box, Finding, Point, Preprocessed } from "../api-types";

export interface Size {
  width: number;
  height: number;
}

/**
 * How one image lies in its own plane, the world: millimetres, or pixels of the image where its spacing is unknown;
 * origin at the top left corner of the image as it hangs, x to the right, y down.
 */
export interface Frame extends Size {
  /** World units a pixel, in x and y. */
  spacing: Point;
  unit: "mm" | "px";
  /** Hung mirrored from left to right, so that its chest wall stands where it belongs. */
  mirrored: boolean;
  /** The breast in pixels of the image as it was sent; null where it is not known. */
  breast: Box | null;
  /** The side of the screen at which its chest wall hangs; null where it is not known. */
  wall: "left" | "right" | null;
}

/** What of the world is seen: the point in the middle of the pane, and CSS pixels a world unit. */
export interface Camera {
  centre: Point;
  zoom: number;
}

const MARGIN = 8; // CSS pixels left free around a fitted picture
const SMALLEST_BOX = 24; // CSS pixels; also the smallest target that is easy to hit (WCAG 2.5.8)
const CLOSEST = 16; // CSS pixels a pixel of the image; beyond it there is nothing more to see

export function worldSize({ width, height, spacing }: Frame): Size {
  return { width: width * spacing[0], height: height * spacing[1] };
}

/** Pixel of the image as it was sent -> world. A pixel covers [x, x + 1). */
export function toWorld({ width, spacing, mirrored }: Frame, [x, y]: Point): Point {
  return [(mirrored ? width - x : x) * spacing[0], y * spacing[1]];
}

/** World -> pixel of the image as it was sent. */
export function toImage({ width, spacing, mirrored }: Frame, [x, y]: Point): Point {
  const across = x / spacing[0];
  return [mirrored ? width - across : across, y / spacing[1]];
}

export function worldToCanvas({ centre, zoom }: Camera, size: Size, [x, y]: Point): Point {
  return [(x - centre[0]) * zoom + size.width / 2, (y - centre[1]) * zoom + size.height / 2];
}

export function canvasToWorld({ centre, zoom }: Camera, size: Size, [x, y]: Point): Point {
  return [(x - size.width / 2) / zoom + centre[0], (y - size.height / 2) / zoom + centre[1]];
}

export function imageToCanvas(frame: Frame, camera: Camera, size: Size, point: Point): Point {
  return worldToCanvas(camera, size, toWorld(frame, point));
}

export function canvasToImage(frame: Frame, camera: Camera, size: Size, point: Point): Point {
  return toImage(frame, canvasToWorld(camera, size, point));
}

/** What is brought into sight by fitting, in the world: from chest wall to nipple where the breast is known. */
function extent(frame: Frame): Box {
  const { width, height } = worldSize(frame);
  if (frame.breast === null) return { x: 0, y: 0, width, height };
  const [x1, y1] = toWorld(frame, [frame.breast.x, frame.breast.y]);
  const [x2, y2] = toWorld(frame, [frame.breast.x + frame.breast.width, frame.breast.y + frame.breast.height]);
  const box = { x: Math.min(x1, x2), y: y1, width: Math.abs(x2 - x1), height: y2 - y1 };
  if (frame.wall === null) return box;
  const [left, right] = frame.wall === "left" ? [0, box.x + box.width] : [box.x, width];
  return { ...box, x: left, width: right - left };
}

/** The zoom at which all of the breast is in sight. */
export function fitZoom(frame: Frame, size: Size): number {
  const seen = extent(frame);
  const room = { width: Math.max(1, size.width - 2 * MARGIN), height: Math.max(1, size.height - 2 * MARGIN) };
  return Math.min(room.width / seen.width, room.height / seen.height);
}

/** As the picture hangs at `zoom`: its chest wall at the edge of the pane where it belongs, else in the middle. */
export function hung(frame: Frame, size: Size, zoom: number): Camera {
  const seen = extent(frame);
  const middle = seen.y + seen.height / 2;
  const half = size.width / 2 / zoom;
  if (frame.wall === "left") return { zoom, centre: [half, middle] };
  if (frame.wall === "right") return { zoom, centre: [worldSize(frame).width - half, middle] };
  return { zoom, centre: [seen.x + seen.width / 2, middle] };
}

/** Zoom by `factor`, keeping what lies under canvas point `at` where it is; between half of `fitted` and CLOSEST. */
export function zoomedAt(camera: Camera, size: Size, at: Point, factor: number, frame: Frame): Camera {
  const smallest = Math.min(fitZoom(frame, size) / 2, camera.zoom);
  const largest = Math.max(CLOSEST / frame.spacing[0], camera.zoom);
  const zoom = clamp(camera.zoom * factor, smallest, largest);
  const [x, y] = canvasToWorld(camera, size, at);
  return { zoom, centre: [x - (at[0] - size.width / 2) / zoom, y - (at[1] - size.height / 2) / zoom] };
}

/** Moved by CSS pixels, but a part of the picture always stays in sight. */
export function panned(camera: Camera, size: Size, dx: number, dy: number, frame: Frame): Camera {
  const { zoom, centre } = camera;
  const { width, height } = worldSize(frame);
  const [keepX, keepY] = [(size.width / 2 - 40) / zoom, (size.height / 2 - 40) / zoom]; // 40 CSS pixels stay in sight
  const x = clamp(centre[0] - dx / zoom, -keepX, width + keepX);
  return { zoom, centre: [x, clamp(centre[1] - dy / zoom, -keepY, height + keepY)] };
}

/** CSS pixels a world unit at which one pixel of the image is one pixel of the screen. */
export function fullResolution(frame: Frame, deviceRatio: number): number {
  return 1 / (frame.spacing[0] * deviceRatio);
}

/** The same place in a picture of the other breast or of another study: mirrored where the chest walls are. */
export function carried(from: Frame, to: Frame, [x, y]: Point): Point {
  if (from.unit !== to.unit) {
    const [a, b] = [worldSize(from), worldSize(to)];
    return carriedAcross(from, to, (x / a.width) * b.width, (y / a.height) * b.height, b.width, b.width);
  }
  return carriedAcross(from, to, x, y, worldSize(from).width, worldSize(to).width);
}

function carriedAcross(from: Frame, to: Frame, x: number, y: number, fromWidth: number, toWidth: number): Point {
  const depth = from.wall === "right" ? fromWidth - x : x; // from the chest wall
  return [to.wall === "right" ? toWidth - depth : depth, y];
}

export function boxToCanvas(frame: Frame, camera: Camera, size: Size, box: Box): Box {
  const [x1, y1] = imageToCanvas(frame, camera, size, [box.x, box.y]);
  const [x2, y2] = imageToCanvas(frame, camera, size, [box.x + box.width, box.y + box.height]);
  return { x: Math.min(x1, x2), y: Math.min(y1, y2), width: Math.abs(x2 - x1), height: Math.abs(y2 - y1) };
}

/** A box as it is drawn: around the same middle, but never so small that its line style cannot be seen. */
export function drawnBox({ x, y, width, height }: Box): Box {
  const [wide, high] = [Math.max(width, SMALLEST_BOX), Math.max(height, SMALLEST_BOX)];
  return { x: x - (wide - width) / 2, y: y - (high - height) / 2, width: wide, height: high };
}

/** Acquired pixel -> pixel of the preprocessed picture; the same arithmetic as `Transform` in the pipeline. */
export function toPreprocessed(frame: Preprocessed, [x, y]: Point): Point {
  const turned = frame.flipped ? frame.acquired_width - x : x;
  return [(turned - frame.left) * frame.scale_x, (y - frame.top) * frame.scale_y];
}

/** Where the preprocessed picture lies on the acquired one, in acquired pixels. */
export function preprocessedBox(frame: Preprocessed): Box {
  const [width, height] = [frame.width / frame.scale_x, frame.height / frame.scale_y];
  const x = frame.flipped ? frame.acquired_width - frame.left - width : frame.left;
  return { x, y: frame.top, width, height };
}

/** The smallest finding under image point `at`, so that a small one inside a large one can be reached. */
export function findingAt(findings: readonly Finding[], [x, y]: Point, tolerance: number): Finding | null {
  const under = findings.filter(({ box }) => {
    const inX = x >= box.x - tolerance && x <= box.x + box.width + tolerance;
    return inX && y >= box.y - tolerance && y <= box.y + box.height + tolerance;
  });
  under.sort((a, b) => a.box.width * a.box.height - b.box.width * b.box.height);
  return under[0] ?? null;
}

/** `camera`, moved so that `box` (image pixels) is in the middle, or unchanged where all of it is in sight. */
export function showing(camera: Camera, size: Size, frame: Frame, box: Box): Camera {
  const seen = boxToCanvas(frame, camera, size, box);
  const inX = seen.x >= 0 && seen.x + seen.width <= size.width;
  if (inX && seen.y >= 0 && seen.y + seen.height <= size.height) return camera;
  return { zoom: camera.zoom, centre: toWorld(frame, [box.x + box.width / 2, box.y + box.height / 2]) };
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
