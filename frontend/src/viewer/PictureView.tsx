import { useEffect, useRef, useState } from "preact/hooks";
import type { Variant } from "../api-types";
import { useApp, useT } from "../state/hooks";
import { type AppStore, lookOf, noticed, type State } from "../state/state";
import { cameraOf, frameOf, paneOf, windowOf } from "../state/viewing";
import type { T } from "../words";
import type { Pane } from "./cornerstone";
import type { Library } from "./library";
import { pictureOf } from "./picture";
import type { Pixels } from "./pixels";
import { sameJson } from "./same";

/** The pixels of one image, drawn by Cornerstone, which is fetched with the first picture. */
export function PictureView({ id, library }: { id: string; library: Library }) {
  const { store } = useApp();
  const t = useT();
  const element = useRef<HTMLDivElement>(null);
  const [isLoading, setLoading] = useState(true);
  useEffect(() => {
    if (element.current === null) return;
    return drawInto(element.current, id, store, library, t, setLoading);
  }, [id, store, library, t]);
  return (
    <>
      <div class="picture" ref={element} data-picture={id} />
      {isLoading && <p class="pane-loading">{t("pane.loading")}</p>}
    </>
  );
}

function drawInto(
  element: HTMLDivElement, id: string, store: AppStore, library: Library, t: T, setLoading: (loading: boolean) => void,
): () => void {
  let ended = false;
  let pane: Pane | null = null;
  let stop: () => void = () => undefined;
  void import("./cornerstone").then((cornerstone) => {
    if (ended) return;
    pane = new cornerstone.Pane(element);
    stop = follow(pane, id, store, library, t, setLoading);
  });
  return () => {
    ended = true;
    stop();
    pane?.destroy();
  };
}

/** Keep the pane as the state says. */
function follow(
  pane: Pane, id: string, store: AppStore, library: Library, t: T, setLoading: (loading: boolean) => void,
): () => void {
  const pixels = new Map<Variant, Pixels>();
  const draw = () => {
    const { state } = store;
    const { inverted, variant } = lookOf(state, id);
    const arrived = pixels.get(variant);
    const shown = arrived === undefined ? null : pictureOf(state, id, arrived);
    const [camera, window] = [cameraOf(state, id), windowOf(state, id)];
    if (shown === null) return;
    pane.show(shown);
    if (camera !== null && window !== null) pane.look({ camera, window, inverted, size: paneOf(state, id) });
  };
  const fetchFor = (variant: Variant) => {
    setLoading(!pixels.has(variant));
    library.pixels(id, variant).then((arrived) => {
      pixels.set(variant, arrived);
      const { facts } = arrived;
      if (variant === "original") store.update(({ pixelFacts }) => ({ pixelFacts: { ...pixelFacts, [id]: facts } }));
      setLoading(false);
      draw();
    }).catch(() => {
      setLoading(false);
      if (!store.state.analyses.some((entry) => entry.id === id)) return; // deleted meanwhile
      const problem = { title: t("problem.picture_missing"), detail: t("problem.picture_missing.detail") };
      store.update(noticed({ code: "picture_missing", ...problem }, store.state.details[id]?.file ?? null));
    });
  };
  const ends = [
    store.watch((s) => [lookOf(s, id).variant], (s) => fetchFor(lookOf(s, id).variant)),
    watchValue(store, (s) => [frameOf(s, id), cameraOf(s, id), windowOf(s, id), lookOf(s, id), paneOf(s, id)], draw),
  ];
  return () => ends.forEach((end) => end());
}

function watchValue(store: AppStore, select: (state: State) => unknown, react: () => void): () => void {
  let seen = select(store.state);
  react();
  return store.subscribe(() => {
    const now = select(store.state);
    if (sameJson(now, seen)) return;
    seen = now;
    react();
  });
}
