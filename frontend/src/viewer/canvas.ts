import type { Box, Kind } from "../api-types";
import { markLabel } from "../words";
import { boxToCanvas, drawnBox, type Mark, type Size, toCanvas, type View } from "./geometry";
import { type Label, type LabelWish, placeLabels } from "./labels";

/** All that is to be seen; what is in it was decided elsewhere. */
export interface Scene {
  canvas: Size;
  /** Device pixels per canvas pixel. */
  ratio: number;
  picture: CanvasImageSource | null;
  /** The frame of the picture, in which `marks` are given. */
  frame: Size;
  view: View;
  inverted: boolean;
  marks: readonly Mark[];
  /** The finding to stress, by its id. */
  active: number | null;
}

/** Told apart by lightness against the halo and by line, so also in grey and with any colour vision. */
export const MARK_STYLES: Record<Kind, { color: string; dash: readonly number[] }> = {
  mass: { color: "#ffe45c", dash: [] },
  calcification_cluster: { color: "#7fe9ff", dash: [7, 5] },
};
const HALO = "rgba(0, 0, 0, 0.78)";
const FONT = "600 12px system-ui, sans-serif";
const LABEL_HEIGHT = 20;
const LABEL_PADDING = 6;

export function draw(context: CanvasRenderingContext2D, scene: Scene): void {
  context.setTransform(scene.ratio, 0, 0, scene.ratio, 0, 0);
  context.clearRect(0, 0, scene.canvas.width, scene.canvas.height);
  if (scene.picture !== null) drawPicture(context, scene, scene.picture);
  const activeFirst = [...scene.marks].sort((a, b) => Number(isActive(scene, b)) - Number(isActive(scene, a)));
  for (const mark of activeFirst.toReversed()) drawMark(context, scene, mark);
  drawLabels(context, scene, activeFirst);
}

function drawPicture(context: CanvasRenderingContext2D, scene: Scene, picture: CanvasImageSource): void {
  const { x, y, width, height } = boxToCanvas(scene.view, { x: 0, y: 0, ...scene.frame });
  context.imageSmoothingEnabled = scene.view.scale < 3; // closer than that, single pixels are what one looks for
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, x, y, width, height);
  if (!scene.inverted) return;
  context.globalCompositeOperation = "difference"; // |white - value|
  context.fillStyle = "#fff";
  context.fillRect(x, y, width, height);
  context.globalCompositeOperation = "source-over";
}

function isActive(scene: Scene, mark: Mark): boolean {
  return mark.finding.id === scene.active;
}

function drawMark(context: CanvasRenderingContext2D, scene: Scene, mark: Mark): void {
  const style = MARK_STYLES[mark.finding.kind];
  const width = isActive(scene, mark) ? 3 : 1.5;
  const box = boxPath(drawnBox(scene.view, mark.box));
  stroke(context, box, style.color, mark.outline === null ? width : width - 0.5, style.dash);
  if (mark.outline !== null) stroke(context, outlinePath(scene.view, mark.outline), style.color, width, []);
}

function boxPath({ x, y, width, height }: Box): Path2D {
  const path = new Path2D();
  path.rect(x, y, width, height);
  return path;
}

function outlinePath(view: View, outline: NonNullable<Mark["outline"]>): Path2D {
  const path = new Path2D();
  for (const point of outline) path.lineTo(...toCanvas(view, point));
  path.closePath();
  return path;
}

/** A line with a dark halo, so that it can be seen on white and on black tissue. */
function stroke(
  context: CanvasRenderingContext2D,
  path: Path2D,
  color: string,
  width: number,
  dash: readonly number[],
): void {
  context.lineJoin = "round";
  context.setLineDash([]);
  context.strokeStyle = HALO;
  context.lineWidth = width + 2.5;
  context.stroke(path);
  context.setLineDash([...dash]);
  context.strokeStyle = color;
  context.lineWidth = width;
  context.stroke(path);
  context.setLineDash([]);
}

function drawLabels(context: CanvasRenderingContext2D, scene: Scene, firstServedFirst: readonly Mark[]): void {
  context.font = FONT;
  context.textBaseline = "middle";
  const wishes = firstServedFirst.map((mark) => wishFor(context, scene, mark));
  const labels = placeLabels(wishes, LABEL_HEIGHT, scene.canvas);
  firstServedFirst.forEach((mark, i) => {
    const label = labels[i];
    if (label) drawLabel(context, label, MARK_STYLES[mark.finding.kind].color, isActive(scene, mark));
  });
}

function wishFor(context: CanvasRenderingContext2D, scene: Scene, mark: Mark): LabelWish {
  const inFull = markLabel(mark.finding);
  const texts = isActive(scene, mark) ? [inFull] : [inFull, String(mark.finding.id)];
  const widthOf = (text: string) => context.measureText(text).width + 2 * LABEL_PADDING;
  return { box: drawnBox(scene.view, mark.box), texts: texts.map((text) => ({ text, width: widthOf(text) })) };
}

function drawLabel(context: CanvasRenderingContext2D, label: Label, color: string, active: boolean): void {
  const { x, y, width, height } = label.box;
  context.fillStyle = active ? color : "rgba(8, 10, 12, 0.86)";
  context.beginPath();
  context.roundRect(x, y, width, height, 4);
  context.fill();
  context.fillStyle = active ? "#0b0d10" : color;
  context.fillText(label.text, x + LABEL_PADDING, y + height / 2 + 0.5);
}
