// Diff reports: the list of those kept, one opened, two compared.

import { call, get, ofProject } from './api.js';
import { close, open, say } from './dialog.js';
import { button, byId, el, show, table } from './dom.js';
import { name, number, t, time } from './words.js';

const SHOWN = 200;
let reports = [];
let chosen = [];
let seen;

const value = (json) => el('code', {}, json === undefined ? t('diffs.absent') : JSON.stringify(json));
const key = (each) => `${each.collection}/${each.record} ${each.pointer}`;

function differences(list) {
  return [
    table(t('diffs.differences'), [t('diffs.record'), t('store.file'), t('store.redis'), t('diffs.cause')],
      list.slice(0, SHOWN).map((each) => [el('code', {}, key(each)), value(each.file), value(each.redis), each.cause])),
    list.length > SHOWN ? el('p', { class: 'soft' }, t('diffs.more', { count: number(list.length - SHOWN) })) : null,
  ];
}

function collections(report) {
  return table(t('diffs.collections'), ['collection', 'compared', 'equal', 'missingInRedis', 'missingInFile', 'different']
    .map((head) => t(`diffs.${head}`)),
  Object.entries(report.collections).map(([collection, counts]) => [el('code', {}, collection), number(counts.compared),
    number(counts.equal), number(counts.missingInRedis), number(counts.missingInFile), number(counts.different)]));
}

async function download(id) {
  const answer = await call(ofProject(`migration/diffs/${id}`), { headers: { Accept: 'text/html' } });
  const url = URL.createObjectURL(await answer.blob());
  el('a', { href: url, download: `${id}.html` }).click();
  URL.revokeObjectURL(url);
}

const read = (id) => get(`migration/diffs/${encodeURIComponent(id)}`);

async function view(id) {
  const report = await read(id);
  return open(t('diffs.report', { id }), (dialog) => [
    el('p', { class: report.verdict }, t(`verdict.${report.verdict}`)),
    collections(report),
    ...(report.differences.length ? differences(report.differences) : [el('p', { class: 'soft' }, t('diffs.none'))]),
    el('div', { class: 'actions' },
      button('download', t('diffs.download'), () => download(id).catch(trouble)), close(dialog)),
  ], { class: 'wide' });
}

/** What the later report has that the earlier one has not, and the other way round. */
async function compare() {
  const [later, earlier] = await Promise.all(reports.filter((each) => chosen.includes(each.id)).map((each) => read(each.id)));
  const without = (one, other) => {
    const known = new Set(other.differences.map(key));
    return one.differences.filter((each) => !known.has(key(each)));
  };
  const came = without(later, earlier);
  const went = without(earlier, later);
  const part = (title, list) => [el('h3', {}, t(title, { count: number(list.length) })),
    ...(list.length ? differences(list) : [])];
  return open(t('diffs.compared.title'), (dialog) => [
    el('p', {}, t('diffs.compared.from', { earlier: earlier.id, later: later.id })),
    ...part('diffs.came', came), ...part('diffs.went', went),
    el('p', { class: 'soft' }, t('diffs.stayed', { count: number(later.differences.length - came.length) })),
    el('div', { class: 'actions' }, close(dialog)),
  ], { class: 'wide' });
}

const trouble = (refused) => say(refused.message, true);

function choose(id, isChosen) {
  chosen = isChosen ? [...chosen, id].slice(-2) : chosen.filter((each) => each !== id);
  draw();
}

function draw() {
  show(byId('diffs'), [reports, chosen], () => {
    if (reports.length === 0) {
      return el('p', { class: 'soft' }, t('diffs.empty'));
    }
    return [
      table(t('diffs.title'), [t('diffs.compare'), t('diffs.when'), t('diffs.verdict'), t('diffs.compared'), t('diffs.different'), t('diffs.open')],
        reports.slice(0, 10).map((each) => [
          el('input', { type: 'checkbox', 'data-key': `choose-${each.id}`, checked: chosen.includes(each.id),
            'aria-label': t('diffs.choose', { id: each.id }), onchange: (event) => choose(each.id, event.target.checked) }),
          time(each.time), el('span', { class: each.verdict }, t(`verdict.${each.verdict}`)),
          number(each.compared), number(each.differing),
          button(`open-${each.id}`, t('diffs.open'), () => view(each.id).catch(trouble),
            { 'aria-label': t('diffs.report', { id: each.id }) })])),
      el('div', { class: 'actions' },
        button('compare', t('diffs.compare.button'), () => compare().catch(trouble), { id: 'compare', disabled: chosen.length !== 2 })),
    ];
  });
}

/** Asks for the list when a diff has come to its end. */
export async function render(state) {
  const now = JSON.stringify([state.status.lastDiff?.id, state.status.job?.id]);
  if (now === seen) {
    return;
  }
  seen = now;
  reports = await get('migration/diffs');
  chosen = chosen.filter((id) => reports.some((each) => each.id === id));
  draw();
}

/** In other words, or of another project. */
export function forget() {
  seen = undefined;
}
