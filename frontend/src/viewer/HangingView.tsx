import { useMemo } from "preact/hooks";
import { useSelect } from "../state/hooks";
import { currentHanging } from "../state/viewing";
import { sharedLibrary } from "./library";
import { PaneView } from "./PaneView";
import { sameJson } from "./same";

/** The pictures of the study, as the stage hangs them. */
export function HangingView() {
  const { columns, cells } = useSelect(currentHanging, sameJson);
  const library = useMemo(sharedLibrary, []);
  const rows = Math.max(1, Math.ceil(cells.length / columns));
  return (
    <div class="hanging" style={{ "--columns": columns, "--rows": rows }}>
      {cells.map((cell, at) => (
        <PaneView key={cell.analysis ?? `empty ${at}`} cell={cell} library={library} />
      ))}
    </div>
  );
}
