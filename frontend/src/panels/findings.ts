import type { Finding } from "../api-types";
import { el, keyedList, type Row, setText } from "../dom";
import { currentDocument, shownFindings, type State, type Store } from "../state";
import { KIND_NAMES, MALIGNANCY_STAND_IN, percent, sizeOf } from "../words";
import { swatch } from "./legend";
import { createSlider } from "./slider";

/** The confidence slider and the list of what it leaves, each entry linked with its mark on the picture. */
export function createFindings(store: Store): HTMLElement {
  const list = el("ul", { class: "findings", "aria-label": "Findings" });
  const none = el("p", { class: "muted none" });
  const show = keyedList<Finding>(list, (finding) => finding.id, (finding) => createRow(finding, store));
  store.watch((s) => [currentDocument(s)], () => show([])); // another document's findings have the same ids
  store.watch((s) => [currentDocument(s), s.minConfidence, s.chosen, s.hovered], (s) => {
    show(shownFindings(s));
    setText(none, wordsForNone(s));
  });
  store.watch((s) => [s.chosen], (s) => scrollTo(list, s.chosen));
  list.addEventListener("keydown", (event) => moveFocus(list, event));
  return el(
    "section",
    { class: "findings-panel", "aria-label": "Findings" },
    el("h2", {}, "Findings"),
    createSlider(store),
    el("div", { class: "findings-scroll" }, list, none),
    el("p", { class: "note" }, `Confidence is the detector's own, not a probability of cancer. ${MALIGNANCY_STAND_IN}`),
  );
}

function wordsForNone(state: State): string {
  const document = currentDocument(state);
  if (document === null || shownFindings(state).length > 0) return "";
  if (document.findings.length === 0) return "Nothing was found. This does not rule out disease.";
  return "Nothing reaches this confidence. Lower it to see weaker candidates.";
}

function createRow(finding: Finding, store: Store): Row<Finding> {
  const { id } = finding;
  const malignant = finding.pathology === null ? null : percent(finding.pathology.malignant);
  const confidence = fact("Confidence", percent(finding.confidence));
  const title = el("span", { class: "title" }, swatch(finding.kind), `${id} · ${KIND_NAMES[finding.kind]}`);
  const choose = () => store.update(({ chosen }) => ({ chosen: chosen === id ? null : id }));
  const hover = (hovered: number | null) => () => store.update({ hovered });
  const button = el(
    "button",
    { type: "button", onclick: choose, onfocus: hover(id), onblur: hover(null) },
    el("span", { class: "facts" }, title, fact("Size", sizeOf(finding))),
    el("span", { class: "facts" }, confidence, fact("Malignancy", malignant)),
  );
  const element = el("li", { "data-finding": id, onmouseenter: hover(id), onmouseleave: hover(null) }, button);
  const update = () => {
    button.setAttribute("aria-pressed", String(store.state.chosen === id));
    element.classList.toggle("hovered", store.state.hovered === id);
  };
  return { element, update };
}

/** A dash where a fact is unknown, in words for screen readers and on hovering. */
function fact(name: string, value: string | null): HTMLElement {
  const known = value ?? el("span", { title: "not known" }, el("span", { "aria-hidden": "true" }, "—"));
  if (known instanceof HTMLElement) known.append(el("span", { class: "visually-hidden" }, "not known"));
  return el("span", { class: "fact" }, el("span", { class: "name" }, name), " ", el("span", { class: "value" }, known));
}

function scrollTo(list: HTMLElement, chosen: number | null): void {
  if (chosen !== null) list.querySelector(`[data-finding="${chosen}"]`)?.scrollIntoView({ block: "nearest" });
}

function moveFocus(list: HTMLElement, event: KeyboardEvent): void {
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  const buttons = [...list.querySelectorAll("button")];
  const next = buttons[buttons.findIndex((button) => button === document.activeElement) + step];
  if (step === 0 || next === undefined) return;
  event.preventDefault();
  next.focus();
}
