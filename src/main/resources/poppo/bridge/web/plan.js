// The plan under way: its stages, its gates, and what an operator does with it.

import { send } from './api.js';
import { confirm, reasonField, reasonOf, say } from './dialog.js';
import { button, byId, el, show } from './dom.js';
import { gateTable } from './moves.js';
import { start } from './plans.js';
import { stages } from './stages.js';
import { name, t, time } from './words.js';

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

function plan(of) {
  const possible = verbs(of);
  return [
    el('p', {}, el('strong', {}, of.name), ' · ', name('plan.state', of.state),
      of.state === 'running' ? ` · ${name('plan.waitsFor', of.waitsFor)}` : '',
      of.until ? ` · ${t('plan.until', { time: time(of.until) })}` : ''),
    of.why ? el('p', { class: 'note' }, of.why) : null,
    of.trouble ? el('p', { class: 'bad' }, of.trouble) : null,
    stages(of),
    of.gates.length ? el('h3', {}, t('plan.gates')) : null,
    of.gates.length ? gateTable(of.gates) : null,
    el('div', { class: 'actions' }, possible.map((verb) => button(verb, t(`plan.${verb}`), () => ask(verb),
      { id: `plan-${verb}`, class: verb === 'approve' ? 'primary' : null })),
    possible.length ? null : startButton()),
  ];
}

const startButton = () => button('start', t('plans.button'), () => start().catch((refused) => say(refused.message, true)),
  { id: 'plan-start' });

export function render(state) {
  show(byId('plan'), state.plan ?? null, () => (state.plan ? plan(state.plan)
    : [el('p', { class: 'soft' }, t('plan.none')), el('div', { class: 'actions' }, startButton())]));
}
