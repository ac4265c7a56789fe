import { useSelect, useStore, useT } from "../state/hooks";
import type { Overlay } from "../state/overlays";
import type { T } from "../words";

/** What the colours of the overlay mean, and how strong they are. */
export function OverlayLegend() {
  const store = useStore();
  const t = useT();
  const overlay = useSelect((s) => s.overlay);
  const opacity = useSelect((s) => s.overlayOpacity);
  if (overlay === null) return null;
  const set = (event: Event) => {
    store.update({ overlayOpacity: (event.currentTarget as HTMLInputElement).valueAsNumber });
  };
  return (
    <div class="overlay-legend" role="group" aria-label={t("overlay.title")}>
      <p class="overlay-name">{nameOf(t, overlay)}</p>
      {overlay.name !== "mask" && (
        <p class="overlay-scale">
          <span>{t(`overlay.${overlay.name}.low`)}</span>
          <span class="viridis" aria-hidden="true" />
          <span>{t(`overlay.${overlay.name}.high`)}</span>
        </p>
      )}
      <p class="note">{t(`overlay.${overlay.name}.meaning`)}</p>
      <label class="overlay-opacity">
        {t("overlay.opacity")}
        <input type="range" min={0} max={1} step={0.05} value={opacity} onInput={set} />
      </label>
      <button
        type="button" class="quiet" aria-label={t("overlay.hide")} onClick={() => store.update({ overlay: null })}
      >
        ✕
      </button>
    </div>
  );
}

function nameOf(t: T, overlay: Overlay): string {
  if (overlay.name !== "heatmap") return t(`overlay.${overlay.name}`);
  const model = t(`overlay.model.${overlay.model}`);
  return overlay.finding === null ? model : t("overlay.ofFinding", { model, n: overlay.finding });
}
