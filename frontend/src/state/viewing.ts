/** How the images are looked at: what can be read from the state, and its changes. */

import type { AnalysisSummary, Point, Variant } from "../api-types";
import {
  type Camera, canvasToWorld, carried, fitZoom, type Frame, fullResolution, hung, panned, preprocessedBox, showing,
  type Size, toImage, toWorld, worldToCanvas, zoomedAt,
} from "../viewer/geometry";
import { hang, type Hangable, type Hanging, type StageName, wallSideOf } from "../viewer/hanging";
import type { Window } from "../viewer/windowing";
import { remembering } from "./memo";
import { analysesOf, type Change, type FindingRef, type Look, lookOf, type State } from "./state";

function hangable(state: State, { id, laterality, view }: AnalysisSummary): Hangable {
  const image = state.details[id]?.analysis?.image;
  return { id, laterality: image?.laterality ?? laterality ?? null, view: image?.view ?? view ?? null };
}

/** The newest of the earlier studies that still has images here. */
export function priorStudy(state: State): string | null {
  const previous = state.study === null ? [] : (state.studies[state.study]?.previous ?? []);
  return previous.toReversed().find((id) => analysesOf(state, id).length > 0) ?? null;
}

export const currentHanging = remembering(
  (s: State) => [s.analyses, s.studies, s.details, s.study, s.selected, s.stage, s.priorsShown],
  hangingOf,
);

function hangingOf(state: State): Hanging {
  const images = (study: string | null) => analysesOf(state, study).map((entry) => hangable(state, entry));
  const priors = state.priorsShown ? images(priorStudy(state)) : [];
  return hang(state.stage, images(state.study), priors, state.selected);
}

/** The analyses on the screen, in the order of the cells. */
export function hangingIds(state: State): string[] {
  return currentHanging(state).cells.flatMap(({ analysis }) => analysis ?? []);
}

/** How an analysed image lies in its plane; null until its analysis is done. */
export function frameOf(state: State, id: string): Frame | null {
  const detail = state.details[id];
  const image = detail?.analysis?.image;
  if (detail === undefined || image === undefined) return null;
  const { width, height, pixel_spacing_mm: spacing } = image;
  const { preprocessed } = detail;
  const wantedWall = wallSideOf(image.laterality);
  const acquiredWall = preprocessed === null ? null : preprocessed.flipped ? "right" : "left";
  const isTurned = wantedWall !== null && acquiredWall !== null && wantedWall !== acquiredWall;
  const mirrored = isTurned && !state.acquiredOrientation;
  return {
    width,
    height,
    spacing: spacing === null ? [1, 1] : [spacing[1], spacing[0]],
    unit: spacing === null ? "px" : "mm",
    mirrored,
    breast: preprocessed === null ? null : preprocessedBox(preprocessed),
    wall: acquiredWall === null ? wantedWall : mirrored ? wantedWall : acquiredWall,
  };
}

export function paneOf(state: State, id: string): Size {
  return state.panes[id] ?? { width: 1, height: 1 };
}

/** Images with known spacing hang at one scale, so that sizes can be compared; the others each fill their pane. */
function hungZoom(state: State, id: string, frame: Frame): number {
  const common = frame.unit === "px" ? null : commonZoom(state);
  return common ?? fitZoom(frame, paneOf(state, id));
}

/** At which every picture on the screen with known spacing fits its pane; null without any. */
const commonZoom = remembering(
  (s: State) => [currentHanging(s), s.details, s.panes, s.acquiredOrientation],
  (state): number | null => {
    const zooms = hangingIds(state).flatMap((id) => {
      const frame = frameOf(state, id);
      return frame?.unit === "mm" && id in state.panes ? [fitZoom(frame, paneOf(state, id))] : [];
    });
    return zooms.length === 0 ? null : Math.min(...zooms);
  },
);

export function cameraOf(state: State, id: string): Camera | null {
  const frame = frameOf(state, id);
  if (frame === null) return null;
  return lookOf(state, id).camera ?? hung(frame, paneOf(state, id), hungZoom(state, id, frame));
}

/** The window in force; null until the pixels have arrived. The preprocessed picture has 8 bits of its own. */
export function windowOf(state: State, id: string): Window | null {
  const { window, variant } = lookOf(state, id);
  if (variant === "preprocessed") return window ?? { center: 128, width: 256 };
  return window ?? state.pixelFacts[id]?.window ?? null;
}

/* Changes. */

function looking(state: State, ids: readonly string[], change: (id: string, look: Look) => Partial<Look>): Change {
  const changed = ids.map((id) => [id, { ...lookOf(state, id), ...change(id, lookOf(state, id)) }] as const);
  return { looks: { ...state.looks, ...Object.fromEntries(changed) } };
}

/** The images that an act in the pane of `id` reaches: that one, or all on the screen while they are linked. */
function reached(state: State, id: string): string[] {
  return state.linked ? [...new Set([id, ...hangingIds(state)])] : [id];
}

