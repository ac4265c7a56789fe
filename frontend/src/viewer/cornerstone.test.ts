import { afterEach, expect, test, vi } from "vitest";
import { Pane, type Picture } from "./cornerstone";

type Facts = (type: string, imageId: string) => unknown;
const waiting: ((reason: Error) => void)[] = [];
const providers: Facts[] = [];
const stacks: string[][] = [];

vi.mock("@cornerstonejs/core", () => {
  const hanging = (imageIds: string[]): Promise<void> => {
    stacks.push(imageIds);
    return new Promise((_, reject) => waiting.push(reject));
  };
  const viewport = { setStack: hanging, setCamera: () => undefined };
  class RenderingEngine {
    enableElement = (): void => undefined;
    disableElement = (): void => undefined;
    getViewport = (): object => viewport;
    resize = (): void => undefined;
  }
  return {
    cache: { getImageLoadObject: () => undefined },
    Enums: { ViewportType: { STACK: "stack" }, VOILUTFunctionType: { LINEAR: "LINEAR" } },
    getRenderingCapabilities: () => ({ webgl: false, softwareRasterizer: true }),
    imageLoader: { registerImageLoader: () => undefined },
    init: () => undefined,
    metaData: { addProvider: (facts: Facts) => providers.push(facts) },
    RenderingEngine,
  };
});

const picture: Picture = {
  key: "one",
  levels: [{ columns: 2, rows: 2, data: new Uint16Array(4) }],
  placement: { corner: [0, 0], step: [1, 1], mirrored: false },
};

function opened(): Pane {
  vi.stubGlobal("window", { devicePixelRatio: 1, localStorage: { getItem: () => "cpu" } });
  vi.stubGlobal("localStorage", { getItem: () => "cpu" });
  const pane = new Pane({ style: {} } as HTMLDivElement);
  pane.show(picture);
  pane.look({
    camera: { centre: [1, 1], zoom: 1 },
    size: { width: 10, height: 10 },
    window: { center: 1, width: 1 },
    inverted: false,
  });
  return pane;
}

/** Lets promises settle; Vitest fails a run in which one was rejected and nobody heard. */
async function settled(): Promise<void> {
  await new Promise((done) => setTimeout(done, 0));
}

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  waiting.length = 0;
});

test.each([
  ["its picture", (pane: Pane) => pane.show(null)],
  ["the pane", (pane: Pane) => pane.destroy()],
])("is silent where %s is taken away while Cornerstone is at it", async (_, takenAway) => {
  const pane = opened();
  expect(waiting).toHaveLength(1);
  takenAway(pane);
  waiting[0]?.(new Error("Cannot destructure property 'pixelRepresentation'"));
  await settled();
});

test("answers about a picture for a while after it was taken away, and no longer", () => {
  vi.useFakeTimers();
  const pane = opened();
  const imageId = stacks.at(-1)?.[0] ?? "";
  const facts = (): unknown => providers[0]?.("imagePixelModule", imageId);
  pane.show(null);
  vi.advanceTimersByTime(5_000);
  expect(facts()).toMatchObject({ pixelRepresentation: 0, rows: 2 });
  vi.advanceTimersByTime(5_000);
  expect(facts()).toBeUndefined();
});

test("a picture that is shown again stays known", () => {
  vi.useFakeTimers();
  const pane = opened();
  const imageId = stacks.at(-1)?.[0] ?? "";
  pane.show(null);
  pane.show(picture);
  vi.advanceTimersByTime(60_000);
  expect(providers[0]?.("imagePixelModule", imageId)).toMatchObject({ rows: 2 });
});
