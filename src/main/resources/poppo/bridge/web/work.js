// Long work: backfill, diff and repair, and the job under way.

import { send } from './api.js';
import { choice, confirm, say } from './dialog.js';
import { button, byId, el, show } from './dom.js';
import { millis, name, number, t } from './words.js';

async function start(path, body, kind) {
  await send('POST', path, body);
  say(t('job.started', { kind: name('job', kind) }));
}

const backfill = () => confirm(t('work.backfill'), el('p', {}, t('work.backfill.cost')), t('work.start'),
  () => start('migration/backfill', {}, 'backfill'));

async function diff() {
  try {
    await start('migration/diffs', {}, 'diff');
  } catch (refused) {
    say(refused.message, true);
  }
}

function repair(status) {
  const found = status.lastDiff
    ? t('work.repair.last', { differences: number(status.lastDiff.differences), compared: number(status.lastDiff.compared) })
    : t('work.repair.none');
  const content = el('div', {}, el('p', {}, found), el('p', { class: 'note' }, t('work.repair.cost')),
    choice(t('work.repair.right'), 'right', [
      ['authority', t('work.repair.authority', { store: t(`store.${status.authority}`) }), true],
      ['file', t('store.file')], ['redis', t('store.redis')]]));
  return confirm(t('work.repair'), content, t('work.repair.go'),
    (dialog) => start('migration/diffs', { repair: dialog.querySelector('#right').value }, 'diff'),
    { isDanger: true });
}

function progress(job) {
  const share = job.total > 0 ? job.done / job.total : 0;
  const label = t('job.progress', { kind: name('job', job.kind), done: number(job.done), total: number(job.total) });
  return [
    el('p', { id: 'job-label' }, label),
    el('progress', { max: 1, value: share, 'aria-labelledby': 'job-label' }),
    el('p', { class: 'soft' }, t('job.rate', { rate: number(job.ratePerSecond), eta: millis(job.etaSeconds * 1000) }), ' ',
      button('cancel', t('job.cancel'), async () => {
        await send('DELETE', `migration/jobs/${job.id}`).catch((refused) => say(refused.message, true));
      })),
  ];
}

export function render(state) {
  const { status } = state;
  show(byId('job'), status.job ?? null, () => (status.job ? progress(status.job)
    : el('p', { class: 'soft' }, t('job.none'))));
  const isBusy = Boolean(status.job);
  show(byId('work'), [isBusy, status.authority, status.lastDiff ?? null], () => [
    button('backfill', t('work.backfill'), backfill, { id: 'backfill', disabled: isBusy }),
    button('diff', t('work.diff'), diff, { id: 'diff', disabled: isBusy }),
    button('repair', t('work.repair'), () => repair(status), { id: 'repair', disabled: isBusy }),
  ]);
}
