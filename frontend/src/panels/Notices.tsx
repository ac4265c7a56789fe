import { useSelect, useStore, useT } from "../state/hooks";
import { dismissed } from "../state/state";
import { adviceFor, titleOf } from "../words/advice";

/** Problems, over the viewer so that nothing moves, until the reader dismisses them. */
export function Notices() {
  const store = useStore();
  const t = useT();
  const notices = useSelect((s) => s.notices);
  return (
    <div class="notices" role="alert" aria-label={t("notices.label")}>
      {notices.map(({ key, file, problem }) => (
        <div key={key} class="notice" data-code={problem.code}>
          <p class="title">{file === null ? "" : `${file}: `}{titleOf(t, problem)}</p>
          <p lang="en">{problem.detail}</p>
          <p>{adviceFor(t, problem)}</p>
          <p class="code">{problem.code}</p>
          <button type="button" onClick={() => store.update(dismissed(key))}>{t("notices.dismiss")}</button>
        </div>
      ))}
    </div>
  );
}