/** A new camera in the pane of `id`; linked panes follow to the same place of their breast at the same scale. */
function withCamera(state: State, id: string, next: (camera: Camera, frame: Frame, size: Size) => Camera): Change {
  const [frame, camera] = [frameOf(state, id), cameraOf(state, id)];
  if (frame === null || camera === null) return {};
  const after = next(camera, frame, paneOf(state, id));
  const factor = after.zoom / camera.zoom;
  const looks = reached(state, id).flatMap((other) => {
    if (other === id) return [[id, { ...lookOf(state, id), camera: after }] as const];
    const [its, now] = [frameOf(state, other), cameraOf(state, other)];
    if (its === null || now === null) return [];
    const [fromX, fromY] = carried(frame, its, camera.centre);
    const [toX, toY] = carried(frame, its, after.centre);
    const centre: Point = [now.centre[0] + toX - fromX, now.centre[1] + toY - fromY];
    return [[other, { ...lookOf(state, other), camera: { centre, zoom: now.zoom * factor } }] as const];
  });
  return { looks: { ...state.looks, ...Object.fromEntries(looks) } };
}

export function panning(id: string, dx: number, dy: number): (state: State) => Change {
  return (state) => withCamera(state, id, (camera, frame, size) => panned(camera, size, dx, dy, frame));
}

/** Zoom about a canvas point of the pane, or about its middle. */
export function zooming(id: string, factor: number, at?: Point): (state: State) => Change {
  return (state) => withCamera(state, id, (camera, frame, size) => {
    return zoomedAt(camera, size, at ?? [size.width / 2, size.height / 2], factor, frame);
  });
}

/** One pixel of the image on one pixel of the screen, about the middle of what is seen. */
export function atFullResolution(id: string, deviceRatio: number): (state: State) => Change {
  return (state) => withCamera(state, id, (camera, frame) => {
    return { ...camera, zoom: fullResolution(frame, deviceRatio) };
  });
}

/** A finding that lies outside what is seen is brought into the middle of its pane; other panes stay. */
export function bringing(ref: FindingRef): (state: State) => Change {
  return (state) => {
    const [frame, camera] = [frameOf(state, ref.analysis), cameraOf(state, ref.analysis)];
    const box = state.details[ref.analysis]?.analysis?.findings.find(({ id }) => id === ref.finding)?.box;
    if (frame === null || camera === null || box === undefined || !(ref.analysis in state.panes)) return {};
    const moved = showing(camera, paneOf(state, ref.analysis), frame, box);
    return moved === camera ? {} : looking(state, [ref.analysis], () => ({ camera: moved }));
  };
}

/** As it hung at first: camera, window and inversion. */
export function resetting(id: string): (state: State) => Change {
  return (state) => looking(state, reached(state, id), () => ({ camera: null, window: null, inverted: false }));
}

/** The camera alone. */
export function refitting(id: string): (state: State) => Change {
  return (state) => looking(state, reached(state, id), () => ({ camera: null }));
}

/** Another window; linked images move as much, in parts of their own range. */
export function windowing(id: string, next: (window: Window, stored: number) => Window): (state: State) => Change {
  return (state) => looking(state, reached(state, id), (other, look) => {
    const window = windowOf(state, other);
    const stored = look.variant === "preprocessed" ? 255 : 2 ** (state.pixelFacts[other]?.bitsStored ?? 8) - 1;
    return window === null ? {} : { window: next(window, stored) };
  });
}

/** The preset with number `at` of each image; null is the file's first. */
export function usingPreset(id: string, at: number | null): (state: State) => Change {
  return (state) => looking(state, reached(state, id), (other) => {
    if (at === null) return { window: null };
    const preset = state.pixelFacts[other]?.presets[at];
    return preset === undefined ? {} : { window: { center: preset.center, width: preset.width } };
  });
}

export function inverting(id: string): (state: State) => Change {
  return (state) => {
    const inverted = !lookOf(state, id).inverted;
    return looking(state, reached(state, id), () => ({ inverted }));
  };
}

/** Original or preprocessed; the other picture has grey values of its own. */
export function showingVariant(id: string, variant: Variant): (state: State) => Change {
  return (state) => looking(state, reached(state, id), (other) => {
    return variant === "preprocessed" && state.details[other]?.preprocessed == null ? {} : { variant, window: null };
  });
}

export function sized(id: string, size: Size): (state: State) => Change {
  return ({ panes }) => {
    const now = panes[id];
    if (now?.width === size.width && now.height === size.height) return {};
    return { panes: { ...panes, [id]: size } };
  };
}

/** Another stage of the hanging: everything hangs as at first, zoom and pan are of the stage they were made in. */
export function staging(stage: StageName): (state: State) => Change {
  return (state) => {
    const looks = Object.entries(state.looks).map(([id, look]) => [id, { ...look, camera: null }]);
    return { stage, looks: Object.fromEntries(looks) as State["looks"] };
  };
}

/** The image point under a canvas point of the pane. */
export function imagePointAt(state: State, id: string, at: Point): Point | null {
  const [frame, camera] = [frameOf(state, id), cameraOf(state, id)];
  return frame === null || camera === null ? null : toImage(frame, canvasToWorld(camera, paneOf(state, id), at));
}

export function canvasPointOf(state: State, id: string, point: Point): Point | null {
  const [frame, camera] = [frameOf(state, id), cameraOf(state, id)];
  return frame === null || camera === null ? null : worldToCanvas(camera, paneOf(state, id), toWorld(frame, point));
}
