import { getPreferences, putPreferences } from "./api";
import type { Preferences } from "./api-types";
import { clampConfidence } from "./findings";
import { COMMAND_IDS, type CommandId, KEYMAP } from "./keys/keymap";
import { type AppStore, type Change, filtered, type State } from "./state/state";
import { isLanguage } from "./words";

const SAVE_AFTER_MS = 1000;

/** What the reader set, as the server keeps it: of each changed command its first key, null for none. */
export function preferencesOf({ minConfidence, ownKeys, readFirst, language }: State): Preferences {
  const keys = Object.entries(ownKeys).map(([id, own]) => [id, own[0] ?? null]);
  return {
    slider: minConfidence, language, read_first: readFirst, keys: Object.fromEntries(keys) as Record<string, string>,
  };
}

/** The state with a reader's preferences; what is missing or unheard of changes nothing. */
export function preferring(preferences: Preferences): (state: State) => Change {
  return (state) => ({
    ...(typeof preferences.slider === "number" ? filtered(clampConfidence(preferences.slider))(state) : {}),
    ...(preferences.keys === undefined ? {} : { ownKeys: ownKeysIn(preferences.keys) }),
    ...(typeof preferences.read_first === "boolean" ? { readFirst: preferences.read_first } : {}),
    ...(isLanguage(preferences.language ?? "") ? { language: preferences.language as State["language"] } : {}),
  });
}

/** A key that is the command's own anyhow brings its other first keys back too. */
function ownKeysIn(keys: Readonly<Record<string, string | null>>): State["ownKeys"] {
  const known = Object.entries(keys).filter(([id]) => COMMAND_IDS.some((command) => command === id));
  return Object.fromEntries(known.map(([id, key]) => {
    const first: readonly string[] = KEYMAP[id as CommandId].keys;
    return [id, key === null ? [] : key === first[0] ? first : [key]];
  }));
}

/** Each reader's preferences come with the name and are kept under it; without the server the page goes on. */
export function followPreferences(store: AppStore): void {
  let learnedOf = "";
  let timer: ReturnType<typeof setTimeout> | undefined;
  store.watch((s) => [s.reader], ({ reader }) => {
    if (reader === "") return;
    void getPreferences(reader).then((preferences) => {
      if (store.state.reader === reader) store.update(preferring(preferences));
    }).catch(() => undefined).then(() => {
      learnedOf = reader;
    });
  });
  store.watch((s) => [s.minConfidence, s.ownKeys, s.readFirst, s.language], ({ reader }) => {
    if (reader === "" || learnedOf !== reader) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      void putPreferences(reader, preferencesOf(store.state)).catch(() => undefined);
    }, SAVE_AFTER_MS);
  });
}
