import { createContext } from "preact";
import { useContext, useLayoutEffect, useReducer, useRef } from "preact/hooks";
import type { VerdictKeeper } from "../keeper";
import type { Session } from "../session";
import { type T, wordsOf } from "../words";
import type { AppStore, State } from "./state";

/** What every component may use: the store, and what talks with the server. */
export interface App {
  store: AppStore;
  session: Session;
  keeper: VerdictKeeper;
}

export const AppContext = createContext<App | null>(null);

export function useApp(): App {
  const app = useContext(AppContext);
  if (app === null) throw new Error("this component stands outside AppContext");
  return app;
}

export function useStore(): AppStore {
  return useApp().store;
}

/**
 * A part of the state; the component is drawn again when it becomes another one. A selector that makes a new array or
 * object each time needs `same` (for lists: sameItems), or the component is drawn at every change of the state.
 */
export function useSelect<V>(select: (state: State) => V, same: (a: V, b: V) => boolean = Object.is): V {
  const { store } = useApp();
  const [, drawAgain] = useReducer<number, undefined>((count) => count + 1, 0);
  const value = select(store.state);
  const latest = useRef({ select, same, value });
  latest.current = { select, same, value };
  useLayoutEffect(() => {
    const look = () => {
      const { select, same, value } = latest.current;
      if (!same(select(store.state), value)) drawAgain(undefined);
    };
    look(); // what changed between drawing and listening
    return store.subscribe(look);
  }, [store]);
  return value;
}

/** Words in the reader's language. */
export function useT(): T {
  return wordsOf(useSelect((s) => s.language));
}
