import type { RefObject } from "preact";
import { useApp, useT } from "../state/hooks";

type Input = RefObject<HTMLInputElement | null>;

/** Name, disclaimer and the upload button; `input` is shared with whoever else offers to choose files. */
export function Header({ input }: { input: Input }) {
  const t = useT();
  return (
    <header class="header">
      <h1>Mammoscope</h1>
      <p class="disclaimer" role="note">{t("disclaimer")}</p>
      <button type="button" class="primary" onClick={() => input.current?.click()}>{t("app.upload")}</button>
    </header>
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
  return <input ref={input} type="file" multiple hidden aria-label={t("app.files")} onChange={take} />;
}
