/** What is said while an analysis runs. */
export interface Listener {
  stage(stage: string): void;
  /** It is done or has failed; the document can be fetched. */
  end(): void;
  /** The stream broke off or was refused: ask from time to time instead. */
  lost(): void;
}

function stageIn(data: unknown): string | null {
  try {
    const said: unknown = typeof data === "string" ? JSON.parse(data) : null;
    const stage = typeof said === "object" && said !== null && "stage" in said ? said.stage : null;
    return typeof stage === "string" ? stage : null;
  } catch {
    return null;
  }
}

/** Listen to the server-sent events of one analysis (WHATWG HTML, section 9.2); returns what ends the listening. */
export function follow(url: string, listener: Listener): () => void {
  const events = new EventSource(url);
  const close = () => events.close();
  const finish = () => {
    close();
    listener.end();
  };
  events.addEventListener("stage", (event) => {
    const stage = stageIn(event.data);
    if (stage !== null) listener.stage(stage);
  });
  events.addEventListener("done", finish);
  events.addEventListener("failed", finish);
  events.onerror = () => {
    close(); // the browser would connect again for ever; polling is easier to stop
    listener.lost();
  };
  return close;
}
