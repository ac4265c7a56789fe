import type { ComponentChildren } from "preact";
import type { Variant } from "../api-types";
import { run } from "../keys/commands";
import { type CommandId, keysOf } from "../keys/keymap";
import { useSelect, useStore, useT } from "../state/hooks";
import { type OverlayName, togglingOverlay } from "../state/overlays";
import { marksVisible } from "../state/reveal";
import { currentDetail, currentDocument, lookOf, type State, TOOLS } from "../state/state";
import { showingVariant, usingPreset } from "../state/viewing";
import { STAGES } from "../viewer/hanging";
import { sameJson } from "../viewer/same";

/** What can be done with the pictures, each with its key. */
export function Toolbar() {
  const t = useT();
  return (
    <div class="toolbar" role="toolbar" aria-label={t("toolbar.label")}>
      <Segmented label={t("toolbar.shown")}>
        <VariantButton variant="original" />
        <VariantButton variant="preprocessed" />
      </Segmented>
      <Segmented label={t("toolbar.stages")}>
        {STAGES.map((name) => (
          <Command key={name} id={`stage.${name}`} words={t(`stageName.${name}`)} isOn={(s) => s.stage === name} />
        ))}
      </Segmented>
      <Segmented label={t("toolbar.tools")}>
        {TOOLS.map((name) => (
          <Command key={name} id={`tool.${name}`} words={t(`tool.${name}`)} isOn={(s) => s.tool === name} />
        ))}
      </Segmented>
      <Presets />
      <Maps />
      <Command id="marks" words={t("toolbar.marks")} isOn={marksVisible} />
      <Command id="invert" words={t("toolbar.invert")} isOn={isInverted} />
      <Command id="magnifier" words={t("toolbar.magnifier")} isOn={(s) => s.magnifier} />
      <Command id="linked" words={t("toolbar.linked")} isOn={(s) => s.linked} />
      <Command id="zoomOut" words="−" />
      <Command id="zoomIn" words="+" />
      <Command id="full" words={t("toolbar.full")} />
      <Command id="reset" words={t("toolbar.reset")} />
      <Command id="help" words={t("toolbar.keys")} />
    </div>
  );
}

function Segmented({ label, children }: { label: string; children: ComponentChildren }) {
  return <span class="segmented" role="group" aria-label={label}>{children}</span>;
}

function isInverted(state: State): boolean {
  return state.selected !== null && lookOf(state, state.selected).inverted;
}

/** A command as a button; with `isOn` one that is pressed or not. */
function Command({ id, words, isOn }: { id: CommandId; words: string; isOn?: (state: State) => boolean }) {
  const store = useStore();
  const t = useT();
  const key = useSelect((s) => keysOf(id, s.ownKeys)[0] ?? "");
  const pressed = useSelect((s) => isOn?.(s));
  const title = `${t(`command.${id}`)} (${key})`;
  const label = /\p{L}{3}/u.test(words) ? {} : { "aria-label": title }; // signs and initials alone say too little
  const kind = isOn === undefined ? {} : { class: "toggle", "aria-pressed": pressed };
  return <button type="button" title={title} {...kind} {...label} onClick={() => run(store, id)}>{words}</button>;
}

/** The windows of the active picture's file. */
function Presets() {
  const store = useStore();
  const t = useT();
  const id = useSelect((s) => s.selected);
  const presets = useSelect((s) => (id === null ? undefined : s.pixelFacts[id]?.presets)) ?? [];
  const window = useSelect((s) => (id === null ? null : lookOf(s, id).window), sameJson);
  const isOriginal = useSelect((s) => id !== null && lookOf(s, id).variant === "original");
  const at = presets.findIndex(({ center, width }) => center === window?.center && width === window.width);
  const value = window === null ? "file" : at < 0 ? "own" : String(at);
  const use = (event: Event) => {
    const { value } = event.currentTarget as HTMLSelectElement;
    if (id !== null && value !== "own") store.update(usingPreset(id, value === "file" ? null : Number(value)));
  };
  return (
    <select aria-label={t("toolbar.window")} title={`${t("command.preset.next")} (w)`} value={value} onChange={use}>
      <option value="file">{t("toolbar.fileWindow")}</option>
      {isOriginal && presets.map(({ name }, i) => <option key={name} value={String(i)}>{name}</option>)}
      {value === "own" && <option value="own">{t("toolbar.ownWindow")}</option>}
    </select>
  );
}

const MAPS: readonly OverlayName[] = ["mask", "heatmap", "masking-map"];

/** What can be laid over the pictures. */
function Maps() {
  const store = useStore();
  const t = useT();
  const shown = useSelect((s) => s.overlay?.name ?? null);
  const use = (event: Event) => {
    const { value } = event.currentTarget as HTMLSelectElement;
    store.update({ overlay: null });
    const name = MAPS.find((known) => known === value);
    if (name !== undefined) store.update(togglingOverlay(name));
  };
  return (
    <select aria-label={t("overlay.title")} title={t("overlay.title")} value={shown ?? ""} onChange={use}>
      <option value="">{t("overlay.title")}</option>
      {MAPS.map((name) => <option key={name} value={name}>{t(`command.overlay.${name}`)}</option>)}
    </select>
  );
}

function VariantButton({ variant }: { variant: Variant }) {
  const store = useStore();
  const t = useT();
  const id = useSelect((s) => s.selected);
  const shown = useSelect((s) => (s.selected === null ? "original" : lookOf(s, s.selected).variant));
  const isMissing = useSelect((s) => currentDocument(s) !== null && currentDetail(s)?.preprocessed === null);
  return (
    <button
      type="button" class="toggle" title={`${t("command.variant")} (v)`} aria-pressed={shown === variant}
      disabled={variant === "preprocessed" && isMissing}
      onClick={() => id !== null && store.update(showingVariant(id, variant))}
    >
      {t(`toolbar.${variant}`)}
    </button>
  );
}
