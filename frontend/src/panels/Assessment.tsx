import type { Masking, MaskingLevel } from "../api-types";
import { useSelect, useT } from "../state/hooks";
import { currentDocument } from "../state/state";
import { percent } from "../words/format";
import { Models } from "./Models";

const LEVELS: readonly MaskingLevel[] = ["low", "medium", "high"];

/** What was concluded about the whole picture, and what the reader must know about how. */
export function Assessment() {
  const t = useT();
  const document = useSelect(currentDocument);
  const warnings = document?.warnings ?? [];
  return (
    <section class="assessment" aria-label={t("picture.title")}>
      <h2>{t("picture.title")}</h2>
      <ul class="warnings" aria-label={t("picture.warnings")} hidden={warnings.length === 0}>
        {warnings.map((warning) => <li key={warning}>{warning}</li>)}
      </ul>
      <div class="card cancer">
        <p class="headline">
          <span>{t("cancer.title")}</span>
          <strong>{document?.cancer == null ? "—" : percent(document.cancer.probability)}</strong>
        </p>
        <p class="note">{t("cancer.meaning")}</p>
      </div>
      <MaskingCard masking={document?.masking ?? null} />
      <Models />
    </section>
  );
}

function MaskingCard({ masking }: { masking: Masking | null }) {
  const t = useT();
  const level = masking?.level ?? null;
  return (
    <div class="card masking">
      <p class="headline">
        <span>{t("masking.title")}</span><strong>{level === null ? "—" : t(`masking.${level}`)}</strong>
      </p>
      {LEVELS.map((name) => {
        const share = masking?.probabilities[name] ?? null;
        return <Bar key={name} name={t(`masking.${name}`)} share={share} isLevel={name === level} />;
      })}
      <p class="sentence">{level !== null && t(`masking.sentence.${level}`)}</p>
      <p class="note">{t("masking.standIn")}</p>
    </div>
  );
}

function Bar({ name, share, isLevel }: { name: string; share: number | null; isLevel: boolean }) {
  return (
    <div class={isLevel ? "bar level" : "bar"}>
      <span>{name}</span>
      <span class="track" aria-hidden="true"><span class="fill" style={{ width: `${(share ?? 0) * 100}%` }} /></span>
      <span class="value">{share === null ? "—" : percent(share)}</span>
    </div>
  );
}
