import { useEffect, useRef } from "preact/hooks";
import { COMMAND_IDS, GROUPS, KEYMAP, keysOf } from "../keys/keymap";
import { useSelect, useStore, useT } from "../state/hooks";

const POINTER = ["wheel", "drag", "rightDrag", "middleDrag", "doubleClick", "click", "arrows"] as const;

/** The keys, and the switch that turns them off. */
export function Help() {
  const store = useStore();
  const t = useT();
  const shown = useSelect((s) => s.helpShown);
  const singleKeys = useSelect((s) => s.singleKeys);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (shown && dialog.current?.open === false) dialog.current.showModal();
  }, [shown]);
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help-title" onClose={() => store.update({ helpShown: false })}>
      <h2 id="help-title">{t("help.title")}</h2>
      <div class="help-columns">
        {GROUPS.map((group) => (
          <section key={group} aria-label={t(`group.${group}`)}>
            <h3>{t(`group.${group}`)}</h3>
            <dl>{COMMAND_IDS.filter((id) => KEYMAP[id].group === group).map((id) => <KeyLine key={id} id={id} />)}</dl>
          </section>
        ))}
        <section aria-label={t("help.pointer")}>
          <h3>{t("help.pointer")}</h3>
          <dl>
            {POINTER.map((name) => (
              <div key={name}><dt>{t(`help.${name}`)}</dt><dd>{t(`help.${name}.does`)}</dd></div>
            ))}
          </dl>
        </section>
      </div>
      <p>
        <input
          type="checkbox" id="single-keys" checked={singleKeys}
          onChange={(event) => store.update({ singleKeys: event.currentTarget.checked })}
        />
        <label for="single-keys"> {t("help.singleKeys")}</label>
      </p>
      <p class="note">{t("disclaimer")}.</p>
      <button type="button" class="primary" onClick={() => dialog.current?.close()}>{t("help.close")}</button>
    </dialog>
  );
}

function KeyLine({ id }: { id: (typeof COMMAND_IDS)[number] }) {
  const t = useT();
  const key = useSelect((s) => keysOf(id, s.ownKeys)[0] ?? "");
  return <div><dt><kbd>{key}</kbd></dt><dd>{t(`command.${id}`)}</dd></div>;
}
