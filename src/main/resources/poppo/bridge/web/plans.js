// Starting a plan: one is chosen or written, checked at each change, and begun.

import { get, sendPlan } from './api.js';
import { choice, confirm, say } from './dialog.js';
import { el } from './dom.js';
import { gateTable } from './moves.js';
import { stages } from './stages.js';
import { number, t } from './words.js';

/** So long nothing is typed before the text is checked. */
const PAUSE = 500;

function checked(check) {
  if (!check.valid) {
    return [
      el('p', { class: 'bad', id: 'plan-check' }, t('plans.faults', { count: number(check.faults.length) })),
      el('ul', { class: 'faults' }, check.faults.map((fault) =>
        el('li', {}, t('plans.fault', { line: fault.line, column: fault.column, message: fault.message })))),
    ];
  }
  return [
    el('p', { class: 'good', id: 'plan-check' }, t('plans.valid', { name: check.name })),
    stages(check),
    ...(check.gates?.length ? [el('h3', {}, t('plans.gates', { stage: check.toward })), gateTable(check.gates)] : []),
  ];
}

/** Asks which plan; what would be done stands there before it can be begun. */
export async function start() {
  const known = await get('migration/plans');
  const result = el('div', { 'aria-live': 'polite' });
  const text = el('textarea', { id: 'plan-text', rows: 10, spellcheck: 'false', required: true });
  const chosen = choice(t('plans.choose'), 'plan-known',
    known.map((each, place) => [place, t(`plans.${each.origin}`, { name: each.name }), place === 0]));
  const content = el('div', {}, el('p', {}, t('plans.promise')), chosen,
    el('details', { id: 'plan-details' }, el('summary', {}, t('plans.text')),
      el('label', {}, el('span', { class: 'unseen' }, t('plans.text')), text)), result);
  let asked = 0;
  const check = async () => {
    const go = content.parentElement.querySelector('#confirm');
    const mine = ++asked;
    go.disabled = true;
    result.setAttribute('aria-busy', 'true');
    let found;
    try {
      const answer = await sendPlan('migration/plans/check', text.value);
      found = { isValid: answer.valid, shown: checked(answer) };
    } catch (refused) {
      found = { isValid: false, shown: [el('p', { class: 'bad' }, refused.message)] };
    }
    if (mine === asked) {
      result.replaceChildren(...found.shown);
      result.removeAttribute('aria-busy');
      go.disabled = !found.isValid;
    }
  };
  const choose = () => {
    text.value = known[chosen.querySelector('select').value].text;
    return check();
  };
  let typing;
  text.addEventListener('input', () => {
    clearTimeout(typing);
    content.parentElement.querySelector('#confirm').disabled = true;
    typing = setTimeout(check, PAUSE);
  });
  chosen.addEventListener('change', choose);
  const closed = confirm(t('plans.title'), content, t('plans.go'), async () => {
    const status = await sendPlan('migration/plan', text.value);
    say(t('plans.started', { name: status.name }));
  }, { class: 'wide' });
  choose();
  return closed;
}
