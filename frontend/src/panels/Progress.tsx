import type { RefObject } from "preact";
import type { AnalysisDetail } from "../api-types";
import { useSelect, useT } from "../state/hooks";
import { currentDetail } from "../state/state";
import type { T } from "../words";
import { adviceFor, titleOf } from "../words/advice";
import { STAGES } from "../words/format";

/** What stands in the viewer while there is no picture: an invitation, the stages, or what went wrong. */
export function Progress({ input }: { input: RefObject<HTMLInputElement | null> }) {
  const t = useT();
  const detail = useSelect(currentDetail);
  const isIdle = useSelect((s) => s.selected === null && s.sending.length === 0);
  return (
    <div class="progress" hidden={detail?.state === "done"}>
      {isIdle && <Invitation input={input} />}
      <div class="progress-content"><Content detail={detail} isIdle={isIdle} /></div>
      <p class="visually-hidden" role="status">{statusOf(t, detail)}</p>
    </div>
  );
}

function Invitation({ input }: { input: RefObject<HTMLInputElement | null> }) {
  const t = useT();
  return (
    <div class="invitation">
      <p class="large">{t("progress.drop")}</p>
      <p class="muted">{t("progress.kinds")}</p>
      <button type="button" class="primary" onClick={() => input.current?.click()}>{t("progress.choose")}</button>
      <p class="muted small">{t("disclaimer")}.</p>
    </div>
  );
}

function Content({ detail, isIdle }: { detail: AnalysisDetail | null; isIdle: boolean }) {
  const t = useT();
  if (detail === null) return isIdle ? null : <p>{t("progress.moment")}</p>;
  if (detail.state === "failed") return <Failure detail={detail} />;
  return detail.state === "done" ? null : <Stages detail={detail} />;
}

function Stages({ detail }: { detail: AnalysisDetail }) {
  const t = useT();
  const at = STAGES.findIndex((stage) => stage === detail.stage);
  return (
    <div>
      <p class="large">{t(detail.state === "queued" ? "progress.queued" : "progress.running")}</p>
      <p class="muted">{detail.file}</p>
      <ol>
        {STAGES.map((stage, i) => {
          const place = i < at ? "past" : i === at ? "now" : "to-come";
          return <li key={stage} class={place} aria-current={i === at ? "step" : undefined}>{t(`stage.${stage}`)}</li>;
        })}
      </ol>
    </div>
  );
}

function Failure({ detail: { error, file } }: { detail: AnalysisDetail }) {
  const t = useT();
  const problem = error ?? { code: "failed", title: t("progress.failed"), detail: t("progress.noReason") };
  return (
    <div class="failure" role="alert">
      <p class="large">{titleOf(t, problem)}</p>
      <p class="muted">{file}</p>
      <p lang="en">{problem.detail}</p>
      <p>{adviceFor(t, problem)}</p>
      <p class="code">{problem.code}</p>
    </div>
  );
}

function statusOf(t: T, detail: AnalysisDetail | null): string {
  if (detail === null) return "";
  if (detail.state === "done") return t("progress.finished", { file: detail.file });
  const stage = STAGES.find((name) => name === detail.stage);
  return stage === undefined ? "" : t(`stage.${stage}`);
}
