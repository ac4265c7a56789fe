import { el } from "../dom";
import type { Session } from "../session";

function carriesFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes("Files") ?? false;
}

/** Files may be dropped anywhere on the page; the returned veil says so while they hover. */
export function createDropVeil(session: Session): HTMLElement {
  const veil = el("div", { class: "drop-veil", hidden: true }, el("p", {}, "Drop to analyse"));
  let depth = 0; // dragenter and dragleave come for every element on the way
  const show = (change: number) => {
    depth = Math.max(0, depth + change);
    veil.hidden = depth === 0;
  };
  document.addEventListener("dragenter", (event) => carriesFiles(event) && show(1));
  document.addEventListener("dragleave", (event) => carriesFiles(event) && show(-1));
  document.addEventListener("dragover", (event) => carriesFiles(event) && event.preventDefault());
  document.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    show(-depth);
    void session.upload([...(event.dataTransfer?.files ?? [])]);
  });
  return veil;
}
