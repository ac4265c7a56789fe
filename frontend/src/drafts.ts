import type { Said, Verdicts } from "./state/verdicts";

export type Memory = Pick<Storage, "getItem" | "setItem" | "removeItem">;

const DRAFTS = "mammoscope.drafts";

/** What was said and not saved when the page was left or broke; by image. */
export interface Drafts {
  reader: string;
  said: Readonly<Record<string, Said>>;
}

/** Keeps in the browser what the server does not have yet, and nothing once it has. */
export function keepDrafts(memory: Memory | null, { reader, verdicts }: Verdicts, left: Drafts | null): void {
  const unsaved = Object.entries(verdicts).filter(([, { saving }]) => saving !== "saved");
  const now = Object.fromEntries(unsaved.map(([id, { said }]) => [id, said]));
  const said = left?.reader === reader ? { ...left.said, ...now } : now;
  try {
    if (Object.keys(said).length === 0) memory?.removeItem(DRAFTS);
    else memory?.setItem(DRAFTS, JSON.stringify({ reader, said }));
  } catch {
    // memory full or forbidden: the page goes on without it
  }
}

/** What an earlier visit left; null where there is nothing that could be read. */
export function draftsIn(memory: Memory | null): Drafts | null {
  try {
    const found: unknown = JSON.parse(memory?.getItem(DRAFTS) ?? "null");
    return isDrafts(found) ? found : null;
  } catch {
    return null;
  }
}

function isDrafts(value: unknown): value is Drafts {
  if (typeof value !== "object" || value === null || !("reader" in value) || !("said" in value)) return false;
  return typeof value.reader === "string" && typeof value.said === "object" && value.said !== null;
}
