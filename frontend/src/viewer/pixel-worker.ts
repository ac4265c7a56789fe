import { loadPixels, type Pixels } from "./pixels";

export interface Question {
  key: string;
  pixelsUrl: string | null;
  pictureUrl: string;
}

export type Answer = { key: string; pixels: Pixels } | { key: string; problem: string };

async function answer({ key, pixelsUrl, pictureUrl }: Question): Promise<void> {
  try {
    const pixels = await loadPixels(pixelsUrl, pictureUrl);
    const buffers = pixels.levels.map(({ data }) => data.buffer);
    self.postMessage({ key, pixels } satisfies Answer, { transfer: buffers });
  } catch (error) {
    self.postMessage({ key, problem: String(error) } satisfies Answer);
  }
}

self.addEventListener("message", (event: MessageEvent<Question>) => void answer(event.data));
