import { imageUrl } from "../api";
import { el } from "../dom";
import { currentDocument, currentMarks, currentView, noticed, pictureSize, type State, type Store } from "../state";
import { countOfMarks } from "../words";
import { draw } from "./canvas";
import { resized, showing } from "./geometry";
import { listenToArrows, listenToPointer } from "./input";

const PICTURE_MISSING = {
  code: "picture_missing",
  title: "The picture could not be loaded",
  detail: "The analysis is there, but its picture did not arrive.",
};

/** The picture with its marks. Connects store, canvas and input; the arithmetic is in geometry.ts. */
export function createViewer(store: Store): HTMLElement {
  const canvas = el("canvas", { tabindex: 0, role: "img", class: "picture" });
  const frame = el("div", { class: "viewer-frame" }, canvas);
  const picture = loadedPicture(store, () => redraw());
  const redraw = oncePerFrame(() => paint(canvas, store.state, picture()));
  store.watch(
    (s) => [currentDocument(s), s.variant, s.view, s.canvas, s.inverted, s.marksShown, s.minConfidence, active(s)],
    redraw,
  );
  store.watch((s) => [currentDocument(s), s.variant, s.marksShown, s.minConfidence], (s) => describe(canvas, s));
  store.watch((s) => [s.chosen], () => store.update(bringToSight));
  listenToPointer(canvas, store);
  listenToArrows(canvas, store);
  new ResizeObserver(() => store.update((s) => withCanvasOf(frame, s))).observe(frame);
  return frame;
}

function active(state: State): number | null {
  return state.hovered ?? state.chosen;
}

/** The picture of the selected analysis once it has arrived; the one before it is never shown in its place. */
function loadedPicture(store: Store, arrived: () => void): () => HTMLImageElement | null {
  let picture: HTMLImageElement | null = null;
  const urlFor = (state: State) => {
    const { selected, variant } = state;
    return selected === null || pictureSize(state) === null ? null : imageUrl(selected, variant);
  };
  store.watch((s) => [urlFor(s)], (s) => {
    const url = urlFor(s);
    picture = null;
    if (url === null) return;
    const next = new Image();
    next.onload = () => {
      if (urlFor(store.state) !== url) return;
      picture = next;
      arrived();
    };
    next.onerror = () => {
      if (urlFor(store.state) === url) store.update(noticed(PICTURE_MISSING, currentDocument(store.state)?.file));
    };
    next.src = url;
  });
  return () => picture;
}

function paint(canvas: HTMLCanvasElement, state: State, picture: HTMLImageElement | null): void {
  const context = canvas.getContext("2d");
  if (context === null) return;
  const ratio = window.devicePixelRatio;
  const [width, height] = [Math.round(state.canvas.width * ratio), Math.round(state.canvas.height * ratio)];
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const [view, frame] = [currentView(state), pictureSize(state)];
  if (view === null || frame === null) {
    context.clearRect(0, 0, width, height);
    return;
  }
  const marks = picture === null ? [] : currentMarks(state);
  const { canvas: size, inverted } = state;
  draw(context, { canvas: size, ratio, picture, frame, view, inverted, marks, active: active(state) });
}

function describe(canvas: HTMLCanvasElement, state: State): void {
  const document = currentDocument(state);
  const marks = currentMarks(state).length;
  const picture = state.variant === "original" ? "Mammogram" : "Preprocessed mammogram";
  const words = document === null ? "No picture yet" : `${picture} ${document.file}, ${countOfMarks(marks, marks)}`;
  canvas.setAttribute("aria-label", words);
}

/** A chosen finding that lies outside what is seen is brought into the middle. */
function bringToSight(state: State): Partial<State> {
  const view = currentView(state);
  const mark = currentMarks(state).find(({ finding }) => finding.id === state.chosen);
  if (view === null || mark === undefined) return {};
  const moved = showing(view, mark.box, state.canvas);
  return moved === view ? {} : { view: moved };
}

function withCanvasOf(frame: HTMLElement, state: State): Partial<State> {
  const canvas = { width: Math.max(1, frame.clientWidth), height: Math.max(1, frame.clientHeight) };
  return { canvas, view: state.view === null ? null : resized(state.view, state.canvas, canvas) };
}

function oncePerFrame(action: () => void): () => void {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      action();
    });
  };
}
