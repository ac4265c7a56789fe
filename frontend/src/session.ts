import {
  deleteStudy, eventsUrl, getAnalysis, listModels, listStudies, newsUrl, problemOf, restoreStudy, startAnalyses,
} from "./api";
import type { AnalysisDetail, AnalysisSummary } from "./api-types";
import { follow } from "./follow";
import { listenToNews } from "./news";
import {
  analysesOf, type AppStore, begun, isFinished, noticed, opening, received, removed, selecting, studyOf,
} from "./state/state";
import { priorStudy } from "./state/viewing";
import { learned, lineChanged, rowsOf, withoutStudy } from "./state/worklist";

const POLL_EVERY_MS = 1000;
const LIST_AFTER_MS = 150; // several news that come together are one question
const GIVE_UP_AFTER = 5; // questions in a row without an answer

/** Everything the page asks of the server; what comes back goes into the store. */
export class Session {
  readonly #store: AppStore;
  /** Read before the page was loaded again. */
  readonly #last: string | null;
  #stopFollowing: () => void = () => undefined;
  #listing = false;
  /** The server tells by itself what changes. */
  #hears = false;
  #listTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(store: AppStore, last: string | null = null) {
    this.#store = store;
    this.#last = last;
  }

  /** The analyses the server still has; the one that was read last is selected, else the first of the newest study. */
  async start(): Promise<void> {
    void this.#learnModels();
    await this.#try(null, async () => {
      await this.#list();
      const { state } = this.#store;
      const first = state.analyses.find(({ id }) => id === this.#last) ?? rowsOf(state)[0]?.lines[0];
      if (first !== undefined) this.select(first.id);
    });
    this.#listen();
    setInterval(() => void this.#listWhileOthersRun(), POLL_EVERY_MS);
  }

  /** Once; the page goes without what the cards say where there is no answer. */
  async #learnModels(): Promise<void> {
    this.#store.update({ models: await listModels().catch(() => []) });
  }

  /**
   * Send files one after the other, of a ZIP each of its images; the first one that is taken is selected. They are one
   * study unless their headers say otherwise; `label` names it.
   */
  async upload(files: readonly File[], label: string | null = null): Promise<void> {
    this.#store.update(({ sending }) => ({ sending: [...sending, ...files.map((file) => file.name)] }));
    const drop = files.length > 1 ? { upload: tokenByChance(), label } : { upload: null, label };
    let first = true;
    for (const file of files) {
      await this.#try(file.name, async () => {
        const sent = await startAnalyses(file, drop);
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
    this.#open(id, () => this.#fetch(id));
  }

  /** One that nobody asked for takes the place of another; where it is gone too, the page goes on to the next. */
  #openNext(id: string): void {
    this.#open(id, () => this.#fetchIfThere(id));
  }

  #open(id: string, fetchIt: () => Promise<AnalysisDetail | null>): void {
    const entry = this.#store.state.analyses.find((known) => known.id === id);
    const study = entry === undefined ? id : studyOf(entry);
    this.#store.update(this.#store.state.study === study ? selecting(id) : opening(study, id));
    this.#stopFollowing();
    void this.#try(null, async () => {
      const known = this.#store.state.details[id];
      const detail = known !== undefined && isFinished(known) ? known : await fetchIt();
      if (detail === null) return;
      if (!isFinished(detail) && this.#store.state.selected === id && !this.#hears) this.#follow(id);
      await this.#fetchHanging();
    });
  }

  /** Details of the images that hang beside the selected one, and of the study before. */
  async #fetchHanging(): Promise<void> {
    const { state } = this.#store;
    const entries = [...analysesOf(state, state.study), ...analysesOf(state, priorStudy(state))];
    for (const { id, state: job } of entries) {
      const known = this.#store.state.details[id];
      if (known === undefined || (!isFinished(known) && isFinished({ state: job }))) await this.#fetchIfThere(id);
    }
  }

  /** Into the bin, from which it can be brought back for some minutes. */
  async removeStudy(study: string): Promise<void> {
    await this.#try(null, async () => {
      const label = rowsOf(this.#store.state).find(({ id }) => id === study)?.label ?? study;
      await deleteStudy(study).catch((error: unknown) => {
        if (problemOf(error).status !== 404) throw error; // gone already is what was wanted
      });
      const wasOpen = this.#store.state.study === study;
      this.#store.update(withoutStudy(study));
      this.#store.update({ binned: { study, label } });
      if (!wasOpen) return;
      this.#stopFollowing();
      if (this.#store.state.selected !== null) this.#openNext(this.#store.state.selected);
    });
  }

  /** What was deleted last comes back. */
  async restore(): Promise<void> {
    const { binned } = this.#store.state;
    if (binned === null) return;
    this.#store.update({ binned: null });
    await this.#try(binned.label, async () => {
      await restoreStudy(binned.study);
      await this.#list();
      const first = rowsOf(this.#store.state).find(({ id }) => id === binned.study)?.lines[0];
      if (first !== undefined) this.select(first.id);
    });
  }

  /** It is no longer there; another one is selected in its place. */
  #takeAway(id: string): void {
    const wasSelected = this.#store.state.selected === id;
    this.#store.update(removed(id));
    const next = this.#store.state.selected;
    if (wasSelected && next !== null) this.#openNext(next);
    else if (wasSelected) this.#stopFollowing();
  }

  #listen(): void {
    listenToNews(newsUrl(), {
      ready: () => {
        this.#hears = true;
        this.#listSoon();
      },
      analysis: (line) => this.#hear(line),
      gone: (id) => this.#takeAway(id),
      lost: () => {
        this.#hears = false;
      },
    });
  }

  /** A study's own facts (its highest probability, what was before) change with its images. */
  #hear(line: AnalysisSummary): void {
    this.#store.update(lineChanged(line));
    const isKnown = studyOf(line) in this.#store.state.studies;
    if (!isKnown || isFinished(line)) this.#listSoon();
  }

  #listSoon(): void {
    clearTimeout(this.#listTimer);
    this.#listTimer = setTimeout(() => void this.#try(null, async () => {
      await this.#list();
      await this.#fetchHanging();
    }), LIST_AFTER_MS);
  }

  #follow(id: string): void {
    this.#stopFollowing = follow(eventsUrl(id), {
      stage: (stage) => this.#store.update(begun(id, stage)),
      end: () => void this.#try(null, () => this.#fetchIfThere(id)),
      lost: () => void this.#try(null, () => this.#poll(id)),
    });
  }

  async #poll(id: string): Promise<void> {
    let silent = 0;
    while (this.#store.state.selected === id) {
      try {
        const detail = await this.#fetchIfThere(id);
        if (detail === null || isFinished(detail)) return;
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

  /** What the page asks by itself: it may have been deleted a moment ago, which nobody has to be told. */
  async #fetchIfThere(id: string): Promise<AnalysisDetail | null> {
    try {
      return await this.#fetch(id);
    } catch (error) {
      if (problemOf(error).status !== 404) throw error;
      this.#takeAway(id);
      return null;
    }
  }

  async #list(): Promise<void> {
    this.#store.update(learned(await listStudies()));
  }

  /** Where the server does not tell by itself: looked up as long as one of them is not finished. */
  async #listWhileOthersRun(): Promise<void> {
    const { analyses, selected } = this.#store.state;
    if (this.#hears || this.#listing) return;
    if (analyses.every((entry) => isFinished(entry) || entry.id === selected)) return;
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

/** Tells the server which files were dropped at once. */
function tokenByChance(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
