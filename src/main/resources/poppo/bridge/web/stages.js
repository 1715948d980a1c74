// The stages of a plan, whether it runs or is only looked at.

import { el, table } from './dom.js';
import { millis, name, t } from './words.js';

const asked = (asks) => Object.entries(asks).map(([gate, bound]) => `${gate} ${bound}`).join(', ') || '–';

/** The stages with what each asks for beyond what every phase change does. */
export function stages(plan) {
  return table(t('plan.stages'), [t('plan.stage'), t('plan.phase'), t('plan.hold'), t('plan.approval'), t('plan.asks'), t('plan.breach')],
    plan.stages.map((stage) => ({
      state: stage.state,
      cells: [
        el('span', { 'aria-current': stage.state === 'present' ? 'step' : null },
          el('span', { class: 'mark', 'aria-hidden': 'true' },
            stage.state === 'passed' ? '✓' : stage.state === 'present' ? '▶' : '○'),
          el('span', { class: 'unseen' }, t(`plan.place.${stage.state}`)), ` ${stage.name}`),
        `${stage.phase}${percent(stage)}`, stage.holdSeconds ? millis(stage.holdSeconds * 1000) : '–', stage.approval ? t('plan.needed') : '–',
        asked(stage.asks),
        name('plan.onBreach', stage.onBreach)],
    })));
}

function percent(stage) {
  const value = { 'redis-read': stage.readPercent, 'redis-write': stage.writePercent }[stage.phase];
  return value === undefined ? '' : ` ${value} %`;
}
