// Questions to the operator, and what is said without asking.

import { byId, el } from './dom.js';
import { t } from './words.js';

/** Says something at the edge of the page, for eyes and screen readers. */
export function say(text, isBad = false) {
  const line = el('p', { class: isBad ? 'bad' : null }, text);
  byId('said').replaceChildren(line);
  setTimeout(() => line.remove(), isBad ? 15000 : 6000);
}

/**
 * Opens a dialog. `build` gets it and returns its content; the promise has what `dialog.close(…)` was given, '' when it
 * was dismissed.
 */
export function open(title, build, more = {}) {
  const dialog = el('dialog', { 'aria-labelledby': 'dialog-title', ...more });
  dialog.append(el('h2', { id: 'dialog-title' }, title), ...build(dialog).flat().filter(Boolean));
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((answer) => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      answer(dialog.returnValue);
    });
  });
}

export const cancel = (dialog) => el('button', { type: 'button', onclick: () => dialog.close('') }, t('cancel'));

export const close = (dialog) => el('button', { type: 'button', id: 'close', onclick: () => dialog.close('') }, t('close'));

/** A labelled choice. */
export const choice = (label, id, options, more) => el('label', { class: 'row' }, el('span', {}, label),
  el('select', { id, ...more }, options.map(([value, text, selected]) => el('option', { value, selected }, text))));

export const reasonField = () => el('label', { class: 'row' }, el('span', {}, t('reason')),
  el('input', { id: 'reason', maxlength: 200, autocomplete: 'off' }));

/** The reason as the API wants it: absent when nothing was written. */
export const reasonOf = (dialog) => dialog.querySelector('#reason').value.trim() || undefined;

/** Asks once; `act` is done while the dialog is open, and what it throws is shown in it. */
export function confirm(title, content, label, act, more = {}) {
  return open(title, (dialog) => {
    const trouble = el('p', { class: 'bad', role: 'alert' });
    const go = el('button', { type: 'button', id: 'confirm', class: more.isDanger ? 'danger' : 'primary' }, label);
    go.addEventListener('click', async () => {
      go.disabled = true;
      dialog.setAttribute('aria-busy', 'true');
      try {
        await act(dialog);
        dialog.close('done');
      } catch (refused) {
        trouble.textContent = refused.message;
        go.disabled = false;
      }
      dialog.removeAttribute('aria-busy');
    });
    return [content, trouble, el('div', { class: 'actions' }, go, cancel(dialog))];
  }, { class: more.class });
}

/** Asks for a token until one is given. */
export async function askForToken(why) {
  for (;;) {
    const token = await open(t('token.title'), (dialog) => [
      el('p', {}, t('token.why')),
      why ? el('p', { class: 'bad', role: 'alert' }, why) : null,
      el('form', { method: 'dialog', onsubmit: () => { dialog.returnValue = dialog.querySelector('input').value; } },
        el('label', { class: 'row' }, el('span', {}, t('token.label')),
          el('input', { id: 'token', type: 'password', autocomplete: 'off', required: true })),
        el('div', { class: 'actions' },
          el('button', { class: 'primary', type: 'submit' }, t('token.use')))),
    ]);
    if (token.trim()) {
      return token.trim();
    }
  }
}
