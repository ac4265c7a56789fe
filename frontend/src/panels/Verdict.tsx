import { BI_RADS, DENSITIES } from "../api-types";
import { useApp, useSelect, useStore, useT } from "../state/hooks";
import { isKeptBack } from "../state/reveal";
import { currentDocument, shownFindings } from "../state/state";
import { entryOf, erasing, picking, redoing, type Said, undoing, writing } from "../state/verdicts";
import { letterOf } from "../viewer/Drawings";
import { sameJson } from "../viewer/same";

/** What the reader says of the whole view; opinions on single findings stand beside them. */
export function Verdict() {
  const t = useT();
  const id = useSelect((s) => (currentDocument(s) === null ? null : s.selected));
  if (id === null) return <p class="muted">{t("verdict.noPicture")}</p>;
  return (
    <div class="verdict">
      <div class="picks">
        <Pick id={id} name="birads" values={BI_RADS} />
        <Pick id={id} name="density" values={DENSITIES} />
      </div>
      <div class="judged"><Judged id={id} /><Standing id={id} /></div>
      <div class="steps">
        <Steps id={id} />
        <a href="/api/v1/verdicts.csv" download="verdicts.csv">{t("worklist.csv")}</a>
      </div>
      <Drawn id={id} />
      <Remarks id={id} />
      <p class="note">{t("disclaimer")}.</p>
    </div>
  );
}

interface PickProps<Name extends "birads" | "density"> {
  id: string;
  name: Name;
  values: readonly NonNullable<Said[Name]>[];
}

function Pick<Name extends "birads" | "density">({ id, name, values }: PickProps<Name>) {
  const store = useStore();
  const t = useT();
  const value = useSelect((s) => entryOf(s, id).said[name]);
  const pick = (event: Event) => {
    const chosen = (event.currentTarget as HTMLSelectElement).value;
    store.update(picking(id, { [name]: chosen === "" ? null : chosen }));
  };
  return (
    <label>
      <span>{t(`verdict.${name}`)}</span>
      <select value={value ?? ""} onChange={pick}>
        <option value="">{t("verdict.none")}</option>
        {values.map((one) => <option key={one} value={one}>{one}</option>)}
      </select>
    </label>
  );
}

function Judged({ id }: { id: string }) {
  const t = useT();
  const all = useSelect((s) => shownFindings(s).length);
  const judged = useSelect((s) => {
    const said = entryOf(s, id).said.marks;
    return shownFindings(s).filter((finding) => said.some((mark) => mark.finding === finding.id)).length;
  });
  const keptBack = useSelect(isKeptBack);
  return <p class="note">{keptBack ? "" : t("verdict.judged", { n: judged, all })}</p>;
}

function Drawn({ id }: { id: string }) {
  const store = useStore();
  const t = useT();
  const drawn = useSelect((s) => entryOf(s, id).said.drawn, sameJson);
  return (
    <div>
      <h3>{t("verdict.drawn")}</h3>
      {drawn.length === 0 && <p class="note">{t("verdict.drawnNone")}</p>}
      <ul class="drawn-marks">
        {drawn.map(({ shape }, at) => (
          <li key={at}>
            <span>{letterOf(at)} · {t(`verdict.${shape}`)}</span>
            <button
              type="button" class="quiet" aria-label={t("verdict.erase", { n: letterOf(at) })}
              onClick={() => store.update(erasing(id, at))}
            >
              ✕
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Remarks({ id }: { id: string }) {
  const store = useStore();
  const t = useT();
  const text = useSelect((s) => entryOf(s, id).said.text);
  return (
    <label class="remarks">
      <span>{t("verdict.text")}</span>
      <textarea
        rows={2} maxLength={4000} value={text}
        onInput={(event) => store.update(writing(id, event.currentTarget.value))}
      />
    </label>
  );
}

function Steps({ id }: { id: string }) {
  const store = useStore();
  const t = useT();
  const [back, on] = useSelect((s) => [entryOf(s, id).past.length > 0, entryOf(s, id).future.length > 0], sameJson);
  return (
    <span class="segmented">
      <button
        type="button" disabled={!back} title={`${t("command.verdict.undo")} (u)`}
        onClick={() => store.update(undoing(id))}
      >
        {t("verdict.undo")}
      </button>
      <button
        type="button" disabled={!on} title={`${t("command.verdict.redo")} (Shift+u)`}
        onClick={() => store.update(redoing(id))}
      >
        {t("verdict.redo")}
      </button>
    </span>
  );
}

/** Whether it is on the server, and what to do where it is not. */
function Standing({ id }: { id: string }) {
  const { keeper } = useApp();
  const t = useT();
  const saving = useSelect((s) => entryOf(s, id).saving);
  const isBlank = useSelect((s) => (entryOf(s, id).version ?? '"0"') === '"0"' && entryOf(s, id).saving === "saved");
  const isTrouble = saving === "conflict" || saving === "failed";
  return (
    <div class={isTrouble ? "standing trouble" : "standing"} role="status" data-saving={isBlank ? "nothing" : saving}>
      <span>{t(`verdict.saving.${isBlank ? "nothing" : saving}`)}</span>
      {saving === "conflict" && (
        <>
          <button type="button" onClick={() => void keeper.takeTheirs(id)}>{t("verdict.theirs")}</button>
          <button type="button" onClick={() => void keeper.keepMine(id)}>{t("verdict.mine")}</button>
        </>
      )}
    </div>
  );
}
