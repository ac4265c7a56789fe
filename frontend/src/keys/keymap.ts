/** Every single-key command with its first keys, as data. What they do is in commands.ts. */

export const GROUPS = ["hanging", "picture", "tools", "marks", "verdict", "page"] as const;
export type Group = (typeof GROUPS)[number];

interface Entry {
  group: Group;
  /** Names as keyName() gives them; the first one is shown. */
  keys: readonly string[];
}

/** A command's words have the key `command.<id>`. */
export const KEYMAP = {
  "stage.overview": { group: "hanging", keys: ["1"] },
  "stage.mlo": { group: "hanging", keys: ["2"] },
  "stage.cc": { group: "hanging", keys: ["3"] },
  "stage.right": { group: "hanging", keys: ["4"] },
  "stage.left": { group: "hanging", keys: ["5"] },
  "stage.single": { group: "hanging", keys: ["6"] },
  "stage.next": { group: "hanging", keys: ["PageDown"] },
  "stage.previous": { group: "hanging", keys: ["PageUp"] },
  "pane.next": { group: "hanging", keys: ["."] },
  "pane.previous": { group: "hanging", keys: [","] },
  "priors": { group: "hanging", keys: ["h"] },
  "acquired": { group: "hanging", keys: ["o"] },
  "fit": { group: "picture", keys: ["0"] },
  "full": { group: "picture", keys: ["f"] },
  "zoomIn": { group: "picture", keys: ["+", "="] },
  "zoomOut": { group: "picture", keys: ["-"] },
  "variant": { group: "picture", keys: ["v"] },
  "invert": { group: "picture", keys: ["i"] },
  "preset.next": { group: "picture", keys: ["w"] },
  "reset": { group: "picture", keys: ["Backspace"] },
  "linked": { group: "picture", keys: ["s"] },
  "tool.pan": { group: "tools", keys: ["d"] },
  "tool.window": { group: "tools", keys: ["c"] },
  "tool.zoom": { group: "tools", keys: ["z"] },
  "tool.length": { group: "tools", keys: ["l"] },
  "tool.ellipse": { group: "tools", keys: ["e"] },
  "tool.freehand": { group: "tools", keys: ["j"] },
  "magnifier": { group: "tools", keys: ["g"] },
  "measure.remove": { group: "tools", keys: ["Delete"] },
  "overlay.mask": { group: "tools", keys: ["b"] },
  "overlay.heatmap": { group: "tools", keys: ["t"] },
  "overlay.masking-map": { group: "tools", keys: ["k"] },
  "marks": { group: "marks", keys: ["m"] },
  "readFirst": { group: "marks", keys: ["q"] },
  "filled": { group: "marks", keys: ["x"] },
  "finding.next": { group: "marks", keys: ["n"] },
  "finding.previous": { group: "marks", keys: ["p"] },
  "declared": { group: "marks", keys: ["r"] },
  "verdict.agree": { group: "verdict", keys: ["7"] },
  "verdict.disagree": { group: "verdict", keys: ["8"] },
  "verdict.unsure": { group: "verdict", keys: ["9"] },
  "verdict.undo": { group: "verdict", keys: ["u"] },
  "verdict.redo": { group: "verdict", keys: ["Shift+u"] },
  "rail": { group: "page", keys: ["a"] },
  "help": { group: "page", keys: ["?"] },
} as const satisfies Record<string, Entry>;

export type CommandId = keyof typeof KEYMAP;
export const COMMAND_IDS = Object.keys(KEYMAP) as CommandId[];

type OwnKeys = Readonly<Partial<Record<CommandId, readonly string[]>>>;

/** The keys in force. */
export function keysOf(id: CommandId, own: OwnKeys): readonly string[] {
  return own[id] ?? KEYMAP[id].keys;
}

export function commandFor(key: string, own: OwnKeys): CommandId | null {
  return COMMAND_IDS.find((id) => keysOf(id, own).includes(key)) ?? null;
}

/** The reader's own keys with `key` for `id`; a command that had it before is left without. */
export function rebound(own: OwnKeys, id: CommandId, key: string): OwnKeys {
  const before = commandFor(key, own);
  const robbed = before === null || before === id ? {} : { [before]: keysOf(before, own).filter((k) => k !== key) };
  return { ...own, ...robbed, [id]: [key] };
}

type Pressed = Pick<KeyboardEvent, "key" | "shiftKey" | "ctrlKey" | "metaKey" | "altKey">;

/** How a pressed key is called here: "m", "Shift+m", "?", "PageDown"; null with Ctrl, Alt or Meta: not ours. */
export function keyName(event: Pressed): string | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  const { key } = event;
  if (["Shift", "Control", "Alt", "Meta", "Dead", "Unidentified"].includes(key)) return null;
  const isLetter = key.toLowerCase() !== key.toUpperCase();
  if (key.length > 1) return event.shiftKey ? `Shift+${key}` : key;
  return isLetter && event.shiftKey ? `Shift+${key.toLowerCase()}` : key.toLowerCase();
}
