// The last hour in charts, drawn by uPlot.

import { byId, el } from './dom.js';
import { bytes, millis, minute, number, t, time } from './words.js';

/* global uPlot */

const HOUR = 3600;
/** So much is drawn at least, so that a bridge just started doesn't show an empty hour. */
const SHORTEST = 300;
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

/** From when to when the charts reach. */
function span() {
  const end = columns.time.at(-1) ?? Date.now() / 1000;
  const first = columns.time[0] ?? end;
  return [Math.max(end - HOUR, Math.min(first, end - SHORTEST)), end];
}

const powersOfTen = (plot, splits) => splits.map((each) => (Number.isInteger(Math.log10(each)) ? each : null));

function options(chart, width) {
  const line = { stroke: colour('--soft'), grid: { stroke: colour('--line'), width: 1 }, ticks: { show: false } };
  return {
    width,
    height: 150,
    padding: [8, 20, 0, 0],
    cursor: { points: { size: 6 }, drag: { x: false, y: false }, sync: { key: 'hour' } },
    legend: { live: true },
    scales: {
      x: { range: span },
      y: chart.isLog ? { distr: 3 } : { range: (plot, low, high) => [0, Math.max(4, high * 1.1)] },
    },
    axes: [
      { ...line, size: 26, values: (plot, splits) => splits.map((each) => minute(each * 1000)) },
      {
        ...line,
        size: 62,
        grid: chart.isLog ? { ...line.grid, filter: powersOfTen } : line.grid,
        values: (plot, splits) => splits.map((each) => (each === null ? '' : chart.write(each))),
      },
    ],
    series: [
      { label: t('chart.time'), value: (plot, at) => (at === null ? '–' : time(at * 1000)) },
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
    tellLast(each.plot);
    each.body.setAttribute('aria-label', summary(each.chart));
  }
}

/** The legend says the last values while nobody points at others. */
function tellLast(plot) {
  if (plot.cursor.idx === null || plot.cursor.idx === undefined || plot.cursor.left < 0) {
    plot.setLegend({ idx: columns.time.length - 1 }, false);
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
    tellLast(plot);
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
      queueMicrotask(() => tellLast(plot));
    }
  }
}).observe(byId('charts'));
