import type { Drawn, Point } from "../api-types";
import { useSelect } from "../state/hooks";
import type { State } from "../state/state";
import { cameraOf, frameOf, paneOf } from "../state/viewing";
import { entryOf } from "../state/verdicts";
import { imageToCanvas } from "./geometry";
import { sameJson } from "./same";

type Shape = Pick<Drawn, "shape" | "points">;

/** The reader's own marks on one picture, with the one that is being drawn; green, dotted and numbered with letters. */
export function Drawings({ id }: { id: string }) {
  const shapes = useSelect((s) => shapesOn(s, id), sameJson);
  const [frame, camera, size] = useSelect((s) => [frameOf(s, id), cameraOf(s, id), paneOf(s, id)] as const, sameJson);
  if (frame === null || camera === null || shapes.length === 0) return null;
  return (
    <svg class="drawings" aria-hidden="true" width={size.width} height={size.height}>
      {shapes.map(({ shape, points }, at) => {
        const path = pathOf(shape, points.map((point) => imageToCanvas(frame, camera, size, point)));
        const [x, y] = imageToCanvas(frame, camera, size, points[0] ?? [0, 0]);
        return (
          <g key={at} class="drawing" data-drawn={at}>
            <path class="halo" d={path} />
            <path d={path} />
            <text x={x} y={y - 6}>{letterOf(at)}</text>
          </g>
        );
      })}
    </svg>
  );
}

function shapesOn(state: State, id: string): Shape[] {
  const now = state.drawing?.analysis === id ? [state.drawing] : [];
  return [...entryOf(state, id).said.drawn, ...now.map(({ shape, points }) => ({ shape, points: [...points] }))];
}

/** A, B, … Z, A1, B1: told apart from the numbers of the program's findings. */
export function letterOf(at: number): string {
  const round = Math.floor(at / 26);
  return String.fromCharCode(65 + (at % 26)) + (round === 0 ? "" : String(round));
}

function pathOf(shape: Drawn["shape"], points: readonly Point[]): string {
  if (shape === "ellipse") return ellipsePath(points);
  return `M${points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}Z`;
}

/** Two half arcs in the box that the points span. */
function ellipsePath(points: readonly Point[]): string {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const [rx, ry, middle] = [(right - left) / 2, (bottom - top) / 2, (top + bottom) / 2];
  return `M${left} ${middle}A${rx} ${ry} 0 1 1 ${right} ${middle}A${rx} ${ry} 0 1 1 ${left} ${middle}Z`;
}
