import { sameItems } from "./store";

/** `compute`, remembering its last answer for as long as the values that `inputs` lists are the same. */
export function remembering<S, V>(inputs: (state: S) => readonly unknown[], compute: (state: S) => V): (state: S) => V {
  let last: { inputs: readonly unknown[]; value: V } | null = null;
  return (state) => {
    const now = inputs(state);
    if (last === null || !sameItems(last.inputs, now)) last = { inputs: now, value: compute(state) };
    return last.value;
  };
}
