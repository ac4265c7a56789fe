/** Which picture hangs where: pure, over what is known of each image. Right breast on the left of the screen. */

/** What the hanging needs to know of one analysed image. */
export interface Hangable {
  id: string;
  /** The patient's side. */
  laterality: "L" | "R" | null;
  /** As DICOM writes it, e.g. CC, MLO, XCCL; PS3.16 CID 4014. */
  view: string | null;
}

export const STAGES = ["overview", "mlo", "cc", "right", "left", "single"] as const;
export type StageName = (typeof STAGES)[number];

export const SLOTS = ["RCC", "LCC", "RMLO", "LMLO"] as const;
export type Slot = (typeof SLOTS)[number];

export interface Cell {
  /** Null for an image without one of the four places, e.g. of unknown side. */
  slot: Slot | null;
  /** Null where the study lacks this view. */
  analysis: string | null;
  /** From the previous study. */
  prior: boolean;
}

/** Cells row by row; every row has the same number of them. */
export interface Hanging {
  columns: number;
  cells: readonly Cell[];
}

/** Views that may take the place of a missing CC or MLO, the best first. */
const STAND_INS: Record<"CC" | "MLO", readonly string[]> = {
  CC: ["CC", "XCCL", "XCCM", "XCC", "FB"],
  MLO: ["MLO", "ML", "LM", "LMO"],
};

const GRIDS: Record<Exclude<StageName, "single">, readonly (readonly Slot[])[]> = {
  overview: [["RCC", "LCC"], ["RMLO", "LMLO"]],
  mlo: [["RMLO", "LMLO"]],
  cc: [["RCC", "LCC"]],
  right: [["RCC", "RMLO"]],
  left: [["LCC", "LMLO"]],
};

const LARGEST = 12; // pictures at once; more would be stamps

function rankFor(slot: Slot, image: Hangable): number {
  if (image.laterality !== slot[0]) return -1;
  return STAND_INS[slot.slice(1) === "CC" ? "CC" : "MLO"].indexOf(image.view?.toUpperCase() ?? "");
}

/** The image of each of the four places, and those left over in their order; of two equals the first is taken. */
export function sorted(images: readonly Hangable[]): { places: Partial<Record<Slot, Hangable>>; extra: Hangable[] } {
  const places: Partial<Record<Slot, Hangable>> = {};
  for (const slot of SLOTS) {
    const fitting = images.filter((image) => rankFor(slot, image) >= 0);
    const best = fitting.sort((a, b) => rankFor(slot, a) - rankFor(slot, b))[0];
    if (best !== undefined) places[slot] = best;
  }
  const placed = new Set(Object.values(places).map(({ id }) => id));
  return { places, extra: images.filter(({ id }) => !placed.has(id)) };
}

export function slotOf(images: readonly Hangable[], id: string): Slot | null {
  const { places } = sorted(images);
  return SLOTS.find((slot) => places[slot]?.id === id) ?? null;
}

/** The slots of a stage without the rows and columns that have no image at all. */
function occupied(stage: Exclude<StageName, "single">, has: (slot: Slot) => boolean): Slot[][] {
  const rows = GRIDS[stage].filter((row) => row.some(has));
  const width = rows[0]?.length ?? 0;
  const columns = [...Array(width).keys()].filter((at) => rows.some((row) => has(row[at] ?? "RCC")));
  return rows.map((row) => columns.flatMap((at) => row[at] ?? []));
}

/** Pictures of unknown place in rows, two below each other where there are more than three. */
function gridOf(cells: readonly Cell[]): Hanging {
  const columns = cells.length <= 3 ? Math.max(1, cells.length) : Math.ceil(cells.length / 2);
  return { columns, cells };
}

function single(images: readonly Hangable[], priors: readonly Hangable[], selected: string): Hanging {
  const slot = slotOf(images, selected);
  const before = slot === null ? undefined : sorted(priors).places[slot];
  const cells: Cell[] = [{ slot, analysis: selected, prior: false }];
  if (before !== undefined) cells.push({ slot, analysis: before.id, prior: true });
  return { columns: cells.length, cells };
}

/**
 * What hangs at `stage`. `priors` are the images of the previous study (empty: none): beside the current four in the
 * overview, below the current pair elsewhere, beside the single picture. A stage none of whose views exists shows the
 * overview, so that no key leads to an empty screen.
 */
export function hang(
  stage: StageName,
  images: readonly Hangable[],
  priors: readonly Hangable[],
  selected: string | null,
): Hanging {
  if (stage === "single" && selected !== null && images.some(({ id }) => id === selected)) {
    return single(images, priors, selected);
  }
  const [now, before] = [sorted(images), sorted(priors)];
  const named = stage === "single" || occupied(stage, (slot) => slot in now.places).length === 0 ? "overview" : stage;
  const rows = occupied(named, (slot) => slot in now.places || slot in before.places);
  const cell = (prior: boolean) => (slot: Slot): Cell => {
    return { slot, analysis: (prior ? before : now).places[slot]?.id ?? null, prior };
  };
  const hasPriors = Object.keys(before.places).length > 0;
  if (named !== "overview") {
    const current = rows.flatMap((row) => row.map(cell(false)));
    const below = hasPriors ? rows.flatMap((row) => row.map(cell(true))) : [];
    return { columns: rows[0]?.length ?? 1, cells: [...current, ...below] };
  }
  const extra = now.extra.map(({ id }): Cell => ({ slot: null, analysis: id, prior: false }));
  if (rows.length === 0) return gridOf(extra.slice(0, LARGEST));
  return withExtra(rows.map((row) => [...row.map(cell(false)), ...(hasPriors ? row.map(cell(true)) : [])]), extra);
}

/** Pictures beyond the four fill further columns at the right. */
function withExtra(rows: readonly Cell[][], extra: readonly Cell[]): Hanging {
  const width = rows[0]?.length ?? 0;
  const more = Math.ceil(Math.min(extra.length, LARGEST - width * rows.length) / rows.length);
  const empty: Cell = { slot: null, analysis: null, prior: false };
  const column = (y: number) => (x: number) => extra[x * rows.length + y] ?? empty;
  const cells = rows.flatMap((row, y) => [...row, ...[...Array(more).keys()].map(column(y))]);
  return { columns: width + more, cells };
}

/** The side of the screen at which the chest wall hangs in a cell, so that two breasts stand back to back. */
export function wallSideOf(laterality: "L" | "R" | null): "left" | "right" | null {
  return laterality === null ? null : laterality === "R" ? "right" : "left";
}
