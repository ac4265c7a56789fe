import { useEffect, useState } from "preact/hooks";
import { fetchPicture, problemOf } from "../api";
import type { Problem } from "../api-types";
import { useSelect, useT } from "../state/hooks";
import { type Overlay, overlayOn, overlayUrl } from "../state/overlays";
import { isKeptBack } from "../state/reveal";
import { cameraOf, frameOf, paneOf } from "../state/viewing";
import { worldToCanvas } from "./geometry";
import { sameJson } from "./same";

/** A map or mask over one picture. It is fetched once; zoom, pan and opacity are the browser's. */
export function OverlayLayer({ id }: { id: string }) {
  const overlay = useSelect((s) => (isKeptBack(s) && s.overlay?.name !== "mask" ? null : overlayOn(s, id)), sameJson);
  return overlay === null ? null : <Shown key={JSON.stringify(overlay)} id={id} overlay={overlay} />;
}

type Fetched = { url: string } | { problem: Problem } | null;

/** The picture as an address of its own in memory, so that a refusal can be told in words. */
function useFetched(url: string): Fetched {
  const [fetched, setFetched] = useState<Fetched>(null);
  useEffect(() => {
    const end = new AbortController();
    let made: string | null = null;
    fetchPicture(url, end.signal).then((blob) => {
      made = URL.createObjectURL(blob);
      setFetched({ url: made });
    }).catch((error: unknown) => {
      if (!end.signal.aborted) setFetched({ problem: problemOf(error) });
    });
    return () => {
      end.abort();
      if (made !== null) URL.revokeObjectURL(made);
    };
  }, [url]);
  return fetched;
}

function Shown({ id, overlay }: { id: string; overlay: Overlay }) {
  const t = useT();
  const fetched = useFetched(overlayUrl(overlay, id));
  const opacity = useSelect((s) => s.overlayOpacity);
  const transform = useSelect((s) => transformOf(s, id));
  const size = useSelect((s) => frameOf(s, id), sameJson);
  if (size === null) return null;
  if (fetched === null) return <p class="overlay-words" role="status">{t("overlay.coming")}</p>;
  if ("problem" in fetched) {
    return <p class="overlay-words" role="status">{t("overlay.none", { why: fetched.problem.detail })}</p>;
  }
  const style = { width: `${size.width}px`, height: `${size.height}px`, transform, opacity };
  if (overlay.name === "mask") {
    return <div class="overlay mask" data-overlay="mask" style={{ ...style, maskImage: `url(${fetched.url})` }} />;
  }
  return <img class="overlay" data-overlay={overlay.name} src={fetched.url} alt="" style={style} />;
}

/** From pixels of the image as it was sent to CSS pixels of the pane, as a CSS transform. */
function transformOf(state: Parameters<typeof frameOf>[0], id: string): string {
  const [frame, camera] = [frameOf(state, id), cameraOf(state, id)];
  if (frame === null || camera === null) return "none";
  const [x, y] = worldToCanvas(camera, paneOf(state, id), [frame.mirrored ? frame.width * frame.spacing[0] : 0, 0]);
  const [across, down] = [frame.spacing[0] * camera.zoom, frame.spacing[1] * camera.zoom];
  return `translate(${x}px, ${y}px) scale(${frame.mirrored ? -across : across}, ${down})`;
}
