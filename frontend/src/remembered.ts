import { clampConfidence, STARTING_CONFIDENCE } from "./findings";
import { COMMAND_IDS } from "./keys/keymap";
import { type Change, EMPTY, type State } from "./state/state";
import { isLanguage } from "./words";

type Memory = Pick<Storage, "getItem" | "setItem" | "removeItem">;

const CONFIDENCE = "mammoscope.min-confidence";
const KEYS = "mammoscope.keys";
const READ_FIRST = "mammoscope.read-first";
const LANGUAGE = "mammoscope.language";

/** The reader's own choices of an earlier visit to this page; nothing for those that were never made. */
export function remembered(memory: Memory | null): Change {
  const confidence = Number.parseFloat(tried(() => memory?.getItem(CONFIDENCE)) ?? "");
  const language = tried(() => memory?.getItem(LANGUAGE)) ?? "";
  return {
    minConfidence: Number.isFinite(confidence) ? clampConfidence(confidence) : STARTING_CONFIDENCE,
    ownKeys: keysIn(tried(() => memory?.getItem(KEYS)) ?? "{}"),
    readFirst: tried(() => memory?.getItem(READ_FIRST)) === "yes",
    ...(isLanguage(language) ? { language } : {}),
  };
}

/** Nothing is kept of what everybody starts with. */
export function remember(memory: Memory | null, { minConfidence, ownKeys, readFirst, language }: State): void {
  keep(memory, CONFIDENCE, minConfidence === STARTING_CONFIDENCE ? null : String(minConfidence));
  keep(memory, KEYS, Object.keys(ownKeys).length === 0 ? null : JSON.stringify(ownKeys));
  keep(memory, READ_FIRST, readFirst ? "yes" : null);
  keep(memory, LANGUAGE, isFirst(language) ? null : language);
}

/** The browser's memory for this address; null where the reader forbids it. */
export function browserMemory(): Memory | null {
  return tried(() => window.localStorage) ?? null;
}

function isFirst(language: string): boolean {
  return language === EMPTY.language;
}

/** Only what is still a command and a list of key names. */
function keysIn(text: string): State["ownKeys"] {
  const said = tried(() => JSON.parse(text) as unknown);
  const entries = Object.entries(typeof said === "object" && said !== null ? said : {});
  const known = entries.filter(([id, keys]) => COMMAND_IDS.some((command) => command === id) && isListOfNames(keys));
  return Object.fromEntries(known);
}

function isListOfNames(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function keep(memory: Memory | null, key: string, value: string | null): void {
  tried(() => {
    if (value === null) memory?.removeItem(key);
    else memory?.setItem(key, value);
  });
}

/** Browsers throw where memory is full or forbidden; the page then goes on without it. */
function tried<V>(action: () => V): V | null {
  try {
    return action();
  } catch {
    return null;
  }
}
