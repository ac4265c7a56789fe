import { render } from "preact";
import { Page } from "./app";
import { listenToKeys } from "./keys/listen";
import { browserMemory, remember, remembered } from "./remembered";
import { Session } from "./session";
import { createStore } from "./state/state";

const memory = browserMemory();
const store = createStore(remembered(memory));
store.watch((s) => [s.minConfidence, s.ownKeys, s.readFirst, s.language], (s) => remember(memory, s));
const session = new Session(store);
const root = document.querySelector("#app");
if (root !== null) render(<Page app={{ store, session }} />, root);
listenToKeys(store);
void session.start();
