import { useEffect, useRef } from "preact/hooks";
import type { Box } from "../api-types";
import { useSelect } from "../state/hooks";
import { frameOf } from "../state/viewing";
import { sharedLibrary } from "../viewer/library";
import { levelFor } from "../viewer/pyramid";
import { cut, rgbaOf, squareAround } from "../viewer/thumbnail";

const SIZE = 112; // pixels; shown at half of it, so that it is sharp on dense screens

/** The finding as it lies in the picture, in the file's own window. Its place is kept until the pixels are here. */
export function Thumbnail({ analysis, box }: { analysis: string; box: Box }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const window = useSelect((s) => s.pixelFacts[analysis]?.window ?? null);
  const mirrored = useSelect((s) => frameOf(s, analysis)?.mirrored ?? false);
  useEffect(() => {
    if (window === null) return;
    let isWanted = true;
    void sharedLibrary().pixels(analysis, "original").then(({ levels }) => {
      const context = canvas.current?.getContext("2d") ?? null;
      const square = squareAround(box);
      const at = levelFor(levels.length, square.width / SIZE);
      const level = levels[at];
      if (!isWanted || context === null || level === undefined) return;
      const rgba = rgbaOf(cut(level, 2 ** at, square, SIZE, window), SIZE, mirrored);
      context.putImageData(new ImageData(rgba, SIZE, SIZE), 0, 0);
    }).catch(() => undefined); // the pane says why there are no pixels
    return () => {
      isWanted = false;
    };
  }, [analysis, box, window, mirrored]);
  return <canvas ref={canvas} class="thumbnail" width={SIZE} height={SIZE} aria-hidden="true" />;
}
