const FONT = "600 12px system-ui, sans-serif"; // as `.mark-label text` in style.css
let context: CanvasRenderingContext2D | null = null;
const widths = new Map<string, number>();

/** Width of a label's text in CSS pixels. */
export function widthOf(text: string): number {
  const known = widths.get(text);
  if (known !== undefined) return known;
  context ??= document.createElement("canvas").getContext("2d");
  if (context === null) return 7 * text.length;
  context.font = FONT;
  const { width } = context.measureText(text);
  widths.set(text, width);
  return width;
}
