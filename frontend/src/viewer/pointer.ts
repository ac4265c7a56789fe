/** What the pointer does in one pane; what it means is decided by the changes in state/viewing.ts. */

import type { Point } from "../api-types";
import { marksVisible } from "../state/reveal";
import { type AppStore, choosing, findingsOf, type FindingRef, type State, type ToolName } from "../state/state";
import {
  cameraOf, frameOf, imagePointAt, panning, staging, windowing, zooming,
} from "../state/viewing";
import { drawingTo, drawn } from "../state/verdicts";
import { findingAt } from "./geometry";
import { measured, measuring } from "./measuring";
import { dragged } from "./windowing";

const WHEEL_STEP = 0.0015; // zoom per wheel pixel, as a power of e
const DRAG_ZOOM_STEP = 0.008; // zoom per dragged CSS pixel
const CLICK_SLACK = 4; // CSS pixels the pointer may move during a click
const TOLERANCE = 4; // CSS pixels around a mark that still count as it

interface Drag {
  tool: ToolName;
  start: Point;
  last: Point;
  travelled: number;
}

function toolFor(event: PointerEvent, tool: ToolName): ToolName | null {
  if (event.button === 1 || (event.button === 0 && event.shiftKey)) return "pan";
  if (event.button === 2) return "window";
  return event.button === 0 ? tool : null;
}

/** The finding whose mark lies under canvas point `at` of the pane. */
function refAt(state: State, id: string, at: Point): FindingRef | null {
  const [frame, camera, point] = [frameOf(state, id), cameraOf(state, id), imagePointAt(state, id, at)];
  if (frame === null || camera === null || point === null || !marksVisible(state)) return null;
  const found = findingAt(findingsOf(state, id), point, TOLERANCE / camera.zoom / frame.spacing[0]);
  return found === null ? null : { analysis: id, finding: found.id };
}

/** Listens in `pane` for the analysis that `current` names; returns what ends it. */
export function listenToPointer(pane: HTMLElement, store: AppStore, current: () => string | null): () => void {
  const end = new AbortController();
  const { signal } = end;
  let drag: Drag | null = null;
  const pointOf = (event: MouseEvent): Point => {
    const corner = pane.getBoundingClientRect();
    return [event.clientX - corner.left, event.clientY - corner.top];
  };
  const withId = (act: (id: string) => void) => {
    const id = current();
    if (id !== null) act(id);
  };
  const hover = (ref: FindingRef | null) => {
    const { hovered } = store.state;
    pane.classList.toggle("over-mark", ref !== null);
    if (hovered?.analysis !== ref?.analysis || hovered?.finding !== ref?.finding) store.update({ hovered: ref });
  };
  pane.addEventListener("wheel", (event) => withId((id) => {
    event.preventDefault();
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 33 : event.deltaY;
    store.update(zooming(id, Math.exp(-pixels * WHEEL_STEP), pointOf(event)));
  }), { passive: false, signal });
  pane.addEventListener("pointerdown", (event) => {
    const tool = toolFor(event, store.state.tool);
    if (tool === null || (event.target as Element).closest("button, input") !== null) return;
    pane.setPointerCapture(event.pointerId);
    const at = pointOf(event);
    drag = { tool, start: at, last: at, travelled: 0 };
  }, { signal });
  pane.addEventListener("pointermove", (event) => withId((id) => {
    const at = pointOf(event);
    if (drag === null) {
      hover(refAt(store.state, id, at));
      return;
    }
    const [dx, dy] = [at[0] - drag.last[0], at[1] - drag.last[1]];
    drag.travelled += Math.hypot(dx, dy);
    drag.last = at;
    if (drag.travelled > CLICK_SLACK) dragStep(store, id, drag, dx, dy);
  }), { signal });
  pane.addEventListener("pointerup", (event) => withId((id) => {
    const isClick = drag?.tool !== undefined && drag.travelled <= CLICK_SLACK && event.button === 0;
    if (drag?.tool === "length" && !isClick) store.update(measured);
    if (store.state.drawing !== null) store.update(drawn(new Date().toISOString()));
    drag = null;
    if (isClick) store.update(choosing(refAt(store.state, id, pointOf(event))));
  }), { signal });
  pane.addEventListener("pointercancel", () => {
    drag = null;
    store.update({ measuring: null, drawing: null });
  }, { signal });
  pane.addEventListener("pointerleave", () => hover(null), { signal });
  pane.addEventListener("contextmenu", (event) => event.preventDefault(), { signal });
  pane.addEventListener("dblclick", () => {
    store.update((state) => staging(state.stage === "single" ? "overview" : "single")(state));
  }, { signal });
  return () => end.abort();
}

function dragStep(store: AppStore, id: string, { tool, start, last }: Drag, dx: number, dy: number): void {
  if (tool === "length") store.update(measuring(id, start, last));
  if (tool === "ellipse" || tool === "freehand") draw(store, id, tool, start, last);
  if (tool === "pan") store.update(panning(id, dx, dy));
  if (tool === "zoom") store.update(zooming(id, Math.exp(-dy * DRAG_ZOOM_STEP), start));
  if (tool === "window") {
    const pane = store.state.panes[id]?.width ?? 1;
    store.update(windowing(id, (window, stored) => dragged(window, dx, dy, pane, stored)));
  }
}

/** From the first canvas point to the last one, in pixels of the image. */
function draw(store: AppStore, id: string, shape: "ellipse" | "freehand", start: Point, last: Point): void {
  const [from, to] = [imagePointAt(store.state, id, start), imagePointAt(store.state, id, last)];
  if (from !== null && to !== null) store.update(drawingTo(id, shape, from, to));
}

const PAN_STEP = 40; // CSS pixels per arrow key
const ARROWS: Record<string, Point> = {
  ArrowLeft: [PAN_STEP, 0],
  ArrowRight: [-PAN_STEP, 0],
  ArrowUp: [0, PAN_STEP],
  ArrowDown: [0, -PAN_STEP],
};

/** The focused picture is moved with the arrow keys. */
export function panWithArrows(event: KeyboardEvent, store: AppStore, id: string): void {
  const step = ARROWS[event.key];
  if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  store.update(panning(id, ...step));
}

