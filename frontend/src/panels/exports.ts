import { el } from "../dom";
import { currentDetail, currentDocument, type Store } from "../state";

interface Export {
  part: string;
  dicom: boolean;
  words: string;
}

/** What another program or a person can take away; the DICOM objects exist where the upload was DICOM. */
const EXPORTS: readonly Export[] = [
  { part: "report.pdf", dicom: false, words: "Report (PDF)" },
  { part: "report.html", dicom: false, words: "Report (to print)" },
  { part: "sr.dcm", dicom: true, words: "DICOM SR" },
  { part: "sr.dcm?kind=cad", dicom: true, words: "CAD SR" },
  { part: "seg.dcm", dicom: true, words: "DICOM SEG" },
];

/** The address of an export with the marks that the slider leaves. */
export function exportUrl(id: string, part: string, minConfidence: number): string {
  const joint = part.includes("?") ? "&" : "?";
  return `/api/v1/analyses/${encodeURIComponent(id)}/${part}${joint}min_confidence=${minConfidence}`;
}

export function createExports(store: Store): HTMLElement {
  const list = el("ul", { class: "exports" });
  const panel = el("section", { class: "exports-panel", "aria-label": "Exports" }, el("h2", {}, "Exports"), list);
  store.watch((s) => [currentDetail(s), s.selected, s.minConfidence], (s) => {
    const id = currentDocument(s) === null ? null : s.selected;
    panel.hidden = id === null;
    const offered = EXPORTS.filter(({ dicom }) => !dicom || currentDetail(s)?.referable === true);
    list.replaceChildren(...(id === null ? [] : offered.map((entry) => item(id, entry, s.minConfidence))));
  });
  return panel;
}

function item(id: string, { part, words }: Export, minConfidence: number): HTMLElement {
  return el("li", {}, el("a", { href: exportUrl(id, part, minConfidence), target: "_blank", rel: "noopener" }, words));
}
