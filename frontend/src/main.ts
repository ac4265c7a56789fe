import { el } from "./dom";
import { listenToKeys } from "./keys";
import { createAnalyses } from "./panels/analyses";
import { createAssessment } from "./panels/assessment";
import { createDropVeil } from "./panels/drop";
import { createExports } from "./panels/exports";
import { createFindings } from "./panels/findings";
import { createFileInput, createHeader } from "./panels/header";
import { createHelp } from "./panels/help";
import { createLegend } from "./panels/legend";
import { createNotices } from "./panels/notices";
import { createProgress } from "./panels/progress";
import { createToolbar } from "./panels/toolbar";
import { browserMemory, rememberConfidence, rememberedConfidence } from "./remembered";
import { Session } from "./session";
import { EMPTY, Store } from "./state";
import { createViewer } from "./viewer/viewer";

/** Where the parts of the page are put together; the order here is the order of the focus. */
function page(store: Store, session: Session): HTMLElement[] {
  const input = createFileInput(session);
  const stage = el("div", { class: "stage" }, createViewer(store), createProgress(store, input), createNotices(store));
  const viewer = el("main", { class: "viewer" }, createToolbar(store), stage, createLegend(store));
  const results = [createFindings(store), createAssessment(store), createExports(store)];
  const right = el("aside", { class: "panel right", "aria-label": "Results" }, ...results);
  const body = el("div", { class: "body" }, createAnalyses(store, session), viewer, right);
  return [createHeader(input), body, input, createDropVeil(session), createHelp(store)];
}

const memory = browserMemory();
const store = new Store({ ...EMPTY, minConfidence: rememberedConfidence(memory) });
store.watch((s) => [s.minConfidence], (s) => rememberConfidence(memory, s.minConfidence));
const session = new Session(store);
document.querySelector("#app")?.replaceChildren(...page(store, session));
listenToKeys(store);
void session.start();
