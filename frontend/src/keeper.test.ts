import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Verdict } from "./api-types";
import { VerdictKeeper } from "./keeper";
import { revealing } from "./state/reveal";
import { type AppStore, createStore } from "./state/state";
import { entryOf, judging, picking, readingAs } from "./state/verdicts";
import { detail, documentWith, finding, summary } from "./testing";

/** Keeps the versions of one image's verdict as the server does. */
class FakeVerdicts {
  versions: Verdict[] = [];
  isDown = false;
  isDeleted = false;

  answer = (_url: string, init?: RequestInit): Promise<Response> => {
    if (this.isDeleted) return Promise.resolve(Response.json({ code: "not_found" }, { status: 404 }));
    if (this.isDown) return Promise.reject(new TypeError("Failed to fetch"));
    return Promise.resolve(init?.method === "PUT" ? this.#put(init) : this.#get());
  };

  #get(): Response {
    const last = this.versions.at(-1);
    const headers = { ETag: `"${this.versions.length}"` };
    return last === undefined ? new Response(null, { status: 204, headers }) : Response.json(last, { headers });
  }

  #put(init: RequestInit): Response {
    const match = new Headers(init.headers).get("If-Match");
    if (match !== `"${this.versions.length}"`) return Response.json({ code: "verdict_changed" }, { status: 412 });
    this.versions.push(JSON.parse(init.body as string) as Verdict);
    return this.#get();
  }
}

const AT = "2026-11-20T09:00:00.000Z";
let server: FakeVerdicts;
let store: AppStore;
let keeper: VerdictKeeper;
const wait = (ms = 1000) => vi.advanceTimersByTimeAsync(ms);
const saving = () => entryOf(store.state, "a").saving;

class FakeMemory {
  readonly kept = new Map<string, string>();
  getItem = (key: string) => this.kept.get(key) ?? null;
  setItem = (key: string, value: string) => void this.kept.set(key, value);
  removeItem = (key: string) => void this.kept.delete(key);
}

let memory: FakeMemory;

function open(readFirst: boolean): void {
  const done = detail("a", { state: "done", analysis: documentWith([finding(1, 0.9)]) });
  store = createStore({
    analyses: [summary("a", 1)], details: { a: done }, study: "a", selected: "a", readFirst, reader: "reader 7",
  });
  keeper = new VerdictKeeper(store, memory);
  keeper.start();
}

beforeEach(() => {
  vi.useFakeTimers({ now: new Date(AT) });
  server = new FakeVerdicts();
  memory = new FakeMemory();
  vi.stubGlobal("fetch", server.answer);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("the verdict of an image deleted meanwhile is missed by nobody, and read when the image is back", async () => {
  server.versions.push({ reader: "reader 7" } as Verdict);
  server.isDeleted = true;
  open(false);
  await wait();
  expect(store.state.notices).toEqual([]);
  server.isDeleted = false;
  store.update({ analyses: [summary("a", 1)] });
  await wait();
  expect(entryOf(store.state, "a").version).not.toBeNull();
});

test("looking alone saves nothing", async () => {
  open(false);
  await wait(60_000);
  expect(server.versions).toEqual([]);
});

test("what is said is saved by itself with reader, times and slider, several quick steps at once", async () => {
  open(false);
  await wait();
  store.update(judging("a", 1, "agree", AT));
  store.update(picking("a", { birads: "4a" }));
  expect(saving()).toBe("unsaved");
  await wait();
  expect(saving()).toBe("saved");
  expect(server.versions).toEqual([{
    reader: "reader 7", opened_at: AT, revealed_at: AT, marks: [{ finding: 1, verdict: "agree", at: AT }], drawn: [],
    birads: "4a", density: null, text: "", slider: 0.3,
  }]);
});

test("what was picked before the reveal is saved before it, even when the reveal follows at once", async () => {
  open(true);
  await wait();
  store.update(picking("a", { birads: "2" }));
  store.update(revealing("2026-11-20T09:00:05.000Z"));
  store.update(picking("a", { birads: "5" }));
  await wait();
  const saved = server.versions.map(({ birads, revealed_at: at }) => [birads, at === null]);
  expect(saved).toEqual([["2", true], ["5", false]]);
});

test("a reveal after the last save is saved too", async () => {
  open(true);
  await wait();
  store.update(picking("a", { birads: "2" }));
  await wait();
  store.update(revealing(AT));
  await wait();
  expect(server.versions.map(({ revealed_at: at }) => at === null)).toEqual([true, false]);
});

test("another window's verdict is not overwritten until the reader decides", async () => {
  open(false);
  await wait();
  store.update(picking("a", { birads: "2" }));
  await wait();
  const [first] = server.versions;
  if (first !== undefined) server.versions.push({ ...first, birads: "5" });
  store.update(picking("a", { density: "C" }));
  await wait();
  expect([saving(), server.versions.length]).toEqual(["conflict", 2]);
  await keeper.keepMine("a");
  await wait();
  expect([saving(), server.versions.at(-1)?.birads, server.versions.at(-1)?.density]).toEqual(["saved", "2", "C"]);
});

test("the other window's verdict can be taken instead", async () => {
  open(false);
  await wait();
  store.update(picking("a", { birads: "2" }));
  await wait();
  const [first] = server.versions;
  if (first !== undefined) server.versions.push({ ...first, birads: "5" });
  store.update(picking("a", { density: "C" }));
  await wait();
  await keeper.takeTheirs("a");
  expect([saving(), entryOf(store.state, "a").said.birads]).toEqual(["saved", "5"]);
});

test("a server that is away for a while gets the verdict once it is back", async () => {
  open(false);
  await wait();
  server.isDown = true;
  store.update(picking("a", { birads: "2" }));
  await wait();
  expect(saving()).toBe("failed");
  server.isDown = false;
  await wait(6000);
  expect([saving(), server.versions.length]).toEqual(["saved", 1]);
});

test("another reader does not see what was said before", async () => {
  open(false);
  await wait();
  store.update(picking("a", { birads: "2" }));
  await wait();
  server.versions = [];
  store.update(readingAs("reader 8"));
  await wait();
  expect(entryOf(store.state, "a").said.birads).toBeNull();
});

test("what had not reached the server when the page broke is taken up and saved on the next visit", async () => {
  open(false);
  await wait();
  server.isDown = true;
  store.update(picking("a", { birads: "2" }));
  await wait();
  server.isDown = false;
  const broken = memory.kept.size;
  vi.clearAllTimers();
  open(false);
  await wait();
  expect([broken, entryOf(store.state, "a").said.birads, server.versions.length]).toEqual([1, "2", 1]);
  expect(memory.kept.size).toBe(0);
});
