import { expect, test } from "vitest";
import { COMMANDS } from "./commands";
import { COMMAND_IDS, commandFor, KEYMAP, keyName, keysOf, rebound } from "./keymap";

const pressed = (key: string, modifiers: Partial<KeyboardEvent> = {}) => {
  return keyName({ key, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...modifiers });
};

test("no key stands for two commands", () => {
  const keys = COMMAND_IDS.flatMap((id) => KEYMAP[id].keys);
  expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([]);
});

test("every command does something", () => {
  expect(Object.keys(COMMANDS)).toEqual(COMMAND_IDS);
});

test("a key is named as it is printed, letters without regard to caps lock", () => {
  expect([pressed("m"), pressed("M"), pressed("M", { shiftKey: true })]).toEqual(["m", "m", "Shift+m"]);
  expect([pressed("?", { shiftKey: true }), pressed("+", { shiftKey: true })]).toEqual(["?", "+"]);
  expect([pressed("PageDown"), pressed("PageDown", { shiftKey: true })]).toEqual(["PageDown", "Shift+PageDown"]);
  expect([pressed("m", { ctrlKey: true }), pressed("Shift", { shiftKey: true })]).toEqual([null, null]);
});

test("a reader's own key takes the place of the first one and leaves no other command with it", () => {
  const own = rebound({}, "invert", "m");
  expect(keysOf("invert", own)).toEqual(["m"]);
  expect([commandFor("m", own), commandFor("i", own)]).toEqual(["invert", null]);
  expect(keysOf("marks", own)).toEqual([]);
  expect(commandFor("=", rebound({}, "invert", "+"))).toBe("zoomIn");
});
