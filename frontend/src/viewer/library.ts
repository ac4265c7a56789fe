import { imageUrl, pixelsUrl } from "../api";
import type { Variant } from "../api-types";
import type { Answer, Question } from "./pixel-worker";
import type { Pixels } from "./pixels";

const MOST_BYTES = 700e6; // of pixels kept; a study of eight with its previous one is about 250 MB

interface Entry {
  pixels: Promise<Pixels>;
  bytes: number;
}

let shared: Library | null = null;

/** One for the whole page: thumbnails are cut from the pixels that hang. */
export function sharedLibrary(): Library {
  shared ??= new Library();
  return shared;
}

/** The pixels that have been fetched, by image and variant; the longest unused ones go first. */
export class Library {
  readonly #worker: Worker;
  readonly #entries = new Map<string, Entry>();
  readonly #waiting = new Map<string, { resolve: (pixels: Pixels) => void; reject: (error: Error) => void }>();

  constructor() {
    this.#worker = new Worker(new URL("./pixel-worker.ts", import.meta.url), { type: "module" });
    this.#worker.addEventListener("message", (event: MessageEvent<Answer>) => this.#hear(event.data));
  }

  pixels(id: string, variant: Variant): Promise<Pixels> {
    const key = `${id}/${variant}`;
    const entry = this.#entries.get(key) ?? { pixels: this.#ask(key, id, variant), bytes: 0 };
    this.#entries.delete(key);
    this.#entries.set(key, entry); // now the last one used
    return entry.pixels;
  }

  /** Without the pixels of images that are no longer there. */
  keepOnly(ids: ReadonlySet<string>): void {
    for (const key of this.#entries.keys()) if (!ids.has(key.split("/")[0] ?? "")) this.#entries.delete(key);
  }

  #ask(key: string, id: string, variant: Variant): Promise<Pixels> {
    const question: Question = {
      key,
      pixelsUrl: variant === "original" ? pixelsUrl(id) : null,
      pictureUrl: imageUrl(id, variant),
    };
    this.#worker.postMessage(question);
    return new Promise((resolve, reject) => this.#waiting.set(key, { resolve, reject }));
  }

  #hear(answer: Answer): void {
    const waiting = this.#waiting.get(answer.key);
    this.#waiting.delete(answer.key);
    if ("problem" in answer) {
      this.#entries.delete(answer.key); // asked again the next time
      waiting?.reject(new Error(answer.problem));
      return;
    }
    const entry = this.#entries.get(answer.key);
    if (entry !== undefined) entry.bytes = answer.pixels.levels.reduce((sum, { data }) => sum + data.byteLength, 0);
    waiting?.resolve(answer.pixels);
    this.#forget();
  }

  #forget(): void {
    let bytes = [...this.#entries.values()].reduce((sum, entry) => sum + entry.bytes, 0);
    for (const [key, entry] of this.#entries) {
      if (bytes <= MOST_BYTES || entry.bytes === 0) return;
      this.#entries.delete(key);
      bytes -= entry.bytes;
    }
  }
}
