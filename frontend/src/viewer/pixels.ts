/** Bytes of the server -> grey values. Runs in a worker, so that twelve megapixels never hold up the page. */

import type { PixelFacts } from "../state/state";
import { type Level, pyramidOf } from "./pyramid";
import { fullRange, type Preset } from "./windowing";

export interface Pixels {
  levels: Level[];
  facts: PixelFacts;
}

function numberIn(headers: Headers, name: string): number | null {
  const value = Number.parseFloat(headers.get(name) ?? "");
  return Number.isFinite(value) ? value : null;
}

function isPreset(value: unknown): value is Preset {
  if (typeof value !== "object" || value === null) return false;
  const { name, center, width } = value as Record<string, unknown>;
  return typeof name === "string" && typeof center === "number" && typeof width === "number" && width >= 1;
}

/** The presets of X-Windows; none where it is absent or no list. */
export function presetsIn(text: string | null): Preset[] {
  try {
    const said: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(said) ? said.filter(isPreset) : [];
  } catch {
    return [];
  }
}

export function factsIn(headers: Headers): PixelFacts {
  const bitsStored = numberIn(headers, "X-Bits-Stored") ?? 16;
  const [center, width] = [numberIn(headers, "X-Window-Center"), numberIn(headers, "X-Window-Width")];
  const window = center === null || width === null || width < 1 ? fullRange(bitsStored) : { center, width };
  return { bitsStored, window, presets: presetsIn(headers.get("X-Windows")) };
}

/** Little-endian, as every processor with a browser is. Throws where the bytes are fewer than the headers say. */
export function levelIn(headers: Headers, bytes: ArrayBuffer): Level {
  const [rows, columns] = [numberIn(headers, "X-Rows"), numberIn(headers, "X-Columns")];
  if (rows === null || columns === null || bytes.byteLength !== rows * columns * 2) {
    throw new Error(`${bytes.byteLength} bytes are no ${rows} x ${columns} picture of 16 bits`);
  }
  return { rows, columns, data: new Uint16Array(bytes) };
}

/** The stored values in full depth; null where the server keeps none for this image. */
async function storedPixels(url: string): Promise<Pixels | null> {
  const answer = await fetch(url);
  if (answer.status === 404) return null;
  if (!answer.ok) throw new Error(`the pixels were refused with status ${answer.status}`);
  const level = levelIn(answer.headers, await answer.arrayBuffer());
  return { levels: pyramidOf(level), facts: factsIn(answer.headers) };
}

/** The 8 bits of a grey PNG. */
async function picturePixels(url: string): Promise<Pixels> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`the picture was refused with status ${answer.status}`);
  const bitmap = await createImageBitmap(await answer.blob(), { colorSpaceConversion: "none" });
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  if (context === null) throw new Error("there is no memory for the picture");
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { data: rgba } = context.getImageData(0, 0, width, height);
  const data = new Uint16Array(width * height);
  for (let i = 0; i < data.length; i += 1) data[i] = rgba[4 * i] ?? 0;
  const facts = { bitsStored: 8, window: { center: 128, width: 256 }, presets: [] };
  return { levels: pyramidOf({ columns: width, rows: height, data }), facts };
}

/** The stored values, or where there are none the picture of 8 bits. */
export async function loadPixels(pixelsUrl: string | null, pictureUrl: string): Promise<Pixels> {
  const stored = pixelsUrl === null ? null : await storedPixels(pixelsUrl);
  return stored ?? (await picturePixels(pictureUrl));
}
