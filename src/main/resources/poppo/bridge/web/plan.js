// The plan under way: its stages, its gates, and what an operator does with it.

import { send } from './api.js';
import { confirm, reasonField, reasonOf, say } from './dialog.js';
import { button, byId, el, show, table } from './dom.js';
import { gateTable } from './moves.js';
import { millis, name, t, time } from './words.js';

const ask = (verb) => confirm(t(`plan.${verb}`), el('div', {}, el('p', {}, t(`plan.${verb}.cost`)), reasonField()),
  t(`plan.${verb}`), async (dialog) => {
    await send('POST', `migration/plan/${verb}`, { reason: reasonOf(dialog) });
    say(t(`plan.${verb}.done`));
  }, { isDanger: verb === 'abort' });

function verbs(plan) {
  const possible = [];
  if (plan.state === 'running') {
    possible.push('pause');
    if (plan.waitsFor === 'approval') {
      possible.unshift('approve');
    }
  }
  if (plan.state === 'paused') {
    possible.push('resume');
  }
  return possible.length ? [...possible, 'abort'] : possible;
}

function stages(plan) {
  return table(t('plan.stages'), [t('plan.stage'), t('plan.phase'), t('plan.hold'), t('plan.approval'), t('plan.breach')],
    plan.stages.map((stage) => ({
      state: stage.state,
      cells: [
        el('span', { 'aria-current': stage.state === 'present' ? 'step' : null },
          el('span', { class: 'mark', 'aria-hidden': 'true' },
            stage.state === 'passed' ? '✓' : stage.state === 'present' ? '▶' : '○'),
          el('span', { class: 'unseen' }, t(`plan.place.${stage.state}`)), ` ${stage.name}`),
        `${stage.phase}${percent(stage)}`, millis(stage.holdSeconds * 1000), stage.approval ? t('plan.needed') : '–',
        name('plan.onBreach', stage.onBreach)],
    })));
}

function percent(stage) {
  const value = { 'redis-read': stage.readPercent, 'redis-write': stage.writePercent }[stage.phase];
  return value === undefined ? '' : ` ${value} %`;
}

function plan(of) {
  return [
    el('p', {}, el('strong', {}, of.name), ' · ', name('plan.state', of.state),
      of.state === 'running' ? ` · ${name('plan.waitsFor', of.waitsFor)}` : '',
      of.until ? ` · ${t('plan.until', { time: time(of.until) })}` : ''),
    of.why ? el('p', { class: 'note' }, of.why) : null,
    of.trouble ? el('p', { class: 'bad' }, of.trouble) : null,
    stages(of),
    of.gates.length ? el('h3', {}, t('plan.gates')) : null,
    of.gates.length ? gateTable(of.gates) : null,
    el('div', { class: 'actions' }, verbs(of).map((verb) => button(verb, t(`plan.${verb}`), () => ask(verb),
      { id: `plan-${verb}`, class: verb === 'approve' ? 'primary' : null }))),
  ];
}

export function render(state) {
  show(byId('plan'), state.plan ?? null, () => (state.plan ? plan(state.plan)
    : el('p', { class: 'soft' }, t('plan.none'))));
}
