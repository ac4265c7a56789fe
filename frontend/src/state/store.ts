/** Changes of state: the fields that become others. */
export type Change<S> = Partial<S>;

/** One place where state lives. It is never changed in place; watchers hear of every new one. */
export class Store<S extends object> {
  #state: S;
  readonly #watchers = new Set<() => void>();

  constructor(state: S) {
    this.#state = state;
  }

  get state(): S {
    return this.#state;
  }

  /** `change` is the new fields, or a pure function of the state that gives them. */
  update(change: Change<S> | ((state: S) => Change<S>)): void {
    const fields = typeof change === "function" ? change(this.#state) : change;
    if (Object.entries(fields).every(([name, value]) => Object.is(this.#state[name as keyof S], value))) return;
    this.#state = { ...this.#state, ...fields };
    for (const watcher of this.#watchers) watcher();
  }

  /** Call `watcher` after every change; returns what ends it. */
  subscribe(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  /** Call `react` now, and again whenever one of the values that `select` lists is another one. */
  watch(select: (state: S) => readonly unknown[], react: (state: S) => void): () => void {
    let seen: readonly unknown[] | null = null;
    const look = () => {
      const now = select(this.#state);
      if (seen !== null && sameItems(seen, now)) return;
      seen = now;
      react(this.#state);
    };
    look();
    return this.subscribe(look);
  }
}

/** The same values in the same order. */
export function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, i) => Object.is(value, b[i]));
}
