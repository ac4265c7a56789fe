import type { RefObject } from "preact";
import { useRef } from "preact/hooks";
import { filesOfFolder } from "../dropped";
import { useApp, useSelect, useStore, useT } from "../state/hooks";
import { type Language, LANGUAGE_NAMES } from "../words";
import { ReaderName } from "./ReaderName";

type Input = RefObject<HTMLInputElement | null>;

/** Name, disclaimer, who reads in which language, and the upload; `input` is shared with whoever else offers it. */
export function Header({ input }: { input: Input }) {
  const t = useT();
  return (
    <header class="header">
      <h1>Mammoscope</h1>
      <p class="disclaimer" role="note">{t("disclaimer")}</p>
      <button type="button" class="primary" onClick={() => input.current?.click()}>{t("app.upload")}</button>
      <Folder />
      <ReaderName />
      <Languages />
    </header>
  );
}

const WHOLE_FOLDERS = { webkitdirectory: true }; // File and Directory Entries API

/** A whole folder as one study. */
function Folder() {
  const { session } = useApp();
  const t = useT();
  const input = useRef<HTMLInputElement>(null);
  const take = (event: Event) => {
    const element = event.currentTarget as HTMLInputElement;
    const { files, label } = filesOfFolder([...(element.files ?? [])]);
    void session.upload(files, label);
    element.value = "";
  };
  return (
    <>
      <button type="button" title={t("app.folderTitle")} onClick={() => input.current?.click()}>
        {t("app.folder")}
      </button>
      <input ref={input} type="file" hidden {...WHOLE_FOLDERS} aria-label={t("app.folderTitle")} onChange={take} />
    </>
  );
}

function Languages() {
  const store = useStore();
  const t = useT();
  const language = useSelect((s) => s.language);
  return (
    <select
      aria-label={t("app.language")} value={language}
      onChange={(event) => store.update({ language: event.currentTarget.value as Language })}
    >
      {Object.entries(LANGUAGE_NAMES).map(([code, name]) => (
        <option key={code} value={code} lang={code}>{name}</option>
      ))}
    </select>
  );
}

/** The hidden file input. It takes any name: DICOM files often have no ending. */
export function FileInput({ input }: { input: Input }) {
  const { session } = useApp();
  const t = useT();
  const take = (event: Event) => {
    const element = event.currentTarget as HTMLInputElement;
    void session.upload([...(element.files ?? [])]);
    element.value = ""; // the same file can be chosen again
  };
  return <input ref={input} id="files" type="file" multiple hidden aria-label={t("app.files")} onChange={take} />;
}
