// Where the project stands: the track of phases, the breaker, the figures of now.

import { byId, el, show } from './dom.js';
import { bytes, millis, number, t, time } from './words.js';

export const PHASES = ['file', 'dual-write', 'redis-read', 'redis-write', 'redis-only'];

function track(status) {
  const present = PHASES.indexOf(status.phase);
  return PHASES.map((phase, place) => el('li', {
    class: place < present ? 'passed' : place === present ? 'present' : 'ahead',
    'aria-current': place === present ? 'step' : null,
  }, el('strong', {}, phase), el('small', {}, t(`phase.${phase}`)), place === present ? share(status) : null));
}

function share(status) {
  const percents = { 'redis-read': status.readPercent, 'redis-write': status.writePercent };
  const percent = percents[status.phase];
  return percent === undefined ? null : el('small', { class: 'share' }, t(`percent.${status.phase}`, { percent }));
}

function alert(breaker) {
  if (breaker.state === 'closed') {
    return [];
  }
  const next = breaker.nextTry ? t('breaker.next', { time: time(breaker.nextTry) }) : t('breaker.soon');
  return [el('p', { class: 'banner' },
    el('strong', {}, t(`breaker.${breaker.state}`)), ' ', breaker.reason ?? '', el('small', {}, next))];
}

function facts(status) {
  const fact = (key, value, isHot, note) => el('div', { class: isHot ? 'hot' : null },
    el('dt', {}, t(`fact.${key}`)), el('dd', {}, value, note ? el('small', {}, note) : null));
  return [
    fact('authority', t(`store.${status.authority}`), false, t('fact.epoch', { epoch: status.epoch })),
    fact('breaker', t(`breaker.word.${status.breaker.state}`), status.breaker.state !== 'closed',
      t('fact.failOvers', { failOvers: number(status.failOvers), returns: number(status.returns) })),
    fact('reads', `${status.readPercent} %`),
    fact('writes', `${status.writePercent} %`),
    fact('mismatches', number(status.stageMismatches), status.stageMismatches > 0,
      t('fact.compared', { count: number(status.stageComparisons) })),
    fact('dirty', number(status.dirtyRecords), status.dirtyRecords > 0,
      t('fact.unknown', { count: number(status.unknownOutcomes) })),
    fact('lag', millis(status.mirrorLagMillis), status.mirrorLagMillis > 5000,
      t('fact.behind', { count: number(status.mirrorLagRecords) })),
    fact('journal', bytes(status.journalBytes), status.journalRefusals > 0,
      t('fact.refusals', { count: number(status.journalRefusals) })),
    fact('fallbacks', number(status.fallbacks)),
    fact('foreign', number(status.foreignWrites), status.foreignWrites > 0),
    fact('rollback', t(status.rollback.possible ? 'fact.rollback.open' : 'fact.rollback.shut'),
      !status.rollback.possible, cost(status.rollback)),
  ];
}

/** What going back would cost now, in words. */
export function cost(rollback) {
  const copied = rollback.records === undefined ? t('cost.all')
    : rollback.records === 0 ? t('cost.none') : t('cost.some', { count: number(rollback.records) });
  const pause = rollback.expectedPauseMillis;
  return pause === undefined ? copied : copied + t('cost.pause', { pause: millis(Math.max(1, pause)) });
}

export function render(state) {
  const { status } = state;
  show(byId('track'), [status.phase, status.readPercent, status.writePercent], () => track(status));
  show(byId('meaning'), [status.phase, status.authority], () => t('meaning', {
    meaning: t(`meaning.${status.phase}`), store: t(`store.${status.authority}`) }));
  show(byId('alert'), status.breaker, () => alert(status.breaker));
  show(byId('facts'), status, () => facts(status));
}
