import { expect, test } from "vitest";
import { COMMAND_IDS } from "../keys/keymap";
import { en } from "./en";
import { type Dictionary, isWordKey, LANGUAGES, wordsOf } from ".";
import { adviceFor } from "./advice";

const placeholders = (words: string) => [...words.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

test("placeholders are filled in, and one without a value stays to be seen", () => {
  const t = wordsOf("en");
  expect(t("marks.shown.other", { n: 3 })).toBe("3 marks shown");
  expect(t("worklist.delete", {})).toBe("Delete {label}");
});

test("every language says everything, with the same placeholders", () => {
  for (const [name, dictionary] of Object.entries(LANGUAGES) as [string, Dictionary][]) {
    expect(Object.keys(dictionary).sort(), name).toEqual(Object.keys(en).sort());
    const other = Object.entries(dictionary).filter(([key, words]) => {
      return isWordKey(key) && placeholders(words).join() !== placeholders(en[key]).join();
    });
    expect(other, name).toEqual([]);
    expect(Object.entries(dictionary).filter(([, words]) => words.trim() === ""), name).toEqual([]);
  }
});

test("every command has words", () => {
  expect(COMMAND_IDS.filter((id) => !isWordKey(`command.${id}`))).toEqual([]);
});

test("advice is looked up by the problem's code, then by its status", () => {
  const t = wordsOf("en");
  const problem = { code: "queue_full", title: "", detail: "" };
  expect(adviceFor(t, problem)).toContain("Wait until some of the waiting analyses");
  expect(adviceFor(t, { ...problem, code: "unheard_of", status: 413 })).toBe("Send a smaller file.");
  expect(adviceFor(t, { ...problem, code: "unheard_of" })).toBe("Try again, or send another file.");
});
