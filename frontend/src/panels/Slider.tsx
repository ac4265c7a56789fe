import { clampConfidence, HIGHEST_CONFIDENCE, LOWEST_CONFIDENCE, STARTING_CONFIDENCE } from "../findings";
import { run } from "../keys/commands";
import { keysOf } from "../keys/keymap";
import { operatingOf } from "../operating";
import { useSelect, useStore, useT } from "../state/hooks";
import { isKeptBack } from "../state/reveal";
import { currentDocument, filtered, shownFindings, type State } from "../state/state";
import type { T } from "../words";
import { countOfMarks, operatingWords, percent } from "../words/format";

/** The confidence threshold, and what is known of the detector there. It filters here; it asks nothing. */
export function Slider() {
  const store = useStore();
  const t = useT();
  const minConfidence = useSelect((s) => s.minConfidence);
  const count = useSelect((s) => countWords(t, s));
  const move = (event: Event) => {
    store.update(filtered(clampConfidence((event.currentTarget as HTMLInputElement).valueAsNumber)));
  };
  const words = `${Math.round(minConfidence * 100)} %`;
  return (
    <div class="slider">
      <label for="min-confidence">{t("slider.label")}</label>
      <output for="min-confidence" class="threshold">{words}</output>
      <input
        type="range" id="min-confidence" min={LOWEST_CONFIDENCE} max={HIGHEST_CONFIDENCE} step={0.01}
        value={minConfidence} aria-describedby="operating" aria-valuetext={words} onInput={move}
      />
      <Declared />
      <OperatingLine />
      <p class="count" role="status" data-testid="count">{count}</p>
    </div>
  );
}

/** Their place is kept until we know whether the detector's card states any points. */
function usePoints(): "unknown" | "stated" | "none" {
  return useSelect(({ models }) => (models === null ? "unknown" : operatingOf(models) === null ? "none" : "stated"));
}

/** A tick under the track at the declared operating point; pressed, it brings the handle back there. */
function Declared() {
  const store = useStore();
  const t = useT();
  const points = usePoints();
  const key = useSelect((s) => keysOf("declared", s.ownKeys)[0] ?? "");
  const share = (STARTING_CONFIDENCE - LOWEST_CONFIDENCE) / (HIGHEST_CONFIDENCE - LOWEST_CONFIDENCE);
  const title = t("slider.declaredTitle", { key });
  const toCome = points === "unknown" ? " to-come" : "";
  return (
    <div class={`declared${toCome}`} hidden={points === "none"} style={{ "--share": share }}>
      <button type="button" title={title} onClick={() => run(store, "declared")}>
        {t("slider.declared", { share: percent(STARTING_CONFIDENCE) })}
      </button>
    </div>
  );
}

function OperatingLine() {
  const t = useT();
  const points = usePoints();
  const words = useSelect(({ models, minConfidence }) => {
    const operating = operatingOf(models ?? []);
    return operating === null ? "" : operatingWords(t, operating, minConfidence);
  });
  const toCome = points === "unknown" ? " to-come" : "";
  return (
    <p class={`note operating${toCome}`} id="operating" data-testid="operating" hidden={points === "none"}>{words}</p>
  );
}

function countWords(t: T, state: State): string {
  const document = currentDocument(state);
  if (document === null) return t("slider.noAnalysis");
  if (isKeptBack(state)) return "";
  const words = countOfMarks(t, shownFindings(state).length, document.findings.length);
  return state.marksShown ? words : t("slider.hidden", { count: words });
}
