// Elements in a few words, and sections that are made anew only when what they show has changed.

/** An element: attributes (on… are listeners, null and false are left out), then its children. */
export function el(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) {
      continue;
    }
    if (key.startsWith('on')) {
      element.addEventListener(key.slice(2), value);
    } else {
      element.setAttribute(key, value === true ? '' : value);
    }
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

export const byId = (id) => document.getElementById(id);

let shown = new WeakMap();

/** Makes all sections anew at their next turn, as for another language. */
export function forget() {
  shown = new WeakMap();
}

/**
 * Fills an element with what `make` returns, unless `of` is what it shows already. Whatever has the focus and a
 * `data-key` keeps it.
 */
export function show(element, of, make) {
  const text = JSON.stringify(of);
  if (shown.get(element) === text) {
    return;
  }
  shown.set(element, text);
  const focused = element.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  element.replaceChildren(...[make()].flat().filter(Boolean));
  if (focused) {
    element.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }
}

/** A table, which a narrow screen shows as a card for each row; cells are texts or elements. */
export function table(caption, heads, rows) {
  return el('div', { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': caption },
    el('table', {},
      el('thead', {}, el('tr', {}, heads.map((head) => el('th', { scope: 'col' }, head)))),
      el('tbody', {}, rows.map((row) => el('tr', { class: row.state ?? null },
        (row.cells ?? row).map((cell, place) => el('td', { 'data-head': heads[place] }, cell)))))));
}

export const button = (key, label, onclick, more) =>
  el('button', { type: 'button', 'data-key': key, onclick, ...more }, label);
