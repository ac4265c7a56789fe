import type { AnalysisSummary } from "../api-types";
import { useApp, useSelect, useStore, useT } from "../state/hooks";
import type { T } from "../words";

/** The worklist slot: what was analysed here, to switch between and to delete. */
export function Rail() {
  const t = useT();
  const analyses = useSelect((s) => s.analyses);
  const sending = useSelect((s) => s.sending);
  const shown = useSelect((s) => s.railShown);
  if (!shown) return null;
  return (
    <nav class="panel left" aria-label={t("rail.title")}>
      <h2>{t("rail.title")}</h2>
      {analyses.length === 0 && <p class="muted">{t("rail.empty")}</p>}
      <ul class="analyses" aria-label={t("rail.list")}>
        {analyses.map((entry) => <Entry key={entry.id} entry={entry} />)}
      </ul>
      <p class="sending" role="status">{sendingWords(t, sending)}</p>
    </nav>
  );
}

function sendingWords(t: T, names: readonly string[]): string {
  const [file, ...others] = names;
  if (file === undefined) return "";
  return others.length === 0 ? t("rail.sending", { file }) : t("rail.sendingMore", { file, n: others.length });
}

function Entry({ entry }: { entry: AnalysisSummary }) {
  const { session } = useApp();
  const t = useT();
  const isSelected = useSelect((s) => s.selected === entry.id);
  const label = t("rail.deleteFile", { file: entry.file });
  const remove = (event: MouseEvent) => {
    const row = (event.currentTarget as HTMLElement).closest("li");
    if (row !== null) void deleteAndKeepFocus(row, () => session.remove(entry.id));
  };
  return (
    <li data-analysis={entry.id} data-state={entry.state}>
      <button type="button" class="open" aria-current={isSelected} onClick={() => session.select(entry.id)}>
        <span class="file" title={entry.file}>{entry.file}</span>
        <span class="state">{t(`job.${entry.state}`)}</span>
      </button>
      <button type="button" class="quiet" title={t("rail.delete")} aria-label={label} onClick={remove}>✕</button>
    </li>
  );
}

/** Keyboard readers go on at the neighbouring entry instead of being sent to the top of the page. */
async function deleteAndKeepFocus(row: Element, remove: () => Promise<void>): Promise<void> {
  const neighbour = row.nextElementSibling ?? row.previousElementSibling;
  await remove();
  const next = row.isConnected ? null : (neighbour?.querySelector("button") ?? null);
  (next ?? document.querySelector<HTMLElement>(".header button"))?.focus();
}

/** Always there, so that a hidden rail can come back by pointer. */
export function RailSwitch() {
  const store = useStore();
  const t = useT();
  const shown = useSelect((s) => s.railShown);
  const words = t(shown ? "rail.hide" : "rail.show");
  return (
    <button
      type="button" class="rail-switch" aria-label={words} title={words} aria-expanded={shown}
      onClick={() => store.update({ railShown: !shown })}
    >
      {shown ? "‹" : "›"}
    </button>
  );
}
