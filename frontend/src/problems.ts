import type { Problem } from "./api-types";

const ADVICE: Record<string, string> = {
  unreadable_image: "Send the original file again: DICOM, PNG, JPEG, TIFF, WebP or PGM, not shortened or renamed.",
  unsupported_image: "Send a single two-dimensional mammogram in shades of grey (DICOM modality MG).",
  image_too_large: "Send the image at the size the mammography unit produced, not an enlarged copy.",
  unreadable_archive: "Pack the original files again, as a plain ZIP without a password, or send them one by one.",
  archive_too_large: "Send the study in several parts, or its images one by one.",
  model_unavailable: "Run “mammoscope doctor” on the machine that serves this page; it says which file is wrong.",
  pipeline_error: "Send another export of the same image; if that fails too, it cannot be judged here.",
  upload_too_large: "Send one image at a time, as the mammography unit stored it.",
  queue_full: "Wait until some of the waiting analyses have finished, then send the file again.",
  forbidden_origin: "Open this page under the address that “make run” printed.",
  internal_error: "Try once more. If it stays, tell whoever runs the server; its log says more.",
  not_found: "It was deleted or has expired. Send the file again.",
  unreachable: "Check that “make run” is still running on the machine that serves this page, then try again.",
  picture_missing: "Select the analysis again. If it stays, send the file again.",
  unreadable_answer: "Load the page again. If it stays, look at the server's log.",
};

const ADVICE_BY_STATUS: Record<number, string> = {
  404: "It was deleted or has expired. Send the file again.",
  413: "Send a smaller file.",
  415: "Send a DICOM, PNG, JPEG, TIFF, WebP or PGM file.",
  429: "Wait until the analyses that are running have finished, then send the file again.",
  503: "Wait a moment, then send the file again.",
};

/** One sentence saying what the reader can do about a problem. */
export function adviceFor(problem: Problem): string {
  return ADVICE[problem.code] ?? ADVICE_BY_STATUS[problem.status ?? 0] ?? "Try again, or send another file.";
}
