import { el, keyedList, type Row } from "../dom";
import { adviceFor } from "../problems";
import { dismissed, type Notice, type Store } from "../state";

/** Problems, over the viewer so that nothing moves, until the reader dismisses them. */
export function createNotices(store: Store): HTMLElement {
  const list = el("div", { class: "notices", role: "alert", "aria-label": "Problems" });
  const show = keyedList<Notice>(list, (notice) => notice.key, (notice) => createRow(notice, store));
  store.watch((s) => [s.notices], ({ notices }) => show(notices));
  return list;
}

function createRow({ key, file, problem }: Notice, store: Store): Row<Notice> {
  const heading = file === null ? problem.title : `${file}: ${problem.title}`;
  const element = el(
    "div",
    { class: "notice", "data-code": problem.code },
    el("p", { class: "title" }, heading),
    el("p", {}, problem.detail),
    el("p", {}, adviceFor(problem)),
    el("p", { class: "code" }, problem.code),
    el("button", { type: "button", onclick: () => store.update(dismissed(key)) }, "Dismiss"),
  );
  return { element, update: () => undefined };
}
