import type { Problem } from "../api-types";
import { isWordKey, type T } from ".";

/** One sentence saying what the reader can do about a problem. */
export function adviceFor(t: T, { code, status }: Problem): string {
  const keys = [`advice.${code}`, `advice.${status ?? 0}`];
  return t(keys.find(isWordKey) ?? "advice.other");
}
