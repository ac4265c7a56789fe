import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { AnalysisDetail, ModelCard } from "./api-types";
import { Session } from "./session";
import { type AppStore, createStore } from "./state/state";
import { detail, documentWith, modelCard, summary } from "./testing";

/** A server of one line an analysis; the event stream is refused, so the page has to ask. */
class FakeServer {
  readonly jobs = new Map<string, AnalysisDetail>();
  readonly bin = new Map<string, AnalysisDetail>();
  readonly asked: string[] = [];
  cards: ModelCard[] = [];
  isDown = false;

  answer = (url: string, init?: RequestInit): Promise<Response> => {
    const method = init?.method ?? "GET";
    this.asked.push(`${method} ${url}`);
    if (this.isDown) return Promise.reject(new TypeError("Failed to fetch"));
    if (url === "/api/v1/models") return Promise.resolve(Response.json({ models: this.cards }));
    if (url === "/api/v1/studies") return Promise.resolve(Response.json({ studies: this.#list() }));
    const id = url.split("/")[4];
    if (method === "POST" && !url.endsWith("/restore")) {
      return Promise.resolve(this.#take((init?.body as FormData).get("file") as File));
    }
    if (id === undefined) return Promise.reject(new Error("nobody asks for all analyses"));
    if (url.endsWith("/restore")) return Promise.resolve(new Response(null, { status: this.#bringBack(id) }));
    if (method === "DELETE") return Promise.resolve(new Response(null, { status: this.#delete(id) }));
    const job = this.jobs.get(id);
    return Promise.resolve(job ? Response.json(job) : Response.json({ code: "not_found" }, { status: 404 }));
  };

  #take(file: File): Response {
    if (file.name === "letter.txt") return Response.json({ code: "unreadable_image" }, { status: 422 });
    if (file.name === "study.zip") {
      const refused = { file: "volume.dcm", error: { code: "unsupported_image" } };
      return Response.json({ analyses: [refused, this.#queue("r.dcm"), this.#queue("l.dcm")] }, { status: 202 });
    }
    return Response.json(this.#queue(file.name), { status: 202 });
  }

  #queue(file: string) {
    const id = String(this.jobs.size + 1);
    this.jobs.set(id, detail(id, { file }));
    return { id, state: "queued", file };
  }

  /** Every image is a study of its own. */
  #list() {
    return [...this.jobs.values()].map(({ id, file, state }) => {
      const analyses = [summary(id, Number(id), { file, state })];
      return { id, label: file, created: Number(id), analyses, previous: [], breasts: {}, exam: { cancer: null } };
    });
  }

  #delete(id: string): number {
    const job = this.jobs.get(id);
    if (job !== undefined) this.bin.set(id, job);
    return this.jobs.delete(id) ? 204 : 404;
  }

  #bringBack(id: string): number {
    const job = this.bin.get(id);
    if (job !== undefined) this.jobs.set(id, job);
    return job === undefined ? 404 : 204;
  }

  finish(id: string): void {
    this.jobs.set(id, detail(id, { state: "done", analysis: documentWith([]) }));
  }
}

class RefusedEventSource extends EventTarget {
  onerror: (() => void) | null = null;
  close = vi.fn();

  constructor() {
    super();
    queueMicrotask(() => this.onerror?.());
  }
}

const files = (...names: string[]) => names.map((name) => new File(["x"], name));
let server: FakeServer;
let store: AppStore;
let session: Session;

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeServer();
  store = createStore();
  session = new Session(store);
  vi.stubGlobal("fetch", server.answer);
  vi.stubGlobal("EventSource", RefusedEventSource);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("a refused file becomes a notice and the files after it are still sent", async () => {
  await session.upload(files("letter.txt", "a.dcm", "b.dcm"));
  expect(store.state.notices.map(({ file, problem }) => [file, problem.code])).toEqual([
    ["letter.txt", "unreadable_image"],
  ]);
  expect(store.state.analyses.map(({ file }) => file)).toEqual(["b.dcm", "a.dcm"]);
  expect([store.state.selected, store.state.sending]).toEqual(["1", []]);
});

test("of a ZIP every image is listed, the first is selected, and what was refused becomes a notice", async () => {
  await session.upload(files("study.zip"));
  expect(store.state.analyses.map(({ file }) => file)).toEqual(["l.dcm", "r.dcm"]);
  expect(store.state.selected).toBe("1");
  expect(store.state.notices.map(({ file, problem }) => [file, problem.code])).toEqual([
    ["volume.dcm", "unsupported_image"],
  ]);
});

test("without events the selected analysis is asked for until it is done, and then no more", async () => {
  await session.upload(files("a.dcm"));
  await vi.advanceTimersByTimeAsync(2500);
  server.finish("1");
  await vi.advanceTimersByTimeAsync(1500);
  expect(store.state.details["1"]?.state).toBe("done");
  const asked = server.asked.length;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(server.asked).toHaveLength(asked);
});

test("a server that is away for a moment is waited for, one that stays away is reported once", async () => {
  await session.upload(files("a.dcm"));
  await vi.advanceTimersByTimeAsync(100);
  server.isDown = true;
  await vi.advanceTimersByTimeAsync(2000);
  expect(store.state.notices).toEqual([]);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(store.state.notices.map(({ problem }) => problem.code)).toEqual(["unreachable"]);
});

test("analyses in the background are looked up until they are finished, then the page falls silent", async () => {
  await session.start();
  await session.upload(files("a.dcm", "b.dcm"));
  server.finish("1");
  await vi.advanceTimersByTimeAsync(2500);
  expect(store.state.analyses.map(({ state }) => state)).toEqual(["queued", "done"]);
  server.finish("2");
  await vi.advanceTimersByTimeAsync(2500);
  expect(store.state.analyses.map(({ state }) => state)).toEqual(["done", "done"]);
  const asked = server.asked.length;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(server.asked).toHaveLength(asked);
});

test("a finished analysis is not asked for again when the reader comes back to it", async () => {
  await session.upload(files("a.dcm", "b.dcm"));
  server.finish("1");
  await vi.advanceTimersByTimeAsync(1500);
  session.select("2");
  await vi.advanceTimersByTimeAsync(100);
  const asked = server.asked.length;
  session.select("1");
  expect(server.asked).toHaveLength(asked);
});

test("deleting what the server no longer has is no problem", async () => {
  await session.upload(files("a.dcm"));
  server.jobs.clear();
  await session.removeStudy("1");
  expect([store.state.analyses, store.state.selected, store.state.notices]).toEqual([[], null, []]);
});

test("what is deleted elsewhere while it is asked for goes without a word, and the next one opens", async () => {
  await session.upload(files("a.dcm", "b.dcm"));
  session.select("1");
  server.jobs.delete("1");
  await vi.advanceTimersByTimeAsync(1500);
  expect([store.state.selected, store.state.notices]).toEqual(["2", []]);
  expect(store.state.analyses.map(({ id }) => id)).toEqual(["2"]);
});

test("where the next one is gone as well the page closes, still without a word", async () => {
  await session.upload(files("a.dcm", "b.dcm"));
  server.jobs.clear();
  await session.removeStudy("1");
  await vi.advanceTimersByTimeAsync(1500);
  expect([store.state.analyses, store.state.selected, store.state.notices]).toEqual([[], null, []]);
});

test("who opens what has expired is told", async () => {
  await session.upload(files("a.dcm", "b.dcm"));
  server.jobs.delete("2");
  session.select("2");
  await vi.advanceTimersByTimeAsync(100);
  expect(store.state.notices.map(({ problem }) => problem.code)).toEqual(["not_found"]);
});

test("the cards of the networks are asked for once", async () => {
  server.cards = [modelCard("detector")];
  expect(store.state.models).toBeNull();
  await session.start();
  await vi.advanceTimersByTimeAsync(5000);
  expect(store.state.models?.map(({ name }) => name)).toEqual(["small-detector"]);
  expect(server.asked.filter((question) => question.endsWith("/models"))).toHaveLength(1);
});

test("a server that gives no cards costs what they would say, and is not reported twice", async () => {
  server.isDown = true;
  await session.start();
  await vi.advanceTimersByTimeAsync(100);
  expect(store.state.models).toEqual([]);
  expect(store.state.notices).toHaveLength(1);
});

test("a study that was deleted comes back and is read on", async () => {
  await session.upload(files("a.dcm"));
  await session.removeStudy("1");
  expect([store.state.analyses, store.state.binned]).toEqual([[], { study: "1", label: "a.dcm" }]);
  await session.restore();
  expect([store.state.selected, store.state.binned, store.state.notices]).toEqual(["1", null, []]);
});

test("files dropped at once are told to be one study, a file alone is its own", async () => {
  const tokens: unknown[] = [];
  vi.stubGlobal("fetch", (url: string, init?: RequestInit) => {
    if (init?.method === "POST") tokens.push((init.body as FormData).get("upload"));
    return server.answer(url, init);
  });
  await session.upload(files("a.dcm", "b.dcm"));
  await session.upload(files("c.dcm"));
  expect(tokens).toEqual([tokens[0], tokens[0], null]);
  expect(tokens[0]).toMatch(/^[0-9a-f]{24}$/);
});

test("after the page was loaded again the image that was read last is selected", async () => {
  await session.upload(files("a.dcm", "b.dcm"));
  const later = new Session(createStore(), "1");
  await later.start();
  expect(server.asked.at(-1)).toBe("GET /api/v1/analyses/1");
});
