import type { Kind } from "../api-types";
import { useSelect, useT } from "../state/hooks";
import { currentDocument } from "../state/state";
import { describeImage } from "../words/format";

const KINDS: readonly Kind[] = ["mass", "calcification_cluster"];

/** What the lines (as MARK_STYLES) and numbers over the picture mean, and the picture's facts. */
export function Legend() {
  const t = useT();
  const document = useSelect(currentDocument);
  return (
    <div class="legend">
      <p class="kinds">{KINDS.map((kind) => <span key={kind}><Swatch kind={kind} />{t(`kind.${kind}`)}</span>)}</p>
      <p class="image-facts">{document !== null && describeImage(t, document.image)}</p>
      <p>{t("legend.numbers", { standIn: t("malignancy.standIn") })}</p>
    </div>
  );
}

export function Swatch({ kind }: { kind: Kind }) {
  return <span class={`swatch ${kind}`} aria-hidden="true" />;
}
