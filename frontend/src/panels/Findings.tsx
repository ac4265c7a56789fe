import { useEffect, useRef } from "preact/hooks";
import { run } from "../keys/commands";
import { keysOf } from "../keys/keymap";
import { useSelect, useStore, useT } from "../state/hooks";
import { isKeptBack } from "../state/reveal";
import { chosenIn, currentDocument, shownFindings, type State } from "../state/state";
import { sameItems } from "../state/store";
import type { WordKey } from "../words";
import { FindingRow } from "./FindingRow";
import { Slider } from "./Slider";

/** The confidence slider and the list of what it leaves, each entry linked with its mark on the picture. */
export function Findings() {
  const t = useT();
  const keptBack = useSelect(isKeptBack);
  return (
    <section class="findings-panel" aria-label={t("findings.title")}>
      <div class="panel-head"><h2>{t("findings.title")}</h2><ReadFirst /></div>
      <Slider />
      {keptBack ? <KeptBack /> : <List />}
      <p class="note">{t("findings.note", { standIn: t("malignancy.standIn") })}</p>
    </section>
  );
}

/** Whether findings wait until the reader has looked. */
function ReadFirst() {
  const store = useStore();
  const t = useT();
  const isOn = useSelect((s) => s.readFirst);
  const title = useSelect((s) => `${t("command.readFirst")} (${keysOf("readFirst", s.ownKeys)[0] ?? t("help.noKey")})`);
  return (
    <button type="button" class="toggle" aria-pressed={isOn} title={title} onClick={() => run(store, "readFirst")}>
      {t("findings.readFirst")}
    </button>
  );
}

/** In read-first mode, until the reader asks. */
function KeptBack() {
  const store = useStore();
  const t = useT();
  return (
    <div class="findings-scroll kept-back">
      <p>{t("findings.keptBack")}</p>
      <button type="button" class="primary" onClick={() => run(store, "marks")}>{t("findings.reveal")}</button>
    </div>
  );
}

function List() {
  const t = useT();
  const analysis = useSelect((s) => s.selected);
  const findings = useSelect(shownFindings, sameItems);
  const none = useSelect(wordsForNone);
  const list = useRef<HTMLUListElement>(null);
  const chosen = useSelect((s) => chosenIn(s.chosen, s.selected));
  useEffect(() => {
    if (chosen === null) return;
    list.current?.querySelector(`[data-finding="${chosen}"]`)?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  return (
    <div class="findings-scroll">
      <ul ref={list} class="findings" aria-label={t("findings.title")} onKeyDown={moveFocus}>
        {analysis !== null && findings.map((finding) => (
          <FindingRow key={`${analysis} ${finding.id}`} analysis={analysis} finding={finding} />
        ))}
      </ul>
      <p class="muted none">{none !== null && t(none)}</p>
    </div>
  );
}

function wordsForNone(state: State): WordKey | null {
  const document = currentDocument(state);
  if (document === null || shownFindings(state).length > 0) return null;
  return document.findings.length === 0 ? "findings.none" : "findings.noneHere";
}

function moveFocus(event: KeyboardEvent): void {
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  const entries = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>("button.entry")];
  const row = document.activeElement?.closest("[data-finding]");
  const next = entries[entries.findIndex((entry) => row?.contains(entry) === true) + step];
  if (step === 0 || row == null || next === undefined || event.target instanceof HTMLSelectElement) return;
  event.preventDefault();
  next.focus();
}
