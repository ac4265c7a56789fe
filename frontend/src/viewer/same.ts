/** Equal by value; for small selections of the state that are made anew each time. */
export function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
