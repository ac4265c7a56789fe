/**
 * Which findings of two views may be the same lesion. The distance from the nipple changes little between CC and MLO,
 * so a lesion lies on an arc about the nipple in the other view (BI-RADS Atlas, 5th ed., mammography: location; used to
 * pair detections by Paquerault et al., Med. Phys. 29 (2002) 238). A suggestion: kind and size are compared besides,
 * nothing else.
 */

import type { AnalysisDocument, Finding } from "../api-types";
import { remembering } from "./memo";
import { analysesOf, type FindingRef, findingsOf, type State } from "./state";

/**
 * Millimetres by which the two distances may differ; compression and a nipple out of profile move them. Of 34 INbreast
 * breasts with one outlined mass in each view, 28 differ by less; chosen on them.
 */
export const TOLERANCE_MM = 25;

/** Of the two long axes; in those 34 breasts the largest is 1.43. */
export const LARGEST_RATIO = 1.5;

/** One image of a study with the findings that are shown. */
export interface View {
  analysis: string;
  image: Pick<AnalysisDocument["image"], "laterality" | "view">;
  findings: readonly Finding[];
}

export interface Link {
  from: FindingRef;
  to: FindingRef;
  /** From the nipple, millimetres. */
  distances: readonly [number, number];
}

const FROM_ABOVE = ["CC", "XCCL", "XCCM", "XCC", "FB"];
const FROM_THE_SIDE = ["MLO", "ML", "LM", "LMO"];

/** Each finding is linked with one of the other view at most, the nearest pairs first. */
export function correspondences(views: readonly View[]): Link[] {
  const above = views.filter(({ image }) => FROM_ABOVE.includes(image.view ?? ""));
  const aside = views.filter(({ image }) => FROM_THE_SIDE.includes(image.view ?? ""));
  return above.flatMap((one) => aside.flatMap((other) => linksBetween(one, other)));
}

function linksBetween(one: View, other: View): Link[] {
  const side = one.image.laterality;
  if (side === null || side !== other.image.laterality) return [];
  const possible = one.findings.flatMap((a) => other.findings.flatMap((b) => linkOf(one, a, other, b) ?? []));
  const taken = new Set<string>();
  return possible.sort((a, b) => difference(a) - difference(b)).filter(({ from, to }) => {
    const names = [`from ${from.finding}`, `to ${to.finding}`];
    if (names.some((name) => taken.has(name))) return false;
    names.forEach((name) => taken.add(name));
    return true;
  });
}

function linkOf(one: View, a: Finding, other: View, b: Finding): Link | null {
  const [here, there] = [a.location?.nipple_mm ?? null, b.location?.nipple_mm ?? null];
  if (a.kind !== b.kind || !haveLikeSizes(a, b) || here === null || there === null) return null;
  const from = { analysis: one.analysis, finding: a.id };
  const link = { from, to: { analysis: other.analysis, finding: b.id }, distances: [here, there] } as const;
  return difference(link) <= TOLERANCE_MM ? link : null;
}

/** An unknown size is like any other. */
function haveLikeSizes(a: Finding, b: Finding): boolean {
  if (a.size_mm === null || b.size_mm === null) return true;
  const [small, large] = [a.size_mm.long_axis, b.size_mm.long_axis].sort((one, other) => one - other);
  return (large ?? 0) <= LARGEST_RATIO * (small ?? 0);
}

function difference({ distances: [here, there] }: Link): number {
  return Math.abs(here - there);
}

/** Among the shown findings of the study that hangs. */
export const currentLinks = remembering(
  (s: State) => [s.analyses, s.details, s.study, s.minConfidence],
  (state): Link[] => correspondences(analysesOf(state, state.study).flatMap(({ id }) => {
    const image = state.details[id]?.analysis?.image;
    return image === undefined ? [] : [{ analysis: id, image, findings: findingsOf(state, id) }];
  })),
);

export interface OtherEnd {
  ref: FindingRef;
  /** From the nipple, millimetres. */
  here: number;
  there: number;
}

/** The other ends of the links of one finding, its own distance first. */
export function linksOf(state: State, { analysis, finding }: FindingRef): OtherEnd[] {
  const isIt = (ref: FindingRef) => ref.analysis === analysis && ref.finding === finding;
  return currentLinks(state).flatMap(({ from, to, distances: [a, b] }) => {
    if (isIt(from)) return [{ ref: to, here: a, there: b }];
    return isIt(to) ? [{ ref: from, here: b, there: a }] : [];
  });
}
