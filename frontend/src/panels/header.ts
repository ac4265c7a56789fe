import { el } from "../dom";
import type { Session } from "../session";
import { DISCLAIMER } from "../words";

/** Name, disclaimer and the upload button; `input` is shared with whoever else offers to choose files. */
export function createHeader(input: HTMLInputElement): HTMLElement {
  return el(
    "header",
    { class: "header" },
    el("h1", {}, "Mammoscope"),
    el("p", { class: "disclaimer", role: "note" }, DISCLAIMER),
    uploadButton(input, "Upload mammograms"),
  );
}

export function uploadButton(input: HTMLInputElement, words: string): HTMLButtonElement {
  return el("button", { type: "button", class: "primary", onclick: () => input.click() }, words);
}

/** The hidden file input. It takes any name: DICOM files often have no ending. */
export function createFileInput(session: Session): HTMLInputElement {
  const input = el("input", { type: "file", multiple: true, hidden: true, "aria-label": "Mammograms to analyse" });
  input.addEventListener("change", () => {
    void session.upload([...(input.files ?? [])]);
    input.value = ""; // the same file can be chosen again
  });
  return input;
}
