import type { Language } from ".";

const FORMATS: Readonly<Record<Language, Intl.DateTimeFormat>> = {
  en: new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" }),
  de: new Intl.DateTimeFormat("de-DE", { day: "numeric", month: "short", year: "numeric" }),
};

/** "20 Dec 2026"; what is no date stays as it is. */
export function dateWords(language: Language, time: string | number): string {
  const date = new Date(typeof time === "number" ? time * 1000 : time);
  return Number.isNaN(date.getTime()) ? String(time) : FORMATS[language].format(date);
}
