import type { AnalysisSummary, JobState } from "../api-types";
import { el, keyedList, type Row, setText } from "../dom";
import type { Session } from "../session";
import type { Store } from "../state";

const STATE_WORDS: Record<JobState, string> = {
  queued: "Waiting",
  running: "Running …",
  done: "Done",
  failed: "Failed",
};

/** The analyses of this session, to switch between and to delete. */
export function createAnalyses(store: Store, session: Session): HTMLElement {
  const list = el("ul", { class: "analyses", "aria-label": "Analyses of this session" });
  const sending = el("p", { class: "sending", role: "status" });
  const empty = el("p", { class: "muted" }, "None yet.");
  const show = keyedList<AnalysisSummary>(list, (entry) => entry.id, (entry) => createRow(entry, store, session));
  store.watch(
    (s) => [s.analyses, s.selected],
    ({ analyses }) => {
      empty.hidden = analyses.length > 0;
      show(analyses);
    },
  );
  store.watch((s) => [s.sending], (s) => setText(sending, sendingWords(s.sending)));
  return el("nav", { class: "panel left", "aria-label": "Analyses" }, el("h2", {}, "Analyses"), empty, list, sending);
}

function sendingWords(names: readonly string[]): string {
  const [first, ...others] = names;
  if (first === undefined) return "";
  return others.length === 0 ? `Sending ${first} …` : `Sending ${first} … and ${others.length} more`;
}

function createRow(entry: AnalysisSummary, store: Store, session: Session): Row<AnalysisSummary> {
  const state = el("span", { class: "state" });
  const name = el("span", { class: "file", title: entry.file }, entry.file);
  const open = el("button", { type: "button", class: "open", onclick: () => session.select(entry.id) }, name, state);
  const remove = el(
    "button",
    { type: "button", class: "quiet", title: "Delete", "aria-label": `Delete ${entry.file}` },
    "✕",
  );
  const element = el("li", { "data-analysis": entry.id }, open, remove);
  remove.addEventListener("click", () => void deleteAndKeepFocus(element, () => session.remove(entry.id)));
  const update = (now: AnalysisSummary) => {
    element.dataset.state = now.state;
    setText(state, STATE_WORDS[now.state]);
    open.setAttribute("aria-current", String(store.state.selected === now.id));
  };
  return { element, update };
}

/** Keyboard readers go on at the neighbouring entry instead of being sent to the top of the page. */
async function deleteAndKeepFocus(element: HTMLElement, remove: () => Promise<void>): Promise<void> {
  const neighbour = element.nextElementSibling ?? element.previousElementSibling;
  await remove();
  const next = element.isConnected ? null : (neighbour?.querySelector("button") ?? null);
  (next ?? document.querySelector<HTMLElement>(".header button"))?.focus();
}
