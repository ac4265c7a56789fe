import type { AnalysisSummary } from "./api-types";

/** What the server tells of all its analyses. */
export interface NewsListener {
  /** The list has to be fetched now; what happens from here on is told. */
  ready(): void;
  analysis(line: AnalysisSummary): void;
  gone(id: string): void;
  /** Nothing is told until the next `ready`: ask from time to time instead. */
  lost(): void;
}

function lineIn(data: unknown): AnalysisSummary | null {
  try {
    const said: unknown = typeof data === "string" ? JSON.parse(data) : null;
    const isLine = typeof said === "object" && said !== null && "id" in said && typeof said.id === "string";
    return isLine ? (said as AnalysisSummary) : null;
  } catch {
    return null;
  }
}

/** Listen to the server-sent events of the worklist. A stream ends after some minutes; the browser opens the next. */
export function listenToNews(url: string, listener: NewsListener): () => void {
  const events = new EventSource(url);
  let isHeard = false;
  events.addEventListener("ready", () => {
    isHeard = true;
    listener.ready();
  });
  events.addEventListener("analysis", (event) => {
    const line = lineIn(event.data);
    if (line !== null) listener.analysis(line);
  });
  events.addEventListener("gone", (event) => {
    const line = lineIn(event.data);
    if (line !== null) listener.gone(line.id);
  });
  events.onerror = () => {
    listener.lost();
    if (!isHeard) events.close(); // refused: too many are listening
    isHeard = false;
  };
  return () => events.close();
}
