import type { ComponentType } from "preact";
import { useSelect, useStore, useT } from "../state/hooks";
import { type Dock as DockName, DOCKS } from "../state/state";
import { Assessment } from "./Assessment";
import { Exports } from "./Exports";
import { Models } from "./Models";
import { Verdict } from "./Verdict";

const PANELS: Readonly<Record<DockName, ComponentType>> = {
  picture: Assessment, verdict: Verdict, models: Models, exports: Exports,
};

/** Below the findings, one of four at a time: tabs as the ARIA Authoring Practices have them. */
export function Dock() {
  const store = useStore();
  const t = useT();
  const shown = useSelect((s) => s.dock);
  const Panel = PANELS[shown];
  const step = (event: KeyboardEvent) => {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    const next = DOCKS.at((DOCKS.indexOf(shown) + by) % DOCKS.length);
    if (by === 0 || next === undefined) return;
    event.preventDefault();
    store.update({ dock: next });
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <section class="dock">
      <div role="tablist" aria-label={t("dock.label")} class="tabs" onKeyDown={step}>
        {DOCKS.map((name) => (
          <button
            key={name} type="button" role="tab" id={`tab-${name}`} aria-selected={name === shown}
            aria-controls="dock-panel" tabIndex={name === shown ? 0 : -1} onClick={() => store.update({ dock: name })}
          >
            {t(`dock.${name}`)}
          </button>
        ))}
      </div>
      <div role="tabpanel" id="dock-panel" class="dock-panel" aria-labelledby={`tab-${shown}`} tabIndex={0}>
        <Panel />
      </div>
    </section>
  );
}
