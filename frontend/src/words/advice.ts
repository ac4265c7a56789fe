import type { Problem } from "../api-types";
import { isWordKey, type T } from ".";

/** What went wrong, in the reader's language where the page has words for it, else in the server's. */
export function titleOf(t: T, { code, title }: Problem): string {
  const key = `problem.${code}`;
  return isWordKey(key) ? t(key) : title;
}

/** One sentence saying what the reader can do about a problem. */
export function adviceFor(t: T, { code, status }: Problem): string {
  const keys = [`advice.${code}`, `advice.${status ?? 0}`];
  return t(keys.find(isWordKey) ?? "advice.other");
}
