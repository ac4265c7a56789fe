import { useSelect, useT } from "../state/hooks";
import { currentDetail, currentDocument } from "../state/state";
import { EXPORTS, exportUrl } from "./export-links";

export function Exports() {
  const t = useT();
  const id = useSelect((s) => (currentDocument(s) === null ? null : s.selected));
  const minConfidence = useSelect((s) => s.minConfidence);
  const referable = useSelect((s) => currentDetail(s)?.referable === true);
  if (id === null) return null;
  return (
    <section class="exports-panel" aria-label={t("exports.title")}>
      <ul class="exports">
        {EXPORTS.filter(({ dicom }) => !dicom || referable).map(({ part, words }) => (
          <li key={part}>
            <a href={exportUrl(id, part, minConfidence)} target="_blank" rel="noopener">{t(words)}</a>
          </li>
        ))}
      </ul>
      <p class="note">{t("disclaimer")}.</p>
    </section>
  );
}
