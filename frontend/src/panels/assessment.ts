import type { AnalysisDocument, Masking, MaskingLevel } from "../api-types";
import { el } from "../dom";
import { currentDocument, type Store } from "../state";
import { CANCER_MEANING, MASKING_STAND_IN, maskingSentence, percent } from "../words";
import { createModels } from "./models";

const LEVELS: readonly MaskingLevel[] = ["low", "medium", "high"];

/** What was concluded about the whole picture, and what the reader must know about how. */
export function createAssessment(store: Store): HTMLElement {
  const cancer = el("div", { class: "card cancer" });
  const masking = el("div", { class: "card masking" });
  const warnings = el("ul", { class: "warnings", "aria-label": "Warnings" });
  store.watch((s) => [currentDocument(s)], (s) => {
    const document = currentDocument(s);
    cancer.replaceChildren(...cancerContent(document));
    masking.replaceChildren(...maskingContent(document?.masking ?? null));
    warnings.replaceChildren(...(document?.warnings ?? []).map((warning) => el("li", {}, warning)));
    warnings.hidden = document === null || document.warnings.length === 0;
  });
  return el(
    "section",
    { class: "assessment", "aria-label": "Whole picture" },
    el("h2", {}, "Whole picture"),
    warnings,
    cancer,
    masking,
    createModels(store),
  );
}

function cancerContent(document: AnalysisDocument | null): HTMLElement[] {
  const value = document?.cancer == null ? "—" : percent(document.cancer.probability);
  return [
    el("p", { class: "headline" }, el("span", {}, "Cancer probability"), el("strong", {}, value)),
    el("p", { class: "note" }, CANCER_MEANING),
  ];
}

function maskingContent(masking: Masking | null): HTMLElement[] {
  const level = masking?.level ?? null;
  return [
    el("p", { class: "headline" }, el("span", {}, "Masking"), el("strong", {}, level ?? "—")),
    ...LEVELS.map((name) => bar(name, masking?.probabilities[name] ?? null, name === level)),
    el("p", { class: "sentence" }, level === null ? "" : maskingSentence(level)),
    el("p", { class: "note" }, MASKING_STAND_IN),
  ];
}

function bar(name: MaskingLevel, share: number | null, isLevel: boolean): HTMLElement {
  const fill = el("span", { class: "fill" });
  fill.style.width = `${(share ?? 0) * 100}%`;
  const value = el("span", { class: "value" }, share === null ? "—" : percent(share));
  const track = el("span", { class: "track", "aria-hidden": "true" }, fill);
  return el("div", { class: isLevel ? "bar level" : "bar" }, el("span", {}, name), track, value);
}
