import { useEffect, useRef } from "preact/hooks";
import { useApp, useSelect, useT } from "../state/hooks";
import { marksVisible } from "../state/reveal";
import { findingsOf, lookOf, selecting, type State } from "../state/state";
import { cameraOf, frameOf, sized, windowOf } from "../state/viewing";
import type { T } from "../words";
import { countOfMarks, percent } from "../words/format";
import { fullResolution } from "./geometry";
import type { Cell } from "./hanging";
import type { Library } from "./library";
import { Drawings } from "./Drawings";
import { Magnifier } from "./Magnifier";
import { Marks } from "./Marks";
import { Measures } from "./Measures";
import { OverlayLayer } from "./OverlayLayer";
import { PictureView } from "./PictureView";
import { listenToPointer, panWithArrows } from "./pointer";

/** One cell of the hanging: a picture with its layers and corner words, or an empty place that says what is missing. */
export function PaneView({ cell, library }: { cell: Cell; library: Library }) {
  const t = useT();
  if (cell.analysis !== null) return <Filled id={cell.analysis} cell={cell} library={library} />;
  const words = cell.slot === null ? "" : t("pane.missing", { slot: cell.slot });
  return <div class="pane empty"><p class="muted">{words}</p></div>;
}

function Filled({ id, cell, library }: { id: string; cell: Cell; library: Library }) {
  const { store } = useApp();
  const t = useT();
  const element = useRef<HTMLDivElement>(null);
  const isSelected = useSelect((s) => s.selected === id);
  const isDone = useSelect((s) => s.details[id]?.analysis != null);
  const words = useSelect((s) => describe(t, s, id));
  const tool = useSelect((s) => s.tool);
  useEffect(() => {
    const pane = element.current;
    if (pane === null) return;
    const measure = () => store.update(sized(id, { width: pane.clientWidth, height: pane.clientHeight }));
    const observer = new ResizeObserver(measure);
    observer.observe(pane);
    measure();
    const stop = listenToPointer(pane, store, () => id);
    return () => {
      observer.disconnect();
      stop();
    };
  }, [id, store]);
  return (
    <div
      ref={element} class={`pane tool-${tool}${isSelected ? " selected" : ""}`}
      data-pane={id} data-slot={cell.slot ?? ""}
      role="img" aria-label={words} tabIndex={0}
      onKeyDown={(event) => panWithArrows(event, store, id)}
      onPointerDownCapture={() => store.update(selecting(id))}
      onFocus={() => store.update(selecting(id))}
    >
      {isDone && <PictureView id={id} library={library} />}
      <OverlayLayer id={id} />
      <Measures id={id} />
      <Marks id={id} />
      <Drawings id={id} />
      <Corners id={id} cell={cell} />
      <Magnifier id={id} library={library} />
    </div>
  );
}

function describe(t: T, state: State, id: string): string {
  const document = state.details[id]?.analysis;
  if (document == null) return t("pane.none");
  const marks = marksVisible(state) ? findingsOf(state, id).length : 0;
  const picture = t(lookOf(state, id).variant === "original" ? "pane.mammogram" : "pane.preprocessed");
  return t("pane.describe", { picture, file: document.file, count: countOfMarks(t, marks, marks) });
}

/** What view it is, and how it is shown. */
function Corners({ id, cell }: { id: string; cell: Cell }) {
  const t = useT();
  const name = useSelect((s) => nameOf(s, id));
  const shown = useSelect((s) => shownWords(t, s, id));
  return (
    <>
      <p class="corner top" aria-hidden="true">{name}{cell.prior && ` · ${t("pane.prior")}`}</p>
      <p class="corner bottom" aria-hidden="true">{shown}</p>
    </>
  );
}

function nameOf(state: State, id: string): string {
  const image = state.details[id]?.analysis?.image;
  const name = `${image?.laterality ?? ""}${image?.view ?? ""}`;
  return name === "" ? (state.details[id]?.file ?? "") : name;
}

function shownWords(t: T, state: State, id: string): string {
  const [frame, camera, window] = [frameOf(state, id), cameraOf(state, id), windowOf(state, id)];
  if (frame === null || camera === null || window === null) return "";
  const { inverted } = lookOf(state, id);
  const share = camera.zoom / fullResolution(frame, globalThis.devicePixelRatio);
  const words = [
    t("pane.window", { width: Math.round(window.width), center: Math.round(window.center) }),
    t("pane.zoom", { share: percent(share) }),
    ...(frame.mirrored ? [t("pane.mirrored")] : []),
    ...(inverted ? [t("pane.inverted")] : []),
  ];
  return words.join(" · ");
}
