import type { Finding } from "../api-types";
import { OPINIONS } from "../api-types";
import { linksOf } from "../state/correspondence";
import { useSelect, useStore, useT } from "../state/hooks";
import { togglingHeatmap } from "../state/overlays";
import { choosing, type FindingRef, type State } from "../state/state";
import { judging, opinionOn } from "../state/verdicts";
import { bringing } from "../state/viewing";
import { viewName } from "../state/worklist";
import { sameJson } from "../viewer/same";
import { percent, sizeOf, withInterval } from "../words/format";
import { millimetres, placeWords } from "../words/place";
import { HeatmapChoice, modelsFor } from "./HeatmapChoice";
import { Swatch } from "./Legend";
import { Thumbnail } from "./Thumbnail";

function isSame(a: FindingRef | null, b: FindingRef): boolean {
  return a?.analysis === b.analysis && a.finding === b.finding;
}

/** One finding: what is known of it, the reader's verdict, and its mark when it is pointed at or pressed. */
export function FindingRow({ analysis, finding }: { analysis: string; finding: Finding }) {
  const store = useStore();
  const ref = { analysis, finding: finding.id };
  const isChosen = useSelect((s) => isSame(s.chosen, ref));
  const isHovered = useSelect((s) => isSame(s.hovered, ref));
  const hover = (over: boolean) => () => store.update({ hovered: over ? ref : null });
  const choose = () => {
    store.update(choosing(isChosen ? null : ref));
    if (!isChosen) store.update(bringing(ref));
  };
  return (
    <li
      data-finding={finding.id} class={isHovered ? "hovered" : ""}
      onMouseEnter={hover(true)} onMouseLeave={hover(false)}
    >
      <button
        type="button" class="entry" aria-pressed={isChosen} onClick={choose} onFocus={hover(true)} onBlur={hover(false)}
      >
        <Thumbnail analysis={analysis} box={finding.box} />
        <Facts finding={finding} />
      </button>
      <AlsoIn of={ref} />
      <div class="acts">
        <Opinions of={ref} />
        {modelsFor(finding).length > 0 && <HeatmapButton of={ref} />}
      </div>
      <HeatmapChoice of={ref} finding={finding} />
    </li>
  );
}

function Facts({ finding }: { finding: Finding }) {
  const t = useT();
  const { calcifications: spots, location, pathology, second_opinion: second } = finding;
  return (
    <span class="all-facts">
      <span class="facts">
        <span class="title"><Swatch kind={finding.kind} />{finding.id} · {t(`kind.${finding.kind}`)}</span>
        <Fact name={t("findings.size")} value={sizeOf(finding)} />
      </span>
      <span class="facts">
        <Fact name={t("findings.confidence")} value={percent(finding.confidence)} />
        <Fact
          name={t("findings.malignancy")}
          value={pathology === null ? null : withInterval(t, pathology.malignant, pathology.interval ?? null)}
        />
      </span>
      {spots != null && <span class="facts"><Fact name={t("findings.extent")} value={spotsWords(t, spots)} /></span>}
      {second != null && (
        <span class={second.disagrees ? "facts second disagrees" : "facts second"}>
          <Fact name={t("findings.second")} value={t(secondWords(second), { share: percent(second.malignant) })} />
        </span>
      )}
      {location != null && (
        <span class="place" title={location.assumed ? t("place.assumed") : undefined}>{placeWords(t, location)}</span>
      )}
    </span>
  );
}

function secondWords({ disagrees }: { disagrees: boolean }) {
  return disagrees ? "findings.second.disagrees" : "findings.second.agrees";
}

function spotsWords(t: ReturnType<typeof useT>, spots: NonNullable<Finding["calcifications"]>): string {
  const { count, extent_mm: extent } = spots;
  if (extent === null) return t("findings.spotsOnly", { n: count });
  return t("findings.spots", { n: count, extent: `${extent.toFixed(1)}\u00a0mm` });
}

/** A dash where a fact is unknown, in words for screen readers and on hovering. */
function Fact({ name, value }: { name: string; value: string | null }) {
  const t = useT();
  return (
    <span class="fact">
      <span class="name">{name}</span>{" "}
      <span class="value">
        {value ?? (
          <span title={t("findings.unknown")}>
            <span aria-hidden="true">—</span><span class="visually-hidden">{t("findings.unknown")}</span>
          </span>
        )}
      </span>
    </span>
  );
}

function nameOf(state: State, { analysis, finding }: FindingRef): string {
  const image = state.details[analysis]?.analysis?.image;
  return `${image === undefined ? "" : viewName(image)} #${finding}`.trim();
}

/** Where the same lesion may stand in the other view; pressed, it leads there. */
function AlsoIn({ of }: { of: FindingRef }) {
  const store = useStore();
  const t = useT();
  const links = useSelect((s) => linksOf(s, of).map((link) => ({ ...link, name: nameOf(s, link.ref) })), sameJson);
  const [first] = links;
  if (first === undefined) return null;
  const why = t("findings.alsoWhy", { here: millimetres(first.here), there: millimetres(first.there) });
  const go = () => {
    store.update(choosing(first.ref));
    store.update(bringing(first.ref));
  };
  return (
    <button type="button" class="quiet also" title={why} onClick={go}>
      {t("findings.also", { names: first.name })}<span class="visually-hidden">. {why}</span>
    </button>
  );
}

/** The reader's verdict on this finding. */
function Opinions({ of: { analysis, finding } }: { of: FindingRef }) {
  const store = useStore();
  const t = useT();
  const opinion = useSelect((s) => opinionOn(s, analysis, finding));
  return (
    <span class="segmented opinions" role="group" aria-label={t("verdict.on", { n: finding })}>
      {OPINIONS.map((name) => (
        <button
          key={name} type="button" class={`toggle ${name}`} aria-pressed={opinion === name}
          onClick={() => store.update(judging(analysis, finding, name, new Date().toISOString()))}
        >
          {t(`verdict.${name}`)}
        </button>
      ))}
    </span>
  );
}

function HeatmapButton({ of }: { of: FindingRef }) {
  const store = useStore();
  const t = useT();
  const isOn = useSelect(({ overlay }) => {
    return overlay?.name === "heatmap" && overlay.analysis === of.analysis && overlay.finding === of.finding;
  });
  const press = () => store.update((s) => (isOn ? { overlay: null } : togglingHeatmap(of)(s)));
  const label = t("findings.heatmapOf", { n: of.finding });
  return (
    <button type="button" class="toggle" aria-pressed={isOn} aria-label={label} onClick={press}>
      {t("findings.heatmap")}
    </button>
  );
}
