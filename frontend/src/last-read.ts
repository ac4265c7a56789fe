import { isReaderName } from "./state/verdicts";

type Memory = Pick<Storage, "getItem" | "setItem" | "removeItem">;

const READER = "mammoscope.reader";
const PLACE = "mammoscope.place";

/** Who read here last, and which image; a made-up name and an id that says nothing. */
export interface LastRead {
  reader: string;
  selected: string | null;
}

export function lastRead(memory: Memory | null): LastRead {
  try {
    const reader = memory?.getItem(READER) ?? "";
    return { reader: isReaderName(reader) ? reader : "", selected: memory?.getItem(PLACE) ?? null };
  } catch {
    return { reader: "", selected: null };
  }
}

export function keepLastRead(memory: Memory | null, { reader, selected }: LastRead): void {
  try {
    if (reader === "") memory?.removeItem(READER);
    else memory?.setItem(READER, reader);
    if (selected === null) memory?.removeItem(PLACE);
    else memory?.setItem(PLACE, selected);
  } catch {
    // memory full or forbidden: the page goes on without it
  }
}
