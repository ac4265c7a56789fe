import type { Opinion } from "../api-types";
import { neighbour, STARTING_CONFIDENCE } from "../findings";
import { type OverlayName, togglingOverlay } from "../state/overlays";
import { isKeptBack, readingFirst, revealing, togglingMarks } from "../state/reveal";
import {
  type AppStore, type Change, chosenIn, choosing, filtered, lookOf, selecting, shownFindings,
  type State, type ToolName,
} from "../state/state";
import {
  atFullResolution, bringing, currentHanging, hangingIds, inverting, refitting, resetting, showingVariant, staging,
  usingPreset, zooming,
} from "../state/viewing";
import { judging, redoing, undoing } from "../state/verdicts";
import { STAGES, type StageName } from "../viewer/hanging";
import type { CommandId } from "./keymap";

type Act = (store: AppStore) => void;
const ZOOM_STEP = 1.25;

/** An act upon the active image; nothing without one. */
function onSelected(act: (id: string, store: AppStore) => void): Act {
  return (store) => {
    if (store.state.selected !== null) act(store.state.selected, store);
  };
}

const stage = (name: StageName): Act => (store) => store.update(staging(name));
const tool = (name: ToolName): Act => (store) => store.update({ tool: name });
const overlay = (name: OverlayName): Act => (store) => store.update(togglingOverlay(name));
type Switch = { [K in keyof State]: State[K] extends boolean ? K : never }[keyof State];
const toggle = (name: Switch): Act => (store) => store.update((state) => ({ [name]: !state[name] }));

function stepStage(step: 1 | -1): Act {
  return (store) => {
    const at = STAGES.indexOf(store.state.stage) + step;
    store.update(staging(STAGES.at(at % STAGES.length) ?? "overview"));
  };
}

function stepPane(step: 1 | -1): Act {
  return (store) => {
    const { state } = store;
    const all = currentHanging({ ...state, stage: "overview" }).cells.flatMap(({ analysis }) => analysis ?? []);
    const ids = state.stage === "single" ? all : hangingIds(state);
    const at = ids.indexOf(state.selected ?? "");
    const next = ids.at((at + step) % ids.length);
    if (next !== undefined) store.update(selecting(next));
  };
}

/** Choose a finding, show the marks and bring it into sight. */
function stepFinding(step: 1 | -1): Act {
  return onSelected((id, store) => {
    const finding = neighbour(shownFindings(store.state), chosenIn(store.state.chosen, id), step);
    store.update(revealing(new Date().toISOString()));
    store.update({ marksShown: true });
    store.update(choosing(finding === null ? null : { analysis: id, finding }));
    if (finding !== null) store.update(bringing({ analysis: id, finding }));
  });
}

/** Mirrored or not; everything hangs as at first, since no place of the picture is where it was. */
function turned(state: State): Change {
  return { ...staging(state.stage)(state), acquiredOrientation: !state.acquiredOrientation };
}

const nextPreset: Act = onSelected((id, store) => {
  const { window } = lookOf(store.state, id);
  const presets = store.state.pixelFacts[id]?.presets ?? [];
  const at = presets.findIndex(({ center, width }) => center === window?.center && width === window.width);
  store.update(usingPreset(id, at + 1 < presets.length ? at + 1 : null));
});

const toggleVariant: Act = onSelected((id, store) => {
  store.update(showingVariant(id, lookOf(store.state, id).variant === "original" ? "preprocessed" : "original"));
});

function judgeChosen(opinion: Opinion): Act {
  return (store) => {
    const { chosen } = store.state;
    if (chosen === null || isKeptBack(store.state)) return;
    store.update(judging(chosen.analysis, chosen.finding, opinion, new Date().toISOString()));
  };
}

/** What every command does. */
export const COMMANDS: Readonly<Record<CommandId, Act>> = {
  "stage.overview": stage("overview"),
  "stage.mlo": stage("mlo"),
  "stage.cc": stage("cc"),
  "stage.right": stage("right"),
  "stage.left": stage("left"),
  "stage.single": stage("single"),
  "stage.next": stepStage(1),
  "stage.previous": stepStage(-1),
  "pane.next": stepPane(1),
  "pane.previous": stepPane(-1),
  "priors": toggle("priorsShown"),
  "acquired": (store) => store.update(turned),
  "fit": onSelected((id, store) => store.update(refitting(id))),
  "full": onSelected((id, store) => store.update(atFullResolution(id, window.devicePixelRatio))),
  "zoomIn": onSelected((id, store) => store.update(zooming(id, ZOOM_STEP))),
  "zoomOut": onSelected((id, store) => store.update(zooming(id, 1 / ZOOM_STEP))),
  "variant": toggleVariant,
  "invert": onSelected((id, store) => store.update(inverting(id))),
  "preset.next": nextPreset,
  "reset": onSelected((id, store) => store.update(resetting(id))),
  "linked": toggle("linked"),
  "tool.pan": tool("pan"),
  "tool.window": tool("window"),
  "tool.zoom": tool("zoom"),
  "tool.length": tool("length"),
  "tool.ellipse": tool("ellipse"),
  "tool.freehand": tool("freehand"),
  "magnifier": toggle("magnifier"),
  "measure.remove": onSelected((id, store) => store.update((s) => ({ measures: { ...s.measures, [id]: [] } }))),
  "overlay.mask": overlay("mask"),
  "overlay.heatmap": overlay("heatmap"),
  "overlay.masking-map": overlay("masking-map"),
  "marks": (store) => store.update(togglingMarks(new Date().toISOString())),
  "readFirst": (store) => store.update(readingFirst(!store.state.readFirst)),
  "filled": toggle("marksFilled"),
  "finding.next": stepFinding(1),
  "finding.previous": stepFinding(-1),
  "declared": (store) => store.update(filtered(STARTING_CONFIDENCE)),
  "verdict.agree": judgeChosen("agree"),
  "verdict.disagree": judgeChosen("disagree"),
  "verdict.unsure": judgeChosen("unsure"),
  "verdict.undo": onSelected((id, store) => store.update(undoing(id))),
  "verdict.redo": onSelected((id, store) => store.update(redoing(id))),
  "rail": toggle("railShown"),
  "help": (store) => store.update({ helpShown: true }),
};

/** Do what `id` stands for. */
export function run(store: AppStore, id: CommandId): void {
  COMMANDS[id](store);
}
