import type { AnalysisDocument, Masking, MaskingLevel } from "../api-types";
import { useSelect, useStore, useT } from "../state/hooks";
import type { HeatmapModel } from "../state/overlays";
import { isKeptBack } from "../state/reveal";
import { currentDocument, shownFindings, type State } from "../state/state";
import { sameJson } from "../viewer/same";
import type { T } from "../words";
import { metricName, metricValue, percent } from "../words/format";

const LEVELS: readonly MaskingLevel[] = ["low", "medium", "high"];

/** What was concluded about the whole picture, its breast and the examination, and what must be known about how. */
export function Assessment() {
  const t = useT();
  const document = useSelect((s) => (isKeptBack(s) ? null : currentDocument(s)));
  const warnings = document?.warnings ?? [];
  return (
    <section class="assessment" aria-label={t("picture.title")}>
      <ul class="warnings" aria-label={t("picture.warnings")} hidden={warnings.length === 0}>
        {warnings.map((warning) => <li key={warning} lang="en">{warning}</li>)}
      </ul>
      <CancerCard cancer={document?.cancer ?? null} />
      <MaskingCard masking={document?.masking ?? null} />
      <AboutCancer isKnown={document?.cancer != null} />
      <Committee />
    </section>
  );
}

interface Highest {
  name: "breast.R" | "breast.L" | "exam";
  share: number | null;
}

/** The active view, and where the study has several the highest of each breast and of all. */
function highestOf(state: State): Highest[] {
  const study = state.study === null || isKeptBack(state) ? undefined : state.studies[state.study];
  if (study === undefined || study.analyses.length < 2) return [];
  return [
    { name: "breast.R", share: study.breasts.R?.cancer ?? null },
    { name: "breast.L", share: study.breasts.L?.cancer ?? null },
    { name: "exam", share: study.exam.cancer },
  ];
}

function CancerCard({ cancer }: { cancer: AnalysisDocument["cancer"] }) {
  const t = useT();
  const highest = useSelect(highestOf, sameJson);
  const source = useSelect((s) => sourceWords(t, s, cancer));
  return (
    <div class="card cancer">
      <p class="headline">
        <span>{t("cancer.title")}</span>
        <strong>{cancer === null ? "—" : percent(cancer.probability)}</strong>
      </p>
      {highest.length > 0 && (
        <dl class="highest">
          {highest.map(({ name, share }) => (
            <div key={name}><dt>{t(`cancer.${name}`)}</dt><dd>{share === null ? "—" : percent(share)}</dd></div>
          ))}
        </dl>
      )}
      <p class="note">{source}</p>
      {cancer?.interval != null && (
        <p class="note">
          {t(cancer.worst_finding == null ? "cancer.interval" : "cancer.intervalBefore", {
            low: percent(cancer.interval[0]), high: percent(cancer.interval[1]),
          })}
        </p>
      )}
    </div>
  );
}

/** What the probability comes from besides the whole picture; the finding that raised it may lie below the slider. */
function sourceWords(t: T, state: State, cancer: AnalysisDocument["cancer"]): string {
  if (cancer === null) return "";
  const image = percent(cancer.image ?? cancer.probability);
  if (cancer.worst_finding == null) {
    return image === percent(cancer.probability) ? "" : t("cancer.withFindings", { image });
  }
  const isShown = shownFindings(state).some(({ id }) => id === cancer.worst_finding);
  const values = { n: cancer.worst_finding, image };
  return t(isShown ? "cancer.fromFinding" : "cancer.fromHidden", values);
}

/** How the probability is to be read, and what was measured. */
function AboutCancer({ isKnown }: { isKnown: boolean }) {
  const t = useT();
  const several = useSelect((s) => highestOf(s).length > 0);
  return (
    <div class="card">
      <p class="note">{t("cancer.meaning")} {t("cancer.neverLower")} {several && t("cancer.highest")}</p>
      <Measured task="cancer" />
      {isKnown && <MapButton model="cancer" />}
    </div>
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
      <p class="sentence">{level !== null && t(`masking.sentence.${level}`)}</p>
      {LEVELS.map((name) => {
        const share = masking?.probabilities[name] ?? null;
        return <Bar key={name} name={t(`masking.${name}`)} share={share} isLevel={name === level} />;
      })}
      <p class="note">{t("masking.standIn")}</p>
      {masking !== null && <div class="maps"><MaskingMap /><MapButton model="masking" /></div>}
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

/** Of a card's figures those that say most to a reader; the first ones where it has none of these. */
const HEADLINES = [
  "auc", "auc_within_machine", "served_mean_auc_inbreast", "served_mean_auc_mini_mias",
  "patches_auc", "clusters_sensitivity_at_1_false",
];
const FIRST = 3;

/** What the card says was measured, on patients that the training never saw; the rest stands under "Models". */
function Measured({ task }: { task: string }) {
  const t = useT();
  const metrics = useSelect((s) => s.models?.find((model) => model.task === task)?.metrics ?? null);
  const entries = Object.entries(metrics ?? {});
  const headlines = entries.filter(([name]) => HEADLINES.includes(name));
  const shown = headlines.length > 0 ? headlines : entries.slice(0, FIRST);
  return (
    <p class="note">
      {shown.map(([name, metric]) => `${metricName(name)} ${metricValue(metric)}`).join("; ")}
      {shown.length < entries.length && `. ${t("measured.more")}`}
    </p>
  );
}

/** The experts that look for microcalcifications, where they are set up. */
function Committee() {
  const t = useT();
  const card = useSelect((s) => s.models?.find(({ task }) => task === "microcalcification") ?? null);
  if (card === null) return null;
  const { expert_weights: said } = card.training;
  const weights: unknown[] = Array.isArray(said) ? said : [];
  const words = weights.flatMap((weight) => (typeof weight === "number" ? weight.toFixed(2) : []));
  return (
    <div class="card committee">
      <p class="headline"><span>{t("committee.title")}</span></p>
      {words.length > 0 && <p class="note">{t("committee.weights", { weights: words.join(", ") })}</p>}
      <Measured task="microcalcification" />
    </div>
  );
}

function MaskingMap() {
  const store = useStore();
  const t = useT();
  const selected = useSelect((s) => s.selected);
  const isOn = useSelect(({ overlay }) => overlay?.name === "masking-map" && overlay.analysis === selected);
  const press = () => {
    if (selected !== null) store.update({ overlay: isOn ? null : { name: "masking-map", analysis: selected } });
  };
  return <button type="button" class="toggle" aria-pressed={isOn} onClick={press}>{t("masking.map")}</button>;
}

function MapButton({ model }: { model: HeatmapModel & ("cancer" | "masking") }) {
  const store = useStore();
  const t = useT();
  const analysis = useSelect((s) => s.selected);
  const isOn = useSelect(({ overlay }) => {
    return overlay?.name === "heatmap" && overlay.model === model && overlay.analysis === analysis;
  });
  const press = () => {
    if (analysis === null) return;
    store.update({ overlay: isOn ? null : { name: "heatmap", analysis, model, method: "gradcam", finding: null } });
  };
  return <button type="button" class="toggle" aria-pressed={isOn} onClick={press}>{t(`${model}.heatmap`)}</button>;
}
