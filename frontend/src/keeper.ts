import { getVerdict, problemOf, putVerdict } from "./api";
import type { Verdict } from "./api-types";
import { type Drafts, draftsIn, keepDrafts, type Memory } from "./drafts";
import { marksVisible } from "./state/reveal";
import { analysesOf, type AppStore, noticed, type State } from "./state/state";
import { loaded, restoring, saved, seen, standing, takingTheirs, verdictOf } from "./state/verdicts";

const SAVE_AFTER_MS = 700; // since the last change
const TRY_AGAIN_MS = 5000;

/** Brings the reader's verdicts from the server and back to it; says nothing that the reader did not say. */
export class VerdictKeeper {
  readonly #store: AppStore;
  /** The save of each image that is on its way; the next one waits for it. */
  readonly #running = new Map<string, Promise<void>>();
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #asked = new Set<string>();
  readonly #memory: Memory | null;
  /** Of an earlier visit, until each has been taken up. */
  #drafts: Drafts | null;

  constructor(store: AppStore, memory: Memory | null = null) {
    this.#store = store;
    this.#memory = memory;
    this.#drafts = draftsIn(memory);
  }

  start(): void {
    const store = this.#store;
    store.watch((s) => [s.reader], () => this.#asked.clear());
    store.watch((s) => [s.reader, s.study, s.analyses, s.details, marksVisible(s)], (s) => {
      this.#see(s);
      this.#loadStudy(s);
    });
    store.watch((s) => [s.verdicts, s.shownAt], (s) => {
      keepDrafts(this.#memory, s, this.#drafts);
      this.#schedule();
    });
  }

  /** Everything that is not saved yet, at once: the page is being left, or the marks are about to be shown. */
  flush(): void {
    for (const id of this.#unsaved()) this.#saveNow(id);
  }

  /** The other version takes the place of this page's. */
  async takeTheirs(id: string): Promise<void> {
    await this.#try(async () => {
      const { verdict, version } = await getVerdict(id, this.#store.state.reader);
      this.#store.update(takingTheirs(id, verdict, version));
    });
  }

  /** This page's verdict is saved over the other one; the server keeps both. */
  async keepMine(id: string): Promise<void> {
    await this.#try(async () => {
      const { version } = await getVerdict(id, this.#store.state.reader);
      const { verdicts } = this.#store.state;
      const entry = verdicts[id];
      if (entry === undefined) return;
      this.#store.update({ verdicts: { ...verdicts, [id]: { ...entry, version, saving: "unsaved" } } });
      this.#saveNow(id);
    });
  }

  /** What was picked before the marks are shown is saved as such, whatever is picked a moment later. */
  #see(state: State): void {
    const done = shownAnalyses(state);
    const withMarks = marksVisible(state);
    if (withMarks && done.some((id) => !(id in state.shownAt))) this.flush();
    this.#store.update(seen(done, withMarks, new Date().toISOString()));
  }

  #loadStudy(state: State): void {
    if (state.reader === "") return;
    for (const id of shownAnalyses(state)) {
      if (this.#asked.has(id)) continue;
      this.#asked.add(id);
      void this.#load(id, state.reader);
    }
  }

  async #load(id: string, reader: string): Promise<void> {
    await this.#try(async () => {
      const found = await getVerdict(id, reader).catch((error: unknown) => {
        if (problemOf(error).status !== 404) throw error;
        this.#asked.delete(id); // deleted a moment ago; asked again should it come back
      });
      if (found === undefined || this.#store.state.reader !== reader) return;
      const { verdict, version } = found;
      this.#store.update(loaded(id, verdict, version));
      this.#takeUp(id, reader);
    });
  }

  /** What was said before the page was left or broke, and had not reached the server. */
  #takeUp(id: string, reader: string): void {
    if (this.#drafts?.reader !== reader) return;
    const { [id]: draft, ...said } = this.#drafts.said;
    this.#drafts = { reader, said };
    if (draft !== undefined) this.#store.update(restoring(id, draft));
  }

  #unsaved(): string[] {
    return Object.entries(this.#store.state.verdicts).flatMap(([id, entry]) => {
      const isBehind = entry.saving === "saved" && entry.version !== '"0"' && this.#lacksReveal(id);
      const isWaiting = entry.saving === "unsaved" || isBehind;
      return isWaiting && entry.version !== null ? [id] : [];
    });
  }

  /** It was saved before the marks were shown, and they have been since. */
  #lacksReveal(id: string): boolean {
    const { verdicts, shownAt } = this.#store.state;
    return verdicts[id]?.revealedAt === null && id in shownAt;
  }

  #schedule(): void {
    for (const id of this.#unsaved()) this.#saveLater(id, SAVE_AFTER_MS);
  }

  #saveLater(id: string, wait: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.set(id, setTimeout(() => this.#saveNow(id), wait));
  }

  #saveNow(id: string): void {
    clearTimeout(this.#timers.get(id));
    const { state } = this.#store;
    const sent = verdictOf(state, id, new Date().toISOString());
    const before = this.#running.get(id) ?? Promise.resolve();
    const save = before.then(() => this.#save(id, sent));
    this.#running.set(id, save);
  }

  async #save(id: string, sent: Verdict): Promise<void> {
    const version = this.#store.state.verdicts[id]?.version ?? null;
    if (version === null || this.#store.state.reader !== sent.reader) return;
    this.#store.update(standing(id, "saving"));
    try {
      this.#store.update(saved(id, sent, await putVerdict(id, sent, version)));
    } catch (error) {
      this.#refused(id, error);
    }
  }

  #refused(id: string, error: unknown): void {
    const problem = problemOf(error);
    const isTold = problem.status !== undefined && problem.status < 500;
    if (problem.code === "verdict_changed") this.#store.update(standing(id, "conflict"));
    else {
      this.#store.update(standing(id, "failed"));
      if (isTold) this.#store.update(noticed(problem));
      else this.#saveLater(id, TRY_AGAIN_MS);
    }
  }

  async #try(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.#store.update(noticed(problemOf(error)));
    }
  }
}

/** The finished images of the study that hangs. */
function shownAnalyses(state: State): string[] {
  return analysesOf(state, state.study).flatMap(({ id }) => (state.details[id]?.analysis == null ? [] : [id]));
}
