import type { Finding } from "../api-types";
import { useSelect, useT } from "../state/hooks";
import { marksVisible } from "../state/reveal";
import { chosenIn, findingsOf, type State } from "../state/state";
import { sameItems } from "../state/store";
import { cameraOf, frameOf, paneOf } from "../state/viewing";
import { markLabel } from "../words/format";
import { boxToCanvas, type Camera, clamp, drawnBox, type Frame, imageToCanvas, type Size } from "./geometry";
import { type Label, type LabelWish, placeLabels } from "./labels";
import { MARK_STYLES } from "./mark-styles";
import { sameJson } from "./same";
import { widthOf } from "./text";

const LABEL_HEIGHT = 20;
const LABEL_PADDING = 6;
const SPOT = 10; // pixels of the image around a spot's middle, so that the ring leaves the spot itself to be seen

interface Place {
  frame: Frame;
  camera: Camera;
  size: Size;
}

function marksOf(state: State, id: string): Finding[] {
  return marksVisible(state) ? findingsOf(state, id) : [];
}

/** The finding to stress. */
function activeOf(state: State, id: string): number | null {
  return chosenIn(state.hovered, id) ?? chosenIn(state.chosen, id);
}

/** Boxes, outlines, spots and labels over one picture, on a layer of their own. */
export function Marks({ id }: { id: string }) {
  const t = useT();
  const findings = useSelect((s) => marksOf(s, id), sameItems);
  const active = useSelect((s) => activeOf(s, id));
  const filled = useSelect((s) => s.marksFilled);
  const [frame, camera, size] = useSelect((s) => [frameOf(s, id), cameraOf(s, id), paneOf(s, id)] as const, sameJson);
  if (frame === null || camera === null) return null;
  const place = { frame, camera, size };
  const activeFirst = [...findings].sort((a, b) => Number(b.id === active) - Number(a.id === active));
  const labels = labelsFor(activeFirst, active, place, (finding) => markLabel(t, finding));
  return (
    <svg class="marks" aria-hidden="true" width={size.width} height={size.height}>
      {activeFirst.toReversed().map((finding) => (
        <Mark key={finding.id} finding={finding} place={place} isActive={finding.id === active} isFilled={filled} />
      ))}
      {activeFirst.map((finding, i) => (
        <MarkLabel key={finding.id} label={labels[i] ?? null} kind={finding.kind} isActive={finding.id === active} />
      ))}
    </svg>
  );
}

interface MarkProps {
  finding: Finding;
  place: Place;
  isActive: boolean;
  isFilled: boolean;
}

function pathOf(points: readonly (readonly [number, number])[]): string {
  return `M${points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}Z`;
}

function boxPath({ x, y, width, height }: { x: number; y: number; width: number; height: number }): string {
  return pathOf([[x, y], [x + width, y], [x + width, y + height], [x, y + height]]);
}

function Mark({ finding, place: { frame, camera, size }, isActive, isFilled }: MarkProps) {
  const { color, dash } = MARK_STYLES[finding.kind];
  const width = isActive ? 3 : 1.5;
  const box = boxPath(drawnBox(boxToCanvas(frame, camera, size, finding.box)));
  const outline = finding.outline?.map((point) => imageToCanvas(frame, camera, size, point)) ?? null;
  const fill = isFilled ? { fill: color, "fill-opacity": 0.25 } : {};
  const spots = finding.calcifications?.spots ?? [];
  const radius = clamp(SPOT * frame.spacing[0] * camera.zoom, 1.5, 6);
  return (
    <g class="mark" data-mark={finding.id} data-kind={finding.kind}>
      <Line path={box} color={color} width={width} dash={dash} {...(outline === null ? fill : {})} />
      {outline !== null && <Line path={pathOf(outline)} color={color} width={width} dash={dash} {...fill} />}
      {spots.map((spot) => {
        const [x, y] = imageToCanvas(frame, camera, size, spot);
        return <circle key={spot.join()} class="spot" cx={x} cy={y} r={radius} stroke={color} />;
      })}
    </g>
  );
}

interface LineProps {
  path: string;
  color: string;
  width: number;
  dash: readonly number[];
  fill?: string;
  "fill-opacity"?: number;
}

/** A line with a dark halo, so that it can be seen on white and on black tissue. */
function Line({ path, color, width, dash, fill = "none", ...opacity }: LineProps) {
  return (
    <>
      <path d={path} class="halo" fill="none" stroke-width={width + 2.5} />
      <path d={path} fill={fill} {...opacity} stroke={color} stroke-width={width} stroke-dasharray={dash.join(" ")} />
    </>
  );
}

type Say = (finding: Finding) => string;

function labelsFor(findings: readonly Finding[], active: number | null, place: Place, words: Say): (Label | null)[] {
  const { frame, camera, size } = place;
  const wishes = findings.map((finding): LabelWish => {
    const texts = finding.id === active ? [words(finding)] : [words(finding), String(finding.id)];
    const box = drawnBox(boxToCanvas(frame, camera, size, finding.box));
    return { box, texts: texts.map((text) => ({ text, width: widthOf(text) + 2 * LABEL_PADDING })) };
  });
  return placeLabels(wishes, LABEL_HEIGHT, size);
}

function MarkLabel({ label, kind, isActive }: { label: Label | null; kind: Finding["kind"]; isActive: boolean }) {
  if (label === null) return null;
  const { x, y, width, height } = label.box;
  const { color } = MARK_STYLES[kind];
  return (
    <g class={isActive ? "mark-label active" : "mark-label"}>
      <rect x={x} y={y} width={width} height={height} rx={4} {...(isActive ? { style: { fill: color } } : {})} />
      <text x={x + LABEL_PADDING} y={y + height / 2 + 0.5} fill={isActive ? "#0b0d10" : color}>{label.text}</text>
    </g>
  );
}
