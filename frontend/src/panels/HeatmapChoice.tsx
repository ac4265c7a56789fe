import type { Finding } from "../api-types";
import { useSelect, useStore, useT } from "../state/hooks";
import type { HeatmapModel } from "../state/overlays";
import type { FindingRef } from "../state/state";
import { sameJson } from "../viewer/same";

const METHODS = ["gradcam", "occlusion"] as const;

/** The networks that judged this finding. */
export function modelsFor({ kind, pathology, second_opinion: second, calcifications }: Finding): HeatmapModel[] {
  return [
    ...(kind === "mass" && pathology !== null ? (["pathology"] as const) : []),
    ...(second != null ? (["hybrid"] as const) : []),
    ...(calcifications != null ? (["microcalcification"] as const) : []),
  ];
}

/** Which network is asked and how, while the heatmap of this finding is shown. */
export function HeatmapChoice({ of, finding }: { of: FindingRef; finding: Finding }) {
  const store = useStore();
  const t = useT();
  const overlay = useSelect((s) => (s.overlay?.name === "heatmap" ? s.overlay : null), sameJson);
  if (overlay?.analysis !== of.analysis || overlay.finding !== of.finding) return null;
  const models = modelsFor(finding);
  const choose = (change: Partial<typeof overlay>) => store.update({ overlay: { ...overlay, ...change } });
  return (
    <div class="heatmap-choice">
      <select
        aria-label={t("findings.model")} value={overlay.model}
        onChange={(event) => choose({ model: event.currentTarget.value as HeatmapModel })}
      >
        {models.map((model) => <option key={model} value={model}>{t(`overlay.model.${model}`)}</option>)}
      </select>
      <select
        aria-label={t("findings.method")} value={overlay.method}
        onChange={(event) => choose({ method: event.currentTarget.value as (typeof METHODS)[number] })}
      >
        {METHODS.map((method) => <option key={method} value={method}>{t(`findings.${method}`)}</option>)}
      </select>
    </div>
  );
}
