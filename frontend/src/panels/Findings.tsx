import { useEffect, useRef } from "preact/hooks";
import type { Finding } from "../api-types";
import { useSelect, useStore, useT } from "../state/hooks";
import { chosenIn, choosing, currentDocument, type FindingRef, shownFindings, type State } from "../state/state";
import { sameItems } from "../state/store";
import { bringing } from "../state/viewing";
import { percent, sizeOf } from "../words/format";
import type { WordKey } from "../words";
import { Slider } from "./Slider";
import { Swatch } from "./Legend";

/** The confidence slider and the list of what it leaves, each entry linked with its mark on the picture. */
export function Findings() {
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
    <section class="findings-panel" aria-label={t("findings.title")}>
      <h2>{t("findings.title")}</h2>
      <Slider />
      <div class="findings-scroll">
        <ul ref={list} class="findings" aria-label={t("findings.title")} onKeyDown={moveFocus}>
          {analysis !== null && findings.map((finding) => (
            <Row key={`${analysis} ${finding.id}`} analysis={analysis} finding={finding} />
          ))}
        </ul>
        <p class="muted none">{none !== null && t(none)}</p>
      </div>
      <p class="note">{t("findings.note", { standIn: t("malignancy.standIn") })}</p>
    </section>
  );
}

function wordsForNone(state: State): WordKey | null {
  const document = currentDocument(state);
  if (document === null || shownFindings(state).length > 0) return null;
  return document.findings.length === 0 ? "findings.none" : "findings.noneHere";
}

function isSame(a: FindingRef | null, b: FindingRef): boolean {
  return a?.analysis === b.analysis && a.finding === b.finding;
}

function Row({ analysis, finding }: { analysis: string; finding: Finding }) {
  const store = useStore();
  const t = useT();
  const ref = { analysis, finding: finding.id };
  const isChosen = useSelect((s) => isSame(s.chosen, ref));
  const isHovered = useSelect((s) => isSame(s.hovered, ref));
  const hover = (over: boolean) => () => store.update({ hovered: over ? ref : null });
  const choose = () => {
    store.update(choosing(isChosen ? null : ref));
    if (!isChosen) store.update(bringing(ref));
  };
  return (
    <li
      data-finding={finding.id} class={isHovered ? "hovered" : ""}
      onMouseEnter={hover(true)} onMouseLeave={hover(false)}
    >
      <button type="button" aria-pressed={isChosen} onClick={choose} onFocus={hover(true)} onBlur={hover(false)}>
        <span class="facts">
          <span class="title"><Swatch kind={finding.kind} />{finding.id} · {t(`kind.${finding.kind}`)}</span>
          <Fact name={t("findings.size")} value={sizeOf(finding)} />
        </span>
        <span class="facts">
          <Fact name={t("findings.confidence")} value={percent(finding.confidence)} />
          <Fact
            name={t("findings.malignancy")}
            value={finding.pathology === null ? null : percent(finding.pathology.malignant)}
          />
        </span>
      </button>
    </li>
  );
}

/** A dash where a fact is unknown, in words for screen readers and on hovering. */
function Fact({ name, value }: { name: string; value: string | null }) {
  const t = useT();
  return (
    <span class="fact">
      <span class="name">{name}</span>{" "}
      <span class="value">
        {value ?? (
          <span title={t("findings.unknown")}>
            <span aria-hidden="true">—</span><span class="visually-hidden">{t("findings.unknown")}</span>
          </span>
        )}
      </span>
    </span>
  );
}

function moveFocus(event: KeyboardEvent): void {
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  const buttons = [...(event.currentTarget as HTMLElement).querySelectorAll("button")];
  const next = buttons[buttons.findIndex((button) => button === document.activeElement) + step];
  if (step === 0 || next === undefined) return;
  event.preventDefault();
  next.focus();
}
