type Listener = (event: never) => void;
type Props = Record<string, string | number | boolean | Listener>;

/** An element: `on…` names listen, true and false switch an attribute, everything else is its value. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value as EventListener);
    else if (typeof value === "boolean") element.toggleAttribute(name, value);
    else element.setAttribute(name, String(value));
  }
  element.append(...children);
  return element;
}

/** Change text only where it differs, so that screen readers do not hear it twice. */
export function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export interface Row<T> {
  element: HTMLElement;
  update(item: T): void;
}

/** Show items as children of `parent`; a child stays (with its focus) for as long as an item has its key. */
export function keyedList<T>(
  parent: HTMLElement,
  keyOf: (item: T) => string | number,
  create: (item: T) => Row<T>,
): (items: readonly T[]) => void {
  const rows = new Map<string | number, Row<T>>();
  return (items) => {
    const keys = new Set(items.map(keyOf));
    for (const [key, row] of rows) {
      if (keys.has(key)) continue;
      row.element.remove();
      rows.delete(key);
    }
    items.forEach((item, place) => {
      const row = rows.get(keyOf(item)) ?? create(item);
      rows.set(keyOf(item), row);
      row.update(item);
      if (parent.children[place] !== row.element) parent.insertBefore(row.element, parent.children[place] ?? null);
    });
  };
}
