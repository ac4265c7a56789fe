import { useEffect, useState } from "preact/hooks";
import { filesIn } from "../dropped";
import type { Session } from "../session";
import { useApp, useT } from "../state/hooks";

function carriesFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes("Files") ?? false;
}

/** Calls `hover` with whether files are over the page; returns what ends the listening. */
function listen(session: Session, hover: (over: boolean) => void): () => void {
  let depth = 0; // dragenter and dragleave come for every element on the way
  const step = (change: number) => (event: DragEvent) => {
    if (!carriesFiles(event)) return;
    depth = Math.max(0, depth + change);
    hover(depth > 0);
  };
  const over = (event: DragEvent) => {
    if (carriesFiles(event)) event.preventDefault();
  };
  const drop = (event: DragEvent) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    depth = 0;
    hover(false);
    void filesIn(event.dataTransfer).then(({ files, label }) => session.upload(files, label));
  };
  const end = new AbortController();
  document.addEventListener("dragenter", step(1), end);
  document.addEventListener("dragleave", step(-1), end);
  document.addEventListener("dragover", over, end);
  document.addEventListener("drop", drop, end);
  return () => end.abort();
}

/** Files may be dropped anywhere on the page; the veil says so while they hover. */
export function DropVeil() {
  const { session } = useApp();
  const t = useT();
  const [over, setOver] = useState(false);
  useEffect(() => listen(session, setOver), [session]);
  return <div class="drop-veil" hidden={!over}><p>{t("app.drop")}</p></div>;
}
