import { useEffect, useRef, useState } from "preact/hooks";
import { COMMAND_IDS, commandFor, type CommandId, GROUPS, KEYMAP, keyName, keysOf, rebound } from "../keys/keymap";
import { useSelect, useStore, useT } from "../state/hooks";

const POINTER = ["wheel", "drag", "rightDrag", "middleDrag", "doubleClick", "click", "arrows"] as const;

/** The keys, what they can be changed to, and the switch that turns them off. */
export function Help() {
  const store = useStore();
  const t = useT();
  const shown = useSelect((s) => s.helpShown);
  const singleKeys = useSelect((s) => s.singleKeys);
  const hasOwn = useSelect((s) => Object.keys(s.ownKeys).length > 0);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (shown && dialog.current?.open === false) dialog.current.showModal();
  }, [shown]);
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help-title" onClose={() => store.update({ helpShown: false })}>
      <h2 id="help-title">{t("help.title")}</h2>
      <p class="note">{t("help.howToChange")}</p>
      <div class="help-columns">
        {GROUPS.map((group) => (
          <section key={group} aria-label={t(`group.${group}`)}>
            <h3>{t(`group.${group}`)}</h3>
            <dl>{COMMAND_IDS.filter((id) => KEYMAP[id].group === group).map((id) => <KeyLine key={id} id={id} />)}</dl>
          </section>
        ))}
        <Pointer />
      </div>
      <p>
        <input
          type="checkbox" id="single-keys" checked={singleKeys}
          onChange={(event) => store.update({ singleKeys: event.currentTarget.checked })}
        />
        <label for="single-keys"> {t("help.singleKeys")}</label>
      </p>
      <p class="note">{t("disclaimer")}.</p>
      <button type="button" class="primary" onClick={() => dialog.current?.close()}>{t("help.close")}</button>{" "}
      <button type="button" disabled={!hasOwn} onClick={() => store.update({ ownKeys: {} })}>
        {t("help.firstKeys")}
      </button>
    </dialog>
  );
}

function Pointer() {
  const t = useT();
  return (
    <section aria-label={t("help.pointer")}>
      <h3>{t("help.pointer")}</h3>
      <dl>
        {POINTER.map((name) => (
          <div key={name}><dt>{t(`help.${name}`)}</dt><dd>{t(`help.${name}.does`)}</dd></div>
        ))}
      </dl>
    </section>
  );
}

/** A command with its key; the key pressed after a click on it becomes the command's own. */
function KeyLine({ id }: { id: CommandId }) {
  const store = useStore();
  const t = useT();
  const key = useSelect((s) => keysOf(id, s.ownKeys)[0]) ?? t("help.noKey");
  const [isListening, setListening] = useState(false);
  const [taken, setTaken] = useState<CommandId | null>(null);
  const words = t(`command.${id}`);
  const take = (event: KeyboardEvent) => {
    if (!isListening || event.key === "Tab") return;
    event.preventDefault();
    event.stopPropagation();
    const name = keyName(event);
    if (name === null) return;
    setListening(false);
    if (name === "Escape") return;
    const before = commandFor(name, store.state.ownKeys);
    setTaken(before === id ? null : before);
    store.update(({ ownKeys }) => ({ ownKeys: rebound(ownKeys, id, name) }));
  };
  return (
    <div>
      <dt>
        <button
          type="button" class="key" aria-label={t("help.changeFor", { command: words, key })} aria-pressed={isListening}
          onClick={() => setListening(!isListening)} onKeyDown={take} onBlur={() => setListening(false)}
        >
          <kbd>{isListening ? t("help.press") : key}</kbd>
        </button>
      </dt>
      <dd>
        {words}{" "}
        {taken !== null && (
          <span class="note" role="status">{t("help.taken", { command: t(`command.${taken}`) })}</span>
        )}
      </dd>
    </div>
  );
}
