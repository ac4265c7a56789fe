import { useApp, useSelect, useStore, useT } from "../state/hooks";
import { isKeptBack } from "../state/reveal";
import type { AnalysisSummary } from "../api-types";
import { matching, progressOf, type Row, rowsOf, viewName } from "../state/worklist";
import { sameJson } from "../viewer/same";
import { isWordKey, type T } from "../words";
import { percent } from "../words/format";
import { dateWords } from "../words/dates";

/** The worklist: the studies on this machine, to search, to open and to delete. */
export function Rail() {
  const t = useT();
  const all = useSelect(rowsOf, sameJson);
  const search = useSelect((s) => s.search);
  const sending = useSelect((s) => s.sending);
  const shown = useSelect((s) => s.railShown);
  if (!shown) return null;
  const rows = matching(all, search);
  return (
    <nav class="panel left" aria-label={t("worklist.title")}>
      <h2>{t("worklist.title")}</h2>
      <Search />
      {all.length === 0 && <p class="muted">{t("rail.empty")}</p>}
      {all.length > 0 && rows.length === 0 && <p class="muted">{t("worklist.noneFound")}</p>}
      <ul class="analyses" aria-label={t("worklist.list")}>
        {rows.map((row) => <Entry key={row.id} row={row} />)}
      </ul>
      <p class="sending" role="status">{sendingWords(t, sending)}</p>
    </nav>
  );
}

function Search() {
  const store = useStore();
  const t = useT();
  const search = useSelect((s) => s.search);
  return (
    <input
      type="search" class="search" aria-label={t("worklist.search")} placeholder={t("worklist.search")} value={search}
      onInput={(event) => store.update({ search: event.currentTarget.value })}
    />
  );
}

function sendingWords(t: T, names: readonly string[]): string {
  const [file, ...others] = names;
  if (file === undefined) return "";
  return others.length === 0 ? t("rail.sending", { file }) : t("rail.sendingMore", { file, n: others.length });
}

function Entry({ row }: { row: Row }) {
  const { session } = useApp();
  const t = useT();
  const isOpen = useSelect((s) => s.study === row.id);
  const { failed } = progressOf(row.lines);
  const open = () => {
    const first = row.lines[0];
    if (first !== undefined && !isOpen) session.select(first.id);
  };
  const remove = (event: MouseEvent) => {
    const item = (event.currentTarget as HTMLElement).closest("li");
    if (item !== null) void deleteAndKeepFocus(item, () => session.removeStudy(row.id));
  };
  return (
    <li data-study={row.id} data-state={failed > 0 ? "failed" : "fine"} class={isOpen ? "open-study" : ""}>
      <div class="study">
        <button type="button" class="open" aria-current={isOpen} onClick={open}>
          <span class="file" title={row.label}>{row.label}</span>
          <StateLine row={row} />
        </button>
        <button
          type="button" class="quiet" title={t("rail.delete")} aria-label={t("worklist.delete", { label: row.label })}
          onClick={remove}
        >
          ✕
        </button>
      </div>
      {isOpen && <OpenStudy row={row} />}
    </li>
  );
}

function StateLine({ row }: { row: Row }) {
  const t = useT();
  const keptBack = useSelect((s) => s.readFirst && (s.study !== row.id || isKeptBack(s)) && !(row.id in s.revealedAt));
  const cancer = row.study?.exam.cancer ?? null;
  const isDone = !progressOf(row.lines).isRunning;
  const said = isDone && cancer !== null && !keptBack ? ` · ${t("worklist.cancer", { share: percent(cancer) })}` : "";
  return <span class="state">{stateWords(t, row)}{said}</span>;
}

/** The stage by its name while something runs, never a mere sign that it does. */
function stateWords(t: T, { lines }: Row): string {
  const { done, failed, of, stage, isRunning } = progressOf(lines);
  if (failed > 0 && !isRunning) return t("worklist.failed", { n: failed });
  if (!isRunning) return t("worklist.done");
  const key = `stage.${stage ?? ""}`;
  return isWordKey(key)
    ? t("worklist.running", { stage: t(key), done, n: of })
    : t("worklist.waiting", { done, n: of });
}

/** Of the study that hangs: its views, dates, and what was before. */
function OpenStudy({ row }: { row: Row }) {
  const { session } = useApp();
  const t = useT();
  const language = useSelect((s) => s.language);
  const selected = useSelect((s) => s.selected);
  const previous = useSelect((s) => rowsOf(s).filter(({ id }) => row.study?.previous.includes(id)), sameJson);
  const { acquired = null, expires = null } = row.study ?? {};
  return (
    <div class="study-facts">
      {row.lines.length > 1 && (
        <div class="views" role="group" aria-label={t("worklist.views")}>
          {row.lines.map((line) => (
            <button
              key={line.id} type="button" class="toggle" aria-pressed={line.id === selected} data-state={line.state}
              title={line.file} onClick={() => session.select(line.id)}
            >
              {shortName(line)}
            </button>
          ))}
        </div>
      )}
      {acquired !== null && <p>{t("worklist.acquired", { date: dateWords(language, acquired) })}</p>}
      {row.study !== null && (
        <p>
          {expires === null
            ? t("worklist.keptAlways")
            : t("worklist.keptUntil", { date: dateWords(language, expires) })}
        </p>
      )}
      {previous.length > 0 && (
        <p>{t("worklist.previous", { studies: previous.map(({ label }) => label).join(", ") })}</p>
      )}
    </div>
  );
}

function shortName(line: AnalysisSummary): string {
  const name = viewName(line);
  return name === "" ? line.file : name;
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
