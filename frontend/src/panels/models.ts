import type { AnalysisDocument, ModelCard } from "../api-types";
import { el } from "../dom";
import { currentDocument, type Store } from "../state";
import { measuredWords, metricName, metricValue } from "../words";

/** Which networks made the result in how much time, and what their cards say of them. */
export function createModels(store: Store): HTMLElement {
  const used = el("dl", { class: "models" });
  const cards = el("div", { class: "cards" });
  store.watch((s) => [currentDocument(s)], (s) => used.replaceChildren(...usedRows(currentDocument(s))));
  store.watch((s) => [s.models], ({ models }) => cards.replaceChildren(...(models ?? []).map(card)));
  return el("details", { class: "about" }, el("summary", {}, "Models and times"), used, cards);
}

function usedRows(document: AnalysisDocument | null): HTMLElement[] {
  if (document === null) return [el("dt", {}, "No analysis yet")];
  const models = Object.entries(document.models).flatMap(([task, name]) => row(task, name));
  const times = Object.entries(document.timings_ms).map(([stage, ms]) => `${stage} ${(ms / 1000).toFixed(1)} s`);
  return times.length === 0 ? models : [...models, ...row("times", times.join(", "))];
}

function card(model: ModelCard): HTMLElement {
  const metrics = Object.entries(model.metrics).map(([name, metric]) =>
    el("tr", {}, el("th", { scope: "row" }, metricName(name)), el("td", {}, metricValue(metric))),
  );
  const measured = metrics.length === 0 ? el("p", {}, "Nothing was measured.") : el("table", {}, ...metrics);
  const points = model.measured_on === null ? [] : row("Points at the slider", measuredWords(model.measured_on));
  const data = typeof model.training.data === "string" ? row("Data", model.training.data) : [];
  return el(
    "section",
    { class: "model-card", "aria-label": model.name },
    el("h3", {}, `${model.task}: ${model.name} ${model.version}`),
    el("p", {}, model.architecture),
    measured,
    el("ul", {}, ...model.limits.map((limit) => el("li", {}, limit))),
    el("dl", { class: "models" }, ...points, ...data, ...row("Licences", model.data_licence)),
  );
}

function row(name: string, value: string): HTMLElement[] {
  return [el("dt", {}, name), el("dd", {}, value)];
}
