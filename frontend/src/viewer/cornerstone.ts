/**
 * The one file that knows Cornerstone3D. It draws grey values through a window and inverts them; where and how large
 * is decided by our own camera (geometry.ts), so that marks and pixels can never disagree.
 */

import {
  cache, Enums, getRenderingCapabilities, imageLoader, init, metaData, RenderingEngine, type StackViewport, type Types,
} from "@cornerstonejs/core";
import type { Camera, Size } from "./geometry";
import { type Level, levelFor, mirroredLevel } from "./pyramid";
import { askedRenderer } from "./renderer";
import { rangeOf, type Window } from "./windowing";

/** Where a picture's pixels lie in the world (geometry.ts). */
export interface Placement {
  /** World coordinates of the top left corner of the first pixel as it hangs. */
  corner: [x: number, y: number];
  /** World units a pixel of the finest level. */
  step: [x: number, y: number];
  /** The pixels are turned from left to right. */
  mirrored: boolean;
}

export interface Picture {
  /** The same for the same pixels at the same place. */
  key: string;
  levels: readonly Level[];
  placement: Placement;
}

export interface Aspect {
  camera: Camera;
  size: Size;
  window: Window;
  inverted: boolean;
}

const SCHEME = "mammoscope";
const SETTLED_MS = 90; // without another change of zoom, before a finer level is fetched
const LINGERS_MS = 10_000; // Cornerstone goes on asking about a picture for a moment after it was taken away

/** One level of one picture, as Cornerstone asks for it. */
interface Source {
  picture: Picture;
  level: number;
}

const sources = new Map<string, Source>(); // Cornerstone's loaders and metadata are global, so what they read is too
let engine: RenderingEngine | null = null;

function started(): RenderingEngine {
  if (engine !== null) return engine;
  // A software rasteriser draws a frame of four panes in 50 to 100 ms, Cornerstone's CPU path in 5 to 15.
  const useCPURendering = drawsWith() === "cpu";
  init({ rendering: { useCPURendering, webGlContextCount: 2 } } as Parameters<typeof init>[0]);
  imageLoader.registerImageLoader(SCHEME, (imageId) => ({ promise: Promise.resolve(imageOf(imageId)) }));
  metaData.addProvider((type: string, imageId: string) => factsOf(type, imageId));
  engine = new RenderingEngine(SCHEME);
  return engine;
}

function sourceOf(imageId: string): Source {
  const source = sources.get(imageId);
  if (source === undefined) throw new Error(`no picture has the name ${imageId}`);
  return source;
}

function spacingAt({ picture, level }: Source): [x: number, y: number] {
  return [picture.placement.step[0] * 2 ** level, picture.placement.step[1] * 2 ** level];
}

function levelOf({ picture, level }: Source): Level {
  const found = picture.levels[level];
  if (found === undefined) throw new Error(`${picture.key} has no level ${level}`);
  return found;
}

function imageOf(imageId: string): Types.IImage {
  const source = sourceOf(imageId);
  const level = levelOf(source);
  const { columns, rows, data } = source.picture.placement.mirrored ? mirroredLevel(level) : level;
  const [columnPixelSpacing, rowPixelSpacing] = spacingAt(source);
  const image = {
    imageId,
    minPixelValue: 0,
    maxPixelValue: 65535,
    slope: 1,
    intercept: 0,
    windowCenter: 32768,
    windowWidth: 65536,
    voiLUTFunction: Enums.VOILUTFunctionType.LINEAR,
    getPixelData: () => data,
    rows,
    columns,
    height: rows,
    width: columns,
    color: false,
    rgba: false,
    numberOfComponents: 1,
    columnPixelSpacing,
    rowPixelSpacing,
    invert: false,
    photometricInterpretation: "MONOCHROME2",
    sizeInBytes: data.byteLength,
    dataType: "Uint16Array",
  };
  return image as unknown as Types.IImage; // getCanvas is of colour pictures only
}

/** What Cornerstone asks of an image; DICOM PS3.3 C.7.6.2 (plane) and C.7.6.3 (pixels). */
function factsOf(type: string, imageId: string): object | undefined {
  const source = sources.get(imageId);
  if (source === undefined) return undefined;
  const { columns, rows } = levelOf(source);
  if (type === "generalSeriesModule") return { modality: "MG" };
  if (type === "imagePixelModule") {
    const bits = { bitsAllocated: 16, bitsStored: 16, highBit: 15, pixelRepresentation: 0 };
    return { samplesPerPixel: 1, photometricInterpretation: "MONOCHROME2", rows, columns, ...bits };
  }
  if (type !== "imagePlaneModule") return undefined;
  const [x, y] = spacingAt(source);
  const [left, top] = source.picture.placement.corner;
  const first = drawsWith() === "gpu" ? 0.5 : 0; // the middle of the first pixel; the CPU path takes it for its corner
  return {
    frameOfReferenceUID: source.picture.key,
    rows,
    columns,
    imageOrientationPatient: [1, 0, 0, 0, 1, 0],
    rowCosines: [1, 0, 0],
    columnCosines: [0, 1, 0],
    imagePositionPatient: [left + first * x, top + first * y, 0],
    pixelSpacing: [y, x],
    rowPixelSpacing: y,
    columnPixelSpacing: x,
    sliceThickness: 1,
    sliceLocation: 0,
  };
}

