import type { AnalysisDocument, ModelCard } from "../api-types";
import { useSelect, useT } from "../state/hooks";
import { currentDocument } from "../state/state";
import { measuredWords, metricName, metricValue } from "../words/format";

/** Which networks made the result in how much time, and what their cards say of them. */
export function Models() {
  const t = useT();
  const document = useSelect(currentDocument);
  const models = useSelect((s) => s.models);
  return (
    <section class="about" aria-label={t("models.title")}>
      <dl class="models">{document === null ? <dt>{t("models.none")}</dt> : <Used document={document} />}</dl>
      <div class="cards">{(models ?? []).map((model) => <Card key={model.name} model={model} />)}</div>
    </section>
  );
}

function Used({ document }: { document: AnalysisDocument }) {
  const t = useT();
  const times = Object.entries(document.timings_ms).map(([stage, ms]) => `${stage} ${(ms / 1000).toFixed(1)} s`);
  return (
    <>
      {Object.entries(document.models).map(([task, name]) => <Line key={task} name={task} value={name} />)}
      {times.length > 0 && <Line name={t("models.times")} value={times.join(", ")} />}
    </>
  );
}

function Card({ model }: { model: ModelCard }) {
  const t = useT();
  const metrics = Object.entries(model.metrics);
  const { data } = model.training;
  return (
    <section class="model-card" aria-label={model.name}>
      <h3>{model.task}: {model.name} {model.version}</h3>
      <p>{model.architecture}</p>
      {metrics.length === 0 ? <p>{t("models.nothingMeasured")}</p> : (
        <table>
          <tbody>
            {metrics.map(([name, metric]) => (
              <tr key={name}><th scope="row">{metricName(name)}</th><td>{metricValue(metric)}</td></tr>
            ))}
          </tbody>
        </table>
      )}
      <ul>{model.limits.map((limit) => <li key={limit}>{limit}</li>)}</ul>
      <dl class="models">
        {model.measured_on !== null && <Line name={t("models.points")} value={measuredWords(t, model.measured_on)} />}
        {typeof data === "string" && <Line name={t("models.data")} value={data} />}
        <Line name={t("models.licences")} value={model.data_licence} />
      </dl>
    </section>
  );
}

function Line({ name, value }: { name: string; value: string }) {
  return <><dt>{name}</dt><dd>{value}</dd></>;
}
