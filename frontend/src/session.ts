import {
  deleteAnalysis, eventsUrl, getAnalysis, getStudy, listAnalyses, listModels, problemOf, startAnalyses,
} from "./api";
import type { AnalysisDetail } from "./api-types";
import { follow } from "./follow";
import {
  analysesOf, type AppStore, begun, isFinished, listed, noticed, opening, received, removed, selecting, studyOf,
} from "./state/state";
import { priorStudy } from "./state/viewing";

const POLL_EVERY_MS = 1000;
const GIVE_UP_AFTER = 5; // questions in a row without an answer

/** Everything the page asks of the server; what comes back goes into the store. */
export class Session {
  readonly #store: AppStore;
  #stopFollowing: () => void = () => undefined;
  #listing = false;

  constructor(store: AppStore) {
    this.#store = store;
  }

  /** The analyses the server still has, the newest one selected. */
  async start(): Promise<void> {
    void this.#learnModels();
    await this.#try(null, async () => {
      await this.#list();
      const newest = this.#store.state.analyses[0];
      if (newest !== undefined) this.select(newest.id);
    });
    setInterval(() => void this.#listWhileOthersRun(), POLL_EVERY_MS);
  }

  /** Once; the page goes without what the cards say where there is no answer. */
  async #learnModels(): Promise<void> {
    this.#store.update({ models: await listModels().catch(() => []) });
  }

  /** Send files one after the other, of a ZIP each of its images; the first one that is taken is selected. */
  async upload(files: readonly File[]): Promise<void> {
    this.#store.update(({ sending }) => ({ sending: [...sending, ...files.map((file) => file.name)] }));
    let first = true;
    for (const file of files) {
      await this.#try(file.name, async () => {
        const sent = await startAnalyses(file);
        await this.#list();
        for (const entry of sent) {
          if ("error" in entry) this.#store.update(noticed(entry.error, entry.file));
          else if (first) this.select(entry.id);
          first = first && "error" in entry;
        }
      });
      this.#store.update(({ sending }) => ({ sending: withoutOne(sending, file.name) }));
    }
  }

  /** Make an image the active one; its study hangs, and what is not known of its images is asked for. */
  select(id: string): void {
    const entry = this.#store.state.analyses.find((known) => known.id === id);
    const study = entry === undefined ? id : studyOf(entry);
    const isOpen = this.#store.state.study === study;
    this.#store.update(isOpen ? selecting(id) : opening(study, id));
    if (entry?.study != null && !isOpen) void this.#learnStudy(entry.study);
    this.#stopFollowing();
    void this.#try(null, async () => {
      const known = this.#store.state.details[id];
      const detail = known !== undefined && isFinished(known) ? known : await this.#fetch(id);
      if (!isFinished(detail) && this.#store.state.selected === id) this.#follow(id);
      await this.#fetchHanging();
    });
  }

  /** Details of the images that hang beside the selected one, and of the study before. */
  async #fetchHanging(): Promise<void> {
    const { state } = this.#store;
    const entries = [...analysesOf(state, state.study), ...analysesOf(state, priorStudy(state))];
    for (const { id, state: job } of entries) {
      const known = this.#store.state.details[id];
      if (known === undefined || (!isFinished(known) && isFinished({ state: job }))) await this.#fetch(id);
    }
  }

  /** Which studies were before; the page goes without where the server does not tell. */
  async #learnStudy(id: string): Promise<void> {
    const study = await getStudy(id).catch(() => null);
    if (study === null) return;
    this.#store.update(({ studies }) => ({ studies: { ...studies, [id]: study } }));
    await this.#try(null, () => this.#fetchHanging());
  }

  async remove(id: string): Promise<void> {
    await this.#try(null, async () => {
      await deleteAnalysis(id).catch((error: unknown) => {
        if (problemOf(error).status !== 404) throw error; // gone already is what was wanted
      });
      const wasSelected = this.#store.state.selected === id;
      this.#store.update(removed(id));
      const next = this.#store.state.selected;
      if (wasSelected && next !== null) this.select(next);
      else if (wasSelected) this.#stopFollowing();
    });
  }

  #follow(id: string): void {
    this.#stopFollowing = follow(eventsUrl(id), {
      stage: (stage) => this.#store.update(begun(id, stage)),
      end: () => void this.#try(null, () => this.#fetch(id)),
      lost: () => void this.#try(null, () => this.#poll(id)),
    });
  }

  async #poll(id: string): Promise<void> {
    let silent = 0;
    while (this.#store.state.selected === id) {
      try {
        if (isFinished(await this.#fetch(id))) return;
        silent = 0;
      } catch (error) {
        silent += 1;
        if (problemOf(error).code !== "unreachable" || silent >= GIVE_UP_AFTER) throw error;
      }
      await new Promise((wake) => setTimeout(wake, POLL_EVERY_MS));
    }
  }

  async #fetch(id: string): Promise<AnalysisDetail> {
    const detail = await getAnalysis(id);
    this.#store.update(received(detail));
    return detail;
  }

  async #list(): Promise<void> {
    this.#store.update(listed(await listAnalyses()));
  }

  /** The selected analysis tells of itself; the others are looked up as long as one of them is not finished. */
  async #listWhileOthersRun(): Promise<void> {
    const { analyses, selected } = this.#store.state;
    if (this.#listing || analyses.every((entry) => isFinished(entry) || entry.id === selected)) return;
    this.#listing = true;
    // Asked again in a second; the reader's own actions report problems.
    await this.#list().then(() => this.#fetchHanging()).catch(() => undefined);
    this.#listing = false;
  }

  async #try(file: string | null, action: () => Promise<unknown>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.#store.update(noticed(problemOf(error), file));
    }
  }
}

function withoutOne(names: readonly string[], name: string): string[] {
  const at = names.indexOf(name);
  return names.filter((_, i) => i !== at);
}
