import type { WordKey } from "../words";

interface Export {
  part: string;
  dicom: boolean;
  words: WordKey;
}

/** What another program or a person can take away; the DICOM objects exist where the upload was DICOM. */
export const EXPORTS: readonly Export[] = [
  { part: "report.pdf", dicom: false, words: "exports.pdf" },
  { part: "report.html", dicom: false, words: "exports.html" },
  { part: "sr.dcm", dicom: true, words: "exports.sr" },
  { part: "sr.dcm?kind=cad", dicom: true, words: "exports.cad" },
  { part: "seg.dcm", dicom: true, words: "exports.seg" },
];

/** The address of an export with the marks that the slider leaves. */
export function exportUrl(id: string, part: string, minConfidence: number): string {
  const joint = part.includes("?") ? "&" : "?";
  return `/api/v1/analyses/${encodeURIComponent(id)}/${part}${joint}min_confidence=${minConfidence}`;
}
