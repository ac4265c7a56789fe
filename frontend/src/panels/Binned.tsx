import { useApp, useSelect, useStore, useT } from "../state/hooks";

/** What was deleted last, with the way back; stays until it is dismissed, for no reader is too slow. */
export function Binned() {
  const { session } = useApp();
  const store = useStore();
  const t = useT();
  const binned = useSelect((s) => s.binned);
  return (
    <div class="binned" role="status">
      {binned !== null && (
        <p>
          <span>
            {t("worklist.deleted", { label: binned.label })} <span class="muted">{t("worklist.undoFor")}</span>
          </span>
          <button type="button" class="primary" onClick={() => void session.restore()}>{t("worklist.undo")}</button>
          <button
            type="button" class="quiet" aria-label={t("notices.dismiss")} onClick={() => store.update({ binned: null })}
          >
            ✕
          </button>
        </p>
      )}
    </div>
  );
}
