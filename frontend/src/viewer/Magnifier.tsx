import { useEffect, useRef } from "preact/hooks";
import type { Point } from "../api-types";
import { useApp, useSelect } from "../state/hooks";
import { type AppStore, lookOf } from "../state/state";
import { cameraOf, frameOf, paneOf, windowOf } from "../state/viewing";
import type { Pane } from "./cornerstone";
import { canvasToWorld, fullResolution } from "./geometry";
import type { Library } from "./library";
import { pictureOf } from "./picture";

const SIDE = 240; // CSS pixels, as `.lens` in style.css

/** A glass that follows the pointer and shows what lies under it at full resolution, or twice as large. */
export function Magnifier({ id, library }: { id: string; library: Library }) {
  const { store } = useApp();
  const isOn = useSelect((s) => s.magnifier);
  const lens = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!isOn || lens.current === null) return;
    return follow(lens.current, id, store, library);
  }, [isOn, id, store, library]);
  return isOn ? <div class="lens" hidden ref={lens}><div class="picture" /></div> : null;
}

function follow(lens: HTMLDivElement, id: string, store: AppStore, library: Library): () => void {
  const end = new AbortController();
  const host = lens.parentElement;
  const element = lens.querySelector("div");
  let pane: Pane | null = null;
  void import("./cornerstone").then((cornerstone) => {
    if (element !== null && !end.signal.aborted) pane = new cornerstone.Pane(element);
  });
  const look = async (at: Point) => {
    const { state } = store;
    const [frame, camera, window] = [frameOf(state, id), cameraOf(state, id), windowOf(state, id)];
    if (frame === null || camera === null || window === null) return;
    const { inverted, variant } = lookOf(state, id);
    const picture = pictureOf(state, id, await library.pixels(id, variant));
    if (picture === null || pane === null || end.signal.aborted) return;
    const zoom = Math.max(fullResolution(frame, globalThis.devicePixelRatio), 2 * camera.zoom);
    const centre = canvasToWorld(camera, paneOf(state, id), at);
    pane.show(picture);
    pane.look({ camera: { centre, zoom }, window, inverted, size: { width: SIDE, height: SIDE } });
  };
  host?.addEventListener("pointermove", (event) => {
    const corner = host.getBoundingClientRect();
    const at: Point = [event.clientX - corner.left, event.clientY - corner.top];
    lens.hidden = false;
    lens.style.transform = `translate(${at[0] - SIDE / 2}px, ${at[1] - SIDE / 2}px)`;
    void look(at).catch(() => undefined); // that the picture is missing is said in its pane
  }, end);
  host?.addEventListener("pointerleave", () => (lens.hidden = true), end);
  return () => {
    end.abort();
    pane?.destroy();
  };
}
