// Orphans, and the audit trail.

import { send } from './api.js';
import { confirm, say } from './dialog.js';
import { button, byId, el, show, table } from './dom.js';
import { name, t, time } from './words.js';

const release = (orphan) => confirm(t('orphans.release.title', { issue: orphan.issue }),
  el('p', {}, t('orphans.release.cost', { process: orphan.processId ?? '–' })), t('orphans.release'), async () => {
    await send('POST', `orphans/${orphan.issue}/release`);
    say(t('orphans.released', { issue: orphan.issue }));
  });

function orphans(list) {
  if (list.length === 0) {
    return el('p', { class: 'soft' }, t('orphans.none'));
  }
  return table(t('orphans.title'), [t('orphans.issue'), t('orphans.holder'), t('orphans.seen'), t('orphans.action')],
    list.map((orphan) => [`#${orphan.issue}`, orphan.processId ?? '–', orphan.lastSeen ? time(orphan.lastSeen) : '–',
      button(`release-${orphan.issue}`, t('orphans.release'), () => release(orphan),
        { 'aria-label': t('orphans.release.title', { issue: orphan.issue }) })]));
}

function journal(entries) {
  const newestFirst = Object.entries(entries).sort(([one], [other]) => Number(other) - Number(one));
  if (newestFirst.length === 0) {
    return el('p', { class: 'soft' }, t('journal.none'));
  }
  return el('ol', { class: 'journal', tabindex: 0, role: 'list', 'aria-label': t('journal.title') },
    newestFirst.map(([number, entry]) => el('li', {},
      el('time', { datetime: entry.time }, time(entry.time)), ' ',
      el('strong', {}, name('event', entry.event)), ' ',
      el('span', { class: 'soft' }, `${name('who', entry.who)} · #${number}`), el('p', {}, entry.why))));
}

export function render(state) {
  show(byId('orphans'), state.orphans, () => orphans(state.orphans));
  show(byId('journal'), state.journal, () => journal(state.journal));
}
