import { afterEach, expect, test, vi } from "vitest";
import { ApiError, deleteStudy, getAnalysis, imageUrl, listStudies, problemFrom, startAnalyses } from "./api";
import { wordsOf } from "./words";
import { adviceFor } from "./words/advice";

const ALONE = { upload: null, label: null };
const answering = (body: BodyInit | null, init: ResponseInit) => {
  const fetched = vi.fn<typeof fetch>(() => Promise.resolve(new Response(body, init)));
  vi.stubGlobal("fetch", fetched);
  return fetched;
};
const problemOf = async (asked: Promise<unknown>) => {
  const error: unknown = await asked.then(() => null, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(ApiError);
  return (error as ApiError).problem;
};

afterEach(() => vi.unstubAllGlobals());

test("a problem document keeps its code, title and detail", async () => {
  const body = { type: "urn:x", title: "Too large", status: 413, code: "image_too_large", detail: "200 megapixels." };
  answering(JSON.stringify(body), { status: 413, headers: { "Content-Type": "application/problem+json" } });
  const problem = await problemOf(startAnalyses(new File(["x"], "a.dcm"), ALONE));
  expect(problem).toEqual({ code: "image_too_large", title: "Too large", detail: "200 megapixels.", status: 413 });
});

test("a refusal that is not JSON still becomes a problem with a code", async () => {
  answering("<html>Bad gateway</html>", { status: 502 });
  expect(await problemOf(listStudies())).toMatchObject({ code: "http_502", status: 502 });
});

test("a server that does not answer is called unreachable", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
  expect((await problemOf(getAnalysis("1"))).code).toBe("unreachable");
});

test("an answer cut off in the middle is a problem, not a crash", async () => {
  answering('{"analyses": [', { status: 200 });
  expect((await problemOf(listStudies())).code).toBe("unreadable_answer");
});

test("a problem with fields of the wrong type is still readable", () => {
  const problem = problemFrom(500, { code: 7, title: null, detail: ["x"] });
  expect(problem).toMatchObject({ code: "http_500", detail: "The server answered with status 500." });
});

test("a file is sent as the multipart field `file` under its own name", async () => {
  const fetched = answering('{"id": "7", "state": "queued", "file": "a.dcm"}', { status: 202 });
  const sentFile = new File(["pixels"], "a.dcm");
  expect(await startAnalyses(sentFile, ALONE)).toEqual([{ id: "7", state: "queued", file: "a.dcm" }]);
  const [url, init] = fetched.mock.calls[0] ?? [];
  const sent = (init?.body as FormData).get("file");
  expect([url, init?.method]).toEqual(["/api/v1/analyses", "POST"]);
  expect(sent).toBeInstanceOf(File);
  expect((sent as File).name).toBe("a.dcm");
});

test("deleting needs no body in the answer", async () => {
  const fetched = answering(null, { status: 204 });
  await deleteStudy("a/b");
  expect(fetched.mock.calls[0]?.[0]).toBe("/api/v1/studies/a%2Fb");
  expect(imageUrl("1", "preprocessed")).toBe("/api/v1/analyses/1/image.png?variant=preprocessed");
});

test("every problem comes with something to do: by code, else by status, else in general", () => {
  const advice = (code: string, status: number) => adviceFor(wordsOf("en"), { code, title: "", detail: "", status });
  expect(advice("unreadable_image", 422)).toContain("original file");
  expect(advice("something_new", 429)).toContain("Wait");
  expect(advice("something_new", 418)).toContain("Try again");
});
