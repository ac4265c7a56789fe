import type {
  AnalysisDetail, ModelCard, Preferences, Problem, Study, Variant, Verdict,
} from "./api-types";

const ANALYSES = "/api/v1/analyses";
const STUDIES = "/api/v1/studies";

/** What the server refused, or that it could not be reached (code "unreachable"). */
export class ApiError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail || problem.title);
    this.name = "ApiError";
    this.problem = problem;
  }
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The problem document of an answer that is not 2xx, also where a proxy answered in another format. */
export function problemFrom(status: number, body: unknown): Problem {
  const fields: Record<string, unknown> = typeof body === "object" && body !== null ? { ...body } : {};
  return {
    code: text(fields.code) || `http_${status}`,
    title: text(fields.title) || "The request was refused",
    detail: text(fields.detail) || text(fields.message) || `The server answered with status ${status}.`,
    status,
  };
}

const UNREACHABLE: Problem = {
  code: "unreachable",
  title: "The server cannot be reached",
  detail: "No answer came from the Mammoscope server.",
};

type Init = Omit<RequestInit, "headers"> & { headers?: Record<string, string> };

async function request(url: string, init: Init = {}): Promise<Response> {
  const headers = { Accept: "application/json, application/problem+json", ...init.headers };
  const answer = await fetch(url, { ...init, headers }).catch(() => {
    throw new ApiError(UNREACHABLE);
  });
  if (answer.ok) return answer;
  throw new ApiError(problemFrom(answer.status, await answer.json().catch(() => null)));
}

/** What went wrong, for the reader; a mistake of the page itself included. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ApiError) return error.problem;
  return { code: "page_error", title: "The page made a mistake", detail: String(error) };
}

export async function fetchPicture(url: string, signal: AbortSignal): Promise<Blob> {
  return (await request(url, { signal })).blob();
}

/** A 2xx answer that is not JSON (a proxy's page, an answer cut off) is an error like any other. */
async function json<T>(answer: Response): Promise<T> {
  try {
    return (await answer.json()) as T;
  } catch {
    const detail = "The server's answer could not be read.";
    throw new ApiError({ code: "unreadable_answer", title: "Unexpected answer", detail, status: answer.status });
  }
}

/** What became of one image that was sent: its analysis, or for a file of a ZIP why it was refused. */
export type Sent = { id: string; file: string } | { file: string; error: Problem };

/** What came at once; `upload` is the same for all of it. */
export interface Drop {
  upload: string | null;
  label: string | null;
}

/** Send one file, or a ZIP of them; each is analysed once, whatever the reader does with the slider later. */
export async function startAnalyses(file: File, { upload, label }: Drop): Promise<Sent[]> {
  const body = new FormData();
  if (upload !== null) body.append("upload", upload);
  if (label !== null) body.append("label", label);
  body.append("file", file, file.name);
  const answer = await json<Sent | { analyses: Sent[] }>(await request(ANALYSES, { method: "POST", body }));
  return "analyses" in answer ? answer.analyses : [answer];
}

/** The worklist, each study with what was before it. */
export async function listStudies(): Promise<Study[]> {
  return (await json<{ studies: Study[] }>(await request(STUDIES))).studies;
}

export async function getAnalysis(id: string): Promise<AnalysisDetail> {
  return json(await request(analysisUrl(id)));
}

export async function deleteStudy(id: string): Promise<void> {
  await request(`${STUDIES}/${encodeURIComponent(id)}`, { method: "DELETE" });
}

/** Out of the bin again. */
export async function restoreStudy(id: string): Promise<void> {
  await request(`${STUDIES}/${encodeURIComponent(id)}/restore`, { method: "POST" });
}

/** What `reader` said last of an image, null where nothing yet, and the ETag to name when it is said anew. */
export async function getVerdict(id: string, reader: string): Promise<{ verdict: Verdict | null; version: string }> {
  const answer = await request(`${verdictUrl(id)}?reader=${encodeURIComponent(reader)}`);
  const version = answer.headers.get("ETag") ?? '"0"';
  return { verdict: answer.status === 204 ? null : await json<Verdict>(answer), version };
}

/** Say it in place of `version`; "*" takes the place of whatever there is. Gives the ETag of what was saved. */
export async function putVerdict(id: string, verdict: Verdict, version: string): Promise<string> {
  const headers = { "Content-Type": "application/json", "If-Match": version };
  const sent = { method: "PUT", body: JSON.stringify(verdict), headers };
  const keepalive = sent.body.length < 60_000; // it also goes out while the page is left; browsers allow 64 KiB
  return (await request(verdictUrl(id), { ...sent, keepalive })).headers.get("ETag") ?? version;
}

export async function getPreferences(reader: string): Promise<Preferences> {
  return json(await request(preferencesUrl(reader)));
}

export async function putPreferences(reader: string, preferences: Preferences): Promise<void> {
  const headers = { "Content-Type": "application/json" };
  await request(preferencesUrl(reader), { method: "PUT", body: JSON.stringify(preferences), headers });
}

/** The cards of the networks that the server uses. */
export async function listModels(): Promise<ModelCard[]> {
  return (await json<{ models: ModelCard[] }>(await request("/api/v1/models"))).models;
}

function analysisUrl(id: string): string {
  return `${ANALYSES}/${encodeURIComponent(id)}`;
}

function verdictUrl(id: string): string {
  return `${analysisUrl(id)}/verdict`;
}

function preferencesUrl(reader: string): string {
  return `/api/v1/preferences/${encodeURIComponent(reader)}`;
}

/** Of all analyses. */
export function newsUrl(): string {
  return "/api/v1/events";
}

export function eventsUrl(id: string): string {
  return `${analysisUrl(id)}/events`;
}

export function imageUrl(id: string, variant: Variant): string {
  return `${analysisUrl(id)}/image.png?variant=${variant}`;
}

export function pixelsUrl(id: string): string {
  return `${analysisUrl(id)}/pixels`;
}

export function maskUrl(id: string): string {
  return `${analysisUrl(id)}/mask.png`;
}

export function maskingMapUrl(id: string): string {
  return `${analysisUrl(id)}/masking-map.png`;
}

/** Why `model` said what it said; of one finding, or of the whole picture where `finding` is null. */
export function heatmapUrl(id: string, model: string, method: "gradcam" | "occlusion", finding: number | null): string {
  const one = finding === null ? "" : `&finding=${finding}`;
  return `${analysisUrl(id)}/heatmap.png?model=${model}&method=${method}${one}`;
}
