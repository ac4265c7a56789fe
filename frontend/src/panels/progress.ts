import type { AnalysisDetail } from "../api-types";
import { el } from "../dom";
import { adviceFor } from "../problems";
import { currentDetail, type State, type Store } from "../state";
import { DISCLAIMER, STAGES } from "../words";
import { uploadButton } from "./header";

/** What stands in the viewer while there is no picture: an invitation, the stages, or what went wrong. */
export function createProgress(store: Store, input: HTMLInputElement): HTMLElement {
  const invitation = createInvitation(input);
  const content = el("div", { class: "progress-content" });
  const said = el("p", { class: "visually-hidden", role: "status" });
  const element = el("div", { class: "progress" }, invitation, content, said);
  store.watch((s) => [currentDetail(s), s.selected, s.sending.length > 0], (state) => {
    const detail = currentDetail(state);
    element.hidden = detail?.state === "done";
    invitation.hidden = state.selected !== null || state.sending.length > 0;
    content.replaceChildren(...contentFor(state, detail));
    said.textContent = statusOf(detail);
  });
  return element;
}

function createInvitation(input: HTMLInputElement): HTMLElement {
  return el(
    "div",
    { class: "invitation" },
    el("p", { class: "large" }, "Drop mammograms here"),
    el("p", { class: "muted" }, "DICOM, PNG, JPEG, TIFF, WebP or PGM; one view in each file, or a ZIP of them."),
    uploadButton(input, "Choose files"),
    el("p", { class: "muted small" }, `${DISCLAIMER}.`),
  );
}

function contentFor(state: State, detail: AnalysisDetail | null): HTMLElement[] {
  const isIdle = state.selected === null && state.sending.length === 0;
  if (detail === null) return isIdle ? [] : [el("p", {}, "One moment …")];
  if (detail.state === "failed") return [failure(detail)];
  return detail.state === "done" ? [] : [stages(detail)];
}

function stages(detail: AnalysisDetail): HTMLElement {
  const at = STAGES.findIndex(([stage]) => stage === detail.stage);
  const items = STAGES.map(([, words], i) => {
    const progress = i < at ? "past" : i === at ? "now" : "to-come";
    return el("li", { class: progress, ...(i === at ? { "aria-current": "step" } : {}) }, words);
  });
  const heading = detail.state === "queued" ? "Waiting for its turn" : "Analysing";
  const [title, file] = [el("p", { class: "large" }, heading), el("p", { class: "muted" }, detail.file)];
  return el("div", {}, title, file, el("ol", {}, ...items));
}

function failure({ error, file }: AnalysisDetail): HTMLElement {
  const problem = error ?? { code: "failed", title: "The analysis failed", detail: "No reason was given." };
  return el(
    "div",
    { class: "failure", role: "alert" },
    el("p", { class: "large" }, problem.title),
    el("p", { class: "muted" }, file),
    el("p", {}, problem.detail),
    el("p", {}, adviceFor(problem)),
    el("p", { class: "code" }, problem.code),
  );
}

function statusOf(detail: AnalysisDetail | null): string {
  if (detail === null) return "";
  if (detail.state === "done") return `${detail.file}: analysis finished`;
  return STAGES.find(([stage]) => stage === detail.stage)?.[1] ?? "";
}
