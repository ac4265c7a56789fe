import { render } from "preact";
import { Page } from "./app";
import { VerdictKeeper } from "./keeper";
import { listenToKeys } from "./keys/listen";
import { keepLastRead, lastRead } from "./last-read";
import { followPreferences } from "./preferences";
import { browserMemory, remember, remembered } from "./remembered";
import { Session } from "./session";
import { createStore } from "./state/state";

const memory = browserMemory();
const last = lastRead(memory);
const store = createStore({ ...remembered(memory), reader: last.reader });
store.watch((s) => [s.minConfidence, s.ownKeys, s.readFirst, s.language], (s) => remember(memory, s));
const session = new Session(store, last.selected);
const keeper = new VerdictKeeper(store, memory);
const root = document.querySelector("#app");
if (root !== null) render(<Page app={{ store, session, keeper }} />, root);
listenToKeys(store);
store.watch((s) => [s.language], ({ language }) => {
  document.documentElement.lang = language;
});
void session.start().then(() => store.watch((s) => [s.reader, s.selected], (s) => keepLastRead(memory, s)));
keeper.start();
followPreferences(store);
window.addEventListener("pagehide", () => keeper.flush());
