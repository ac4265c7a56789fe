import { el } from "../dom";
import { KEYS } from "../keys";
import type { Store } from "../state";
import { DISCLAIMER } from "../words";

const POINTER: readonly (readonly [string, string])[] = [
  ["Wheel", "Zoom at the pointer"],
  ["Drag", "Move the picture"],
  ["Double click", "Show the whole picture"],
  ["Click a mark", "Find it in the list"],
  ["Arrow keys", "Move the focused picture, or go through the list"],
];

/** The keys, and the switch that turns them off. */
export function createHelp(store: Store): HTMLDialogElement {
  const rows = [...KEYS.map(({ keys, words }) => [keys[0] ?? "", words] as const), ...POINTER];
  const dialog = el(
    "dialog",
    { class: "help", "aria-labelledby": "help-title" },
    el("h2", { id: "help-title" }, "Keys and pointer"),
    el("dl", {}, ...rows.map(([key, words]) => el("div", {}, el("dt", {}, el("kbd", {}, key)), el("dd", {}, words)))),
    singleKeySwitch(store),
    el("p", { class: "note" }, `${DISCLAIMER}.`),
    el("button", { type: "button", class: "primary", autofocus: true, onclick: () => dialog.close() }, "Close"),
  );
  dialog.addEventListener("close", () => store.update({ helpShown: false }));
  store.watch((s) => [s.helpShown], ({ helpShown }) => {
    if (helpShown && !dialog.open) dialog.showModal();
  });
  return dialog;
}

function singleKeySwitch(store: Store): HTMLElement {
  const box = el("input", { type: "checkbox", id: "single-keys" });
  box.checked = store.state.singleKeys;
  box.addEventListener("change", () => store.update({ singleKeys: box.checked }));
  return el("p", {}, box, el("label", { for: "single-keys" }, " Single-key commands are on"));
}
