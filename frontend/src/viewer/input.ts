import { resetView } from "../keys";
import { currentMarks, currentView, pictureSize, type State, type Store } from "../state";
import type { Point } from "../api-types";
import { fit, markAt, panned, toPicture, zoomedAt } from "./geometry";

const WHEEL_STEP = 0.0015; // zoom per wheel pixel, as a power of e
const PAN_STEP = 40; // canvas pixels per arrow key
const CLICK_SLACK = 4; // canvas pixels the pointer may move during a click
const TOLERANCE = 4; // canvas pixels around a mark that still count as it

const ARROWS: Record<string, Point> = {
  ArrowLeft: [PAN_STEP, 0],
  ArrowRight: [-PAN_STEP, 0],
  ArrowUp: [0, PAN_STEP],
  ArrowDown: [0, -PAN_STEP],
};

function pointOf(event: MouseEvent, canvas: HTMLCanvasElement): Point {
  const corner = canvas.getBoundingClientRect();
  return [event.clientX - corner.left, event.clientY - corner.top];
}

/** The finding whose mark lies under canvas point `at`. */
function findingAt(state: State, at: Point): number | null {
  const view = currentView(state);
  if (view === null) return null;
  return markAt(currentMarks(state), toPicture(view, at), TOLERANCE / view.scale)?.finding.id ?? null;
}

function pan(store: Store, dx: number, dy: number): void {
  store.update((state) => {
    const [view, picture] = [currentView(state), pictureSize(state)];
    return view === null || picture === null ? {} : { view: panned(view, dx, dy, picture, state.canvas) };
  });
}

function zoomAt(store: Store, at: Point, factor: number): void {
  store.update((state) => {
    const [view, picture] = [currentView(state), pictureSize(state)];
    if (view === null || picture === null) return {};
    return { view: zoomedAt(view, at, factor, fit(picture, state.canvas)) };
  });
}

/** Wheel zooms at the pointer, drag pans, double click resets; hover and click reach the marks. */
export function listenToPointer(canvas: HTMLCanvasElement, store: Store): void {
  let last: Point | null = null;
  let travelled = 0;
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 33 : event.deltaY;
    zoomAt(store, pointOf(event, canvas), Math.exp(-pixels * WHEEL_STEP));
  }, { passive: false });
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    last = pointOf(event, canvas);
    travelled = 0;
  });
  canvas.addEventListener("pointermove", (event) => {
    const at = pointOf(event, canvas);
    if (last === null) {
      hover(canvas, store, findingAt(store.state, at));
      return;
    }
    const [dx, dy] = [at[0] - last[0], at[1] - last[1]];
    travelled += Math.hypot(dx, dy);
    last = at;
    if (travelled > CLICK_SLACK) pan(store, dx, dy);
  });
  canvas.addEventListener("pointerup", (event) => {
    const isClick = last !== null && travelled <= CLICK_SLACK;
    last = null;
    if (isClick) store.update({ chosen: findingAt(store.state, pointOf(event, canvas)) });
  });
  canvas.addEventListener("pointercancel", () => (last = null));
  canvas.addEventListener("pointerleave", () => hover(canvas, store, null));
  canvas.addEventListener("dblclick", () => resetView(store));
}

function hover(canvas: HTMLCanvasElement, store: Store, hovered: number | null): void {
  canvas.classList.toggle("over-mark", hovered !== null);
  if (store.state.hovered !== hovered) store.update({ hovered });
}

/** The focused picture is moved with the arrow keys. */
export function listenToArrows(canvas: HTMLCanvasElement, store: Store): void {
  canvas.addEventListener("keydown", (event) => {
    const step = ARROWS[event.key];
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    pan(store, ...step);
  });
}
