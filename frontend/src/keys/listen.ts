import type { AppStore } from "../state/state";
import { run } from "./commands";
import { commandFor, keyName } from "./keymap";

function isTyping(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return !["range", "checkbox", "radio"].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

/** Single keys work everywhere but while typing or reading the help, and can be switched off (WCAG 2.1.4). */
export function listenToKeys(store: AppStore): void {
  document.addEventListener("keydown", (event) => {
    const { singleKeys, ownKeys } = store.state;
    const name = keyName(event);
    const isInDialog = document.querySelector("dialog[open]") !== null;
    if (name === null || isInDialog || !singleKeys || isTyping(event.target) || event.defaultPrevented) return;
    const command = commandFor(name, ownKeys);
    if (command === null) return;
    event.preventDefault();
    run(store, command);
  });
}