/** Whether Cornerstone draws with the graphics processor; `mammoscope.renderer` in the browser's memory may say. */
export function drawsWith(): "gpu" | "cpu" {
  const asked = askedRenderer();
  if (asked !== null) return asked;
  const { webgl, softwareRasterizer } = getRenderingCapabilities();
  return webgl && !softwareRasterizer ? "gpu" : "cpu";
}

let paneCount = 0;

/** One element that shows one picture. */
export class Pane {
  readonly #id = `pane-${(paneCount += 1)}`;
  readonly #element: HTMLDivElement;
  readonly #viewport: StackViewport;
  #picture: Picture | null = null;
  #aspect: Aspect | null = null;
  #level = -1;
  #wanted = -1;
  #settling: ReturnType<typeof setTimeout> | undefined;
  #destroyed = false;

  constructor(element: HTMLDivElement) {
    this.#element = element;
    started().enableElement({ viewportId: this.#id, type: Enums.ViewportType.STACK, element });
    this.#viewport = started().getViewport(this.#id);
  }

  /** Another picture, or none; shown with the next call of `look`. */
  show(picture: Picture | null): void {
    if (picture?.key === this.#picture?.key) return;
    this.#forget();
    this.#picture = picture;
    [this.#level, this.#wanted] = [-1, -1];
    picture?.levels.forEach((_, level) => sources.set(this.#imageId(picture, level), { picture, level }));
    this.#element.style.visibility = picture === null ? "hidden" : "";
  }

  /** What was asked for becomes visible with the next frame. */
  look(aspect: Aspect): void {
    const isResized = this.#aspect?.size.width !== aspect.size.width || this.#aspect.size.height !== aspect.size.height;
    if (this.#destroyed) return;
    this.#aspect = aspect;
    if (isResized) started().resize(true, true);
    if (this.#picture === null) return;
    this.#choose(this.#picture, aspect);
    if (this.#level >= 0) this.#apply();
  }

  destroy(): void {
    this.#destroyed = true;
    clearTimeout(this.#settling);
    this.#forget();
    this.#picture = null;
    engine?.disableElement(this.#id);
  }

  #imageId(picture: Picture, level: number): string {
    return `${SCHEME}:${this.#id}/${picture.key}/${level}`;
  }

  #forget(): void {
    const picture = this.#picture;
    picture?.levels.forEach((_, level) => {
      const imageId = this.#imageId(picture, level);
      if (cache.getImageLoadObject(imageId) !== undefined) cache.removeImageLoadObject(imageId, { force: true });
      const source = sources.get(imageId);
      setTimeout(() => {
        if (sources.get(imageId) === source) sources.delete(imageId); // else it is shown again
      }, LINGERS_MS);
    });
  }

  /** The level that suits the zoom: at once for the first one, else as soon as the zoom has settled. */
  #choose(picture: Picture, { camera }: Aspect): void {
    const perScreenPixel = 1 / (camera.zoom * picture.placement.step[0] * window.devicePixelRatio);
    const level = levelFor(picture.levels.length, perScreenPixel);
    if (level === this.#wanted) return;
    const isFirst = this.#wanted < 0;
    this.#wanted = level;
    clearTimeout(this.#settling);
    if (isFirst) this.#start(picture, level);
    else this.#settling = setTimeout(() => this.#start(picture, level), SETTLED_MS);
  }

  /** Cornerstone throws where a pane or its picture is taken away while that is on the way. */
  #start(picture: Picture, level: number): void {
    this.#load(picture, level).catch((error: unknown) => {
      if (!this.#destroyed && this.#picture === picture) throw error;
    });
  }

  async #load(picture: Picture, level: number): Promise<void> {
    if (this.#level < 0) {
      const imageIds = picture.levels.map((_, at) => this.#imageId(picture, at));
      await this.#viewport.setStack(imageIds, level);
    } else if (level !== this.#level) {
      await this.#viewport.setImageIdIndex(level);
    }
    if (this.#destroyed || this.#picture !== picture || this.#wanted !== level) return; // another one is wanted by now
    this.#level = level;
    this.#viewport.resetCamera({ suppressEvents: true }); // else the CPU path shows the last level's rectangle
    this.#apply();
  }

  #apply(): void {
    if (this.#aspect === null || this.#destroyed) return;
    const { camera, size, window, inverted } = this.#aspect;
    const [x, y] = camera.centre;
    this.#viewport.setProperties({ voiRange: rangeOf(window), invert: inverted });
    this.#viewport.setCamera({
      focalPoint: [x, y, 0],
      position: [x, y, -1000],
      viewPlaneNormal: [0, 0, -1],
      viewUp: [0, -1, 0],
      parallelScale: size.height / 2 / camera.zoom,
    });
    this.#viewport.render();
  }
}
