import { useRef } from "preact/hooks";
import { Binned } from "./panels/Binned";
import { DropVeil } from "./panels/DropVeil";
import { FileInput, Header } from "./panels/Header";
import { Help } from "./panels/Help";
import { Legend } from "./panels/Legend";
import { Notices } from "./panels/Notices";
import { Progress } from "./panels/Progress";
import { Rail, RailSwitch } from "./panels/Rail";
import { ReaderDialog } from "./panels/ReaderName";
import { RESULT_PANELS } from "./panels/registry";
import { Toolbar } from "./panels/Toolbar";
import { type App, AppContext, useSelect, useT } from "./state/hooks";
import { HangingView } from "./viewer/HangingView";
import { OverlayLegend } from "./viewer/OverlayLegend";

/** Where the parts of the page are put together; the order here is the order of the focus. */
export function Page({ app }: { app: App }) {
  return <AppContext.Provider value={app}><Room /></AppContext.Provider>;
}

function Room() {
  const t = useT();
  const input = useRef<HTMLInputElement>(null);
  const railShown = useSelect((s) => s.railShown);
  return (
    <>
      <Header input={input} />
      <div class={railShown ? "body" : "body without-rail"}>
        <Rail />
        <main class="viewer">
          <div class="bar-top"><RailSwitch /><Toolbar /></div>
          <div class="stage">
            <HangingView /><OverlayLegend /><Progress input={input} />
            <div class="told"><Notices /><Binned /></div>
          </div>
          <Legend />
        </main>
        <aside class="panel right" aria-label={t("results.label")}>
          {RESULT_PANELS.map(({ id, Panel }) => <Panel key={id} />)}
        </aside>
      </div>
      <FileInput input={input} />
      <DropVeil />
      <Help />
      <ReaderDialog />
    </>
  );
}
