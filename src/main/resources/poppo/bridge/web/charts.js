// The last hour in charts, drawn by uPlot.

import { byId, el } from './dom.js';
import { bytes, millis, number, t } from './words.js';

/* global uPlot */

const HOUR = 3600;
const POINTS = 720;

const perSecond = (value) => number(value, 1);
const fromMicros = (value) => (value === null ? '–' : millis(value / 1000));

/** Each chart: what it draws of the columns, in which colours of the page, and how a value is written. */
const CHARTS = [
  { key: 'calls', write: perSecond, series: [['file', 'fileCalls', '--file'], ['redis', 'redisCalls', '--redis']],
    value: (calls, seconds) => calls / seconds },
  { key: 'latency', write: fromMicros, isLog: true,
    series: [['file.p50', 'fileP50', '--file', true], ['file.p99', 'fileP99', '--file'],
      ['redis.p50', 'redisP50', '--redis', true], ['redis.p99', 'redisP99', '--redis']],
    value: (micros) => (micros === 0 ? null : micros) },
  { key: 'mismatches', write: number, series: [['mismatches', 'mismatches', '--bad']], value: (count) => count },
  { key: 'fallbacks', write: number, series: [['fallbacks', 'fallbacks', '--warn']], value: (count) => count },
  { key: 'journal', write: bytes, series: [['journal', 'journalBytes', '--accent']], value: (size) => size },
];

let columns = null;
let names = [];
let seconds = 5;
let drawn = [];

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function data(chart) {
  return [columns.time, ...chart.series.map(([, column]) => columns[column].map((each) => chart.value(each, seconds)))];
}

function options(chart, width) {
  const line = { stroke: colour('--soft'), grid: { stroke: colour('--line'), width: 1 }, ticks: { show: false } };
  return {
    width,
    height: 150,
    cursor: { points: { size: 6 }, drag: { x: false, y: false }, sync: { key: 'hour' } },
    legend: { live: true },
    scales: {
      x: { range: () => { const end = columns.time.at(-1) ?? Date.now() / 1000; return [end - HOUR, end]; } },
      y: chart.isLog ? { distr: 3 } : { range: (plot, low, high) => [0, high > 0 ? high * 1.1 : 1] },
    },
    axes: [
      { ...line, size: 26, values: (plot, splits) => splits.map((each) => new Intl.DateTimeFormat(document.documentElement.lang, { hour: '2-digit', minute: '2-digit' }).format(each * 1000)) },
      { ...line, size: 62, values: (plot, splits) => splits.map((each) => (each === null ? '' : chart.write(each))) },
    ],
    series: [
      { label: t('chart.time'), value: (plot, at) => (at === null ? '–' : new Date(at * 1000).toLocaleTimeString(document.documentElement.lang)) },
      ...chart.series.map(([key, , stroke, isThin]) => ({
        label: t(`series.${key}`), stroke: colour(stroke), width: isThin ? 1 : 2, dash: isThin ? [4, 3] : undefined,
        points: { show: false }, value: (plot, value) => (value === null ? '–' : chart.write(value)),
      })),
    ],
  };
}

/** The last values, for who can't see the curves. */
function summary(chart) {
  const values = data(chart).slice(1)
    .map((values, place) => `${t(`series.${chart.series[place][0]}`)} ${chart.write(values.at(-1) ?? 0)}`);
  return t('chart.now', { values: values.join(', ') });
}

function draw() {
  drawn.forEach(({ plot }) => plot.destroy());
  const place = byId('charts');
  drawn = CHARTS.map((chart) => {
    const body = el('div', { role: 'img' });
    const figure = el('figure', { id: `chart-${chart.key}` }, el('figcaption', {}, t(`chart.${chart.key}`)), body);
    return { chart, body, figure };
  });
  place.replaceChildren(...drawn.map(({ figure }) => figure));
  for (const each of drawn) {
    each.plot = new uPlot(options(each.chart, each.body.clientWidth), data(each.chart), each.body);
    each.body.setAttribute('aria-label', summary(each.chart));
  }
}

/** Begins with what the bridge remembers. */
export function begin(history) {
  seconds = history.everySeconds;
  columns = history.columns;
  names = Object.keys(columns);
  draw();
}

/** A new point from the feed, which tells each several times. */
export function render(point) {
  if (!columns || point.length === 0 || point[0] <= (columns.time.at(-1) ?? 0)) {
    return;
  }
  names.forEach((name, place) => {
    columns[name].push(point[place]);
    if (columns[name].length > POINTS) {
      columns[name].shift();
    }
  });
  for (const { chart, plot, body } of drawn) {
    plot.setData(data(chart));
    body.setAttribute('aria-label', summary(chart));
  }
}

/** In other words or colours. */
export function redraw() {
  if (columns) {
    draw();
  }
}

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
new ResizeObserver(() => {
  for (const { plot, body } of drawn) {
    if (plot && body.clientWidth > 0 && plot.width !== body.clientWidth) {
      plot.setSize({ width: body.clientWidth, height: 150 });
    }
  }
}).observe(byId('charts'));
