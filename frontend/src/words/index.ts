import { de } from "./de";
import { en } from "./en";

export type WordKey = keyof typeof en;
export type Dictionary = Readonly<Record<WordKey, string>>;

/** Another language is another file with the same keys, and its line here. */
export const LANGUAGES = { en, de } satisfies Record<string, Dictionary>;
/** As their speakers call them. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: "English", de: "Deutsch" };
export type Language = keyof typeof LANGUAGES;

export function isLanguage(name: string): name is Language {
  return Object.hasOwn(LANGUAGES, name);
}

/** The words of a key, with {name} replaced by the value of that name. */
export type T = (key: WordKey, values?: Readonly<Record<string, string | number>>) => string;

/** Always the same function for a language, so that it can stand among the dependencies of a hook. */
export function wordsOf(language: Language): T {
  return TRANSLATORS[language];
}

function translator(dictionary: Dictionary): T {
  return (key, values) => {
    const words = dictionary[key];
    if (values === undefined) return words;
    return words.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
  };
}

const TRANSLATORS = { en: translator(LANGUAGES.en), de: translator(LANGUAGES.de) } satisfies Record<Language, T>;

/** Whether a key made at run time (of a server's code, say) has words. */
export function isWordKey(key: string): key is WordKey {
  return key in en;
}
