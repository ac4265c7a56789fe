import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { listenToNews } from "./news";

class FakeEventSource extends EventTarget {
  static last: FakeEventSource;
  onerror: (() => void) | null = null;
  close = vi.fn();

  constructor(readonly url: string) {
    super();
    FakeEventSource.last = this;
  }

  say(name: string, data: string): void {
    this.dispatchEvent(new MessageEvent(name, { data }));
  }
}

const listening = () => ({ ready: vi.fn(), analysis: vi.fn(), gone: vi.fn(), lost: vi.fn() });

beforeEach(() => vi.stubGlobal("EventSource", FakeEventSource));
afterEach(() => vi.unstubAllGlobals());

test("lines that are new or changed and those that went are told, nonsense is not", () => {
  const listener = listening();
  listenToNews("/events", listener);
  FakeEventSource.last.say("ready", "{}");
  FakeEventSource.last.say("analysis", '{"id": "a", "state": "running"}');
  FakeEventSource.last.say("analysis", "nonsense");
  FakeEventSource.last.say("gone", '{"id": "b"}');
  expect(listener.ready).toHaveBeenCalledTimes(1);
  expect(listener.analysis.mock.calls).toEqual([[{ id: "a", state: "running" }]]);
  expect(listener.gone.mock.calls).toEqual([["b"]]);
});

test("a stream that ended is opened again by the browser, one that was refused is given up", () => {
  const listener = listening();
  listenToNews("/events", listener);
  FakeEventSource.last.say("ready", "{}");
  FakeEventSource.last.onerror?.();
  expect([listener.lost.mock.calls.length, FakeEventSource.last.close.mock.calls.length]).toEqual([1, 0]);
  FakeEventSource.last.onerror?.();
  expect(FakeEventSource.last.close).toHaveBeenCalledTimes(1);
});
