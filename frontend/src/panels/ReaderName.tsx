import { useEffect, useRef, useState } from "preact/hooks";
import { useSelect, useStore, useT } from "../state/hooks";
import { isReaderName, readingAs } from "../state/verdicts";

/** Who reads; pressed, the name can be changed. */
export function ReaderName() {
  const store = useStore();
  const t = useT();
  const reader = useSelect((s) => s.reader);
  const label = reader === "" ? t("reader.choose") : t("reader.change", { name: reader });
  return (
    <button type="button" class="quiet reader" aria-label={label} onClick={() => store.update({ readerAsked: true })}>
      {t("reader.name")}: {reader === "" ? "—" : reader}
    </button>
  );
}

/** Asks for the name before anything is said under it. */
export function ReaderDialog() {
  const store = useStore();
  const t = useT();
  const asked = useSelect((s) => s.readerAsked);
  const reader = useSelect((s) => s.reader);
  const dialog = useRef<HTMLDialogElement>(null);
  const [name, setName] = useState("");
  const [isWrong, setWrong] = useState(false);
  useEffect(() => {
    if (!asked || dialog.current?.open !== false) return;
    setName(reader);
    setWrong(false);
    dialog.current.showModal();
  }, [asked, reader]);
  const use = (event: Event) => {
    event.preventDefault();
    const wanted = name.trim();
    setWrong(!isReaderName(wanted));
    if (!isReaderName(wanted)) return;
    if (wanted !== reader) store.update(readingAs(wanted));
    dialog.current?.close();
  };
  return (
    <dialog
      ref={dialog} class="help reader-dialog" aria-labelledby="reader-title"
      onClose={() => store.update({ readerAsked: false })}
    >
      <form onSubmit={use}>
        <h2 id="reader-title">{t("reader.choose")}</h2>
        <p class="note" id="reader-why">{t("reader.why")}</p>
        <input
          type="text" aria-label={t("reader.name")} aria-describedby="reader-why reader-rule" aria-invalid={isWrong}
          maxLength={40} autocomplete="off" value={name} onInput={(event) => setName(event.currentTarget.value)}
        />
        <p class={isWrong ? "wrong" : "note"} id="reader-rule" role={isWrong ? "alert" : undefined}>
          {t("reader.rule")}
        </p>
        <button type="submit" class="primary">{t("reader.use")}</button>{" "}
        <button type="button" onClick={() => dialog.current?.close()}>{t("reader.cancel")}</button>
      </form>
    </dialog>
  );
}
