// The moves of the phase flag: up by the gates, back at any time.

import { send } from './api.js';
import { cancel, choice, confirm, open, reasonField, reasonOf, say } from './dialog.js';
import { button, byId, el, show, table } from './dom.js';
import { PHASES, cost } from './standing.js';
import { millis, number, t } from './words.js';

let status = null;

/** How gates were judged: what was measured against what is asked for. */
export const gateTable = (gates) => table(t('gates.title'),
  [t('gates.gate'), t('gates.measured'), t('gates.bound')],
  gates.map((gate) => ({
    state: gate.passed ? 'good' : 'bad',
    cells: [el('span', {}, el('span', { class: 'mark', 'aria-hidden': 'true' }, gate.passed ? '✓' : '✗'),
      el('span', { class: 'unseen' }, t(gate.passed ? 'gates.passed' : 'gates.failed')), ` ${gate.name}`),
    gate.measured, gate.bound],
  })));

function said(change) {
  say(t('moved', { phase: change.to, copied: number(change.copied), pause: millis(change.pauseMillis ?? 0) }));
}

const percentField = (key, value) => el('label', { class: 'row', id: `${key}-row` }, el('span', {}, t(`move.${key}`)),
  el('input', { id: key, type: 'number', min: 0, max: 100, step: 1, value, required: true }));

/**
 * First judged, then moved: the same request, once with dryRun and once without. Where a gate fails it can be forced, with
 * a reason.
 */
function move() {
  const from = PHASES.indexOf(status.phase);
  const first = Math.min(from + 1, PHASES.length - 1);
  const targets = PHASES.slice(from).filter((phase) => phase !== 'file')
    .map((phase) => [phase, phase, phase === PHASES[first]]);
  return open(t('move.title'), (dialog) => {
    const cost = el('p', { class: 'note' });
    const result = el('div', { 'aria-live': 'polite' });
    const judge = button('judge', t('move.judge'), null, { id: 'judge', class: 'primary' });
    const go = button('go', t('move.go'), null, { id: 'go', class: 'primary', hidden: true });
    const force = button('force', t('move.force'), null, { id: 'force', class: 'danger', hidden: true });
    const form = el('form', { onsubmit: (event) => event.preventDefault() },
      choice(t('move.to'), 'target', targets), percentField('readPercent', 100), percentField('writePercent', 100),
      reasonField());
    const target = () => form.querySelector('#target').value;
    const reason = form.querySelector('#reason');
    const request = (how) => ({
      phase: target(),
      readPercent: form.querySelector('#readPercent').valueAsNumber,
      writePercent: form.querySelector('#writePercent').valueAsNumber,
      reason: reasonOf(dialog),
      ...how,
    });
    const changed = () => {
      form.querySelector('#readPercent-row').hidden = target() !== 'redis-read';
      form.querySelector('#writePercent-row').hidden = target() !== 'redis-write';
      cost.textContent = t(`move.cost.${target()}`);
      result.replaceChildren();
      judge.hidden = false;
      go.hidden = force.hidden = true;
    };
    const ask = async (how) => {
      reason.required = Boolean(how.force);
      if (!form.reportValidity()) {
        return;
      }
      dialog.setAttribute('aria-busy', 'true');
      judge.disabled = go.disabled = force.disabled = true;
      try {
        const answer = await send('PUT', 'migration/phase', request(how));
        if (!how.dryRun) {
          said(answer);
          dialog.close('done');
          return;
        }
        judged(answer.gates, answer.passed);
      } catch (refused) {
        judged(refused.problem?.gates ?? [], false, refused.message);
      } finally {
        dialog.removeAttribute('aria-busy');
        judge.disabled = go.disabled = force.disabled = false;
      }
    };
    const judged = (gates, passed, trouble) => {
      const isRefused = gates.some((gate) => !gate.passed);
      result.replaceChildren(
        el('p', { class: passed ? 'good' : 'bad', id: 'judgement' },
          trouble ?? t(passed ? 'move.passed' : 'move.failed')),
        ...(gates.length ? [gateTable(gates)] : []),
        ...(isRefused ? [el('p', { class: 'note' }, t('move.force.cost'))] : []));
      go.hidden = !passed;
      force.hidden = !isRefused;
      judge.textContent = t('move.again');
      if (passed) {
        go.focus();
      }
    };
    judge.addEventListener('click', () => ask({ dryRun: true }));
    go.addEventListener('click', () => ask({}));
    force.addEventListener('click', () => ask({ force: true }));
    form.addEventListener('input', (event) => event.target.id === 'reason' || changed());
    changed();
    return [form, cost, result, el('div', { class: 'actions' }, judge, go, force, cancel(dialog))];
  });
}

/** One confirmation, which says what it costs. */
export function rollback() {
  const below = PHASES.slice(0, PHASES.indexOf(status.phase) + 1).filter((phase) => phase !== status.phase);
  const content = el('div', {},
    el('p', {}, t('rollback.promise')),
    el('p', { class: 'note' }, cost(status.rollback)),
    choice(t('rollback.to'), 'to', below.map((phase) => [phase, phase, phase === 'file'])),
    reasonField());
  return confirm(t('rollback.title'), content, t('rollback.go'), async (dialog) => {
    said(await send('POST', 'migration/rollback', { to: dialog.querySelector('#to').value, reason: reasonOf(dialog) }));
  }, { isDanger: true });
}

export function render(state) {
  status = state.status;
  byId('rollback').disabled = status.phase === 'file';
  show(byId('moves'), status.phase === 'redis-only', () => (status.phase === 'redis-only'
    ? [] : [button('move', t('move.button'), move, { id: 'move', class: 'primary' })]));
}
