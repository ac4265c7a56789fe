import { useSelect, useT } from "../state/hooks";
import { cameraOf, frameOf, paneOf } from "../state/viewing";
import { imageToCanvas } from "./geometry";
import { lengthWords, measuresOf } from "./measuring";
import { sameJson } from "./same";

/** The lengths that were measured in one picture. */
export function Measures({ id }: { id: string }) {
  const t = useT();
  const measures = useSelect((s) => measuresOf(s, id), sameJson);
  const [frame, camera, size] = useSelect((s) => [frameOf(s, id), cameraOf(s, id), paneOf(s, id)] as const, sameJson);
  if (frame === null || camera === null || measures.length === 0) return null;
  return (
    <svg class="measures" width={size.width} height={size.height}>
      {measures.map((measure) => {
        const [x1, y1] = imageToCanvas(frame, camera, size, measure.from);
        const [x2, y2] = imageToCanvas(frame, camera, size, measure.to);
        return (
          <g key={measure.id} class="measure">
            <line class="halo" x1={x1} y1={y1} x2={x2} y2={y2} />
            <line x1={x1} y1={y1} x2={x2} y2={y2} />
            <text x={Math.max(x1, x2) + 6} y={(x1 > x2 ? y1 : y2) + 4}>{lengthWords(t, frame, measure)}</text>
          </g>
        );
      })}
    </svg>
  );
}
