// Documents that a plain link can't open where the bridge wants a token: fetched with it, and shown here.

import { call, hasToken } from './api.js';
import { close, open, say } from './dialog.js';
import { el } from './dom.js';

async function view(link) {
  const answer = await call(link.getAttribute('href'));
  const text = await answer.text();
  return open(link.textContent, (dialog) => [
    el('pre', { tabindex: 0, role: 'region', 'aria-label': link.textContent }, text),
    el('div', { class: 'actions' }, close(dialog)),
  ], { class: 'wide' });
}

export function begin() {
  for (const link of document.querySelectorAll('footer a')) {
    link.addEventListener('click', (event) => {
      if (hasToken()) {
        event.preventDefault();
        view(link).catch((refused) => say(refused.message, true));
      }
    });
  }
}
