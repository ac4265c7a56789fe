import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { follow, type Listener } from "./follow";

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

const listening = () => ({ stage: vi.fn(), end: vi.fn(), lost: vi.fn() }) satisfies Listener;

beforeEach(() => vi.stubGlobal("EventSource", FakeEventSource));
afterEach(() => vi.unstubAllGlobals());

test("stages are told in the order they begin", () => {
  const listener = listening();
  follow("/events", listener);
  FakeEventSource.last.say("stage", '{"stage": "detect"}');
  FakeEventSource.last.say("stage", '{"stage": "segment"}');
  expect(listener.stage.mock.calls).toEqual([["detect"], ["segment"]]);
});

test.each(["done", "failed"])("%s ends the listening once", (name) => {
  const listener = listening();
  follow("/events", listener);
  FakeEventSource.last.say(name, "{}");
  expect(listener.end).toHaveBeenCalledOnce();
  expect(FakeEventSource.last.close).toHaveBeenCalledOnce();
});

test("a broken stream is closed and told, so that polling can go on", () => {
  const listener = listening();
  follow("/events", listener);
  FakeEventSource.last.onerror?.();
  expect([listener.lost.mock.calls.length, FakeEventSource.last.close.mock.calls.length]).toEqual([1, 1]);
});

test("a message that is not ours is passed over", () => {
  const listener = listening();
  follow("/events", listener);
  for (const data of ["{", "null", '{"stage": 7}']) FakeEventSource.last.say("stage", data);
  expect(listener.stage).not.toHaveBeenCalled();
});
