// The page's words in the reader's language, and numbers and times as they are written there.

const LANGUAGES = ['en', 'ja'];
let language = 'en';
let words = {};

function wanted() {
  const chosen = localStorage.getItem('language');
  const all = [chosen, ...navigator.languages.map((each) => each.slice(0, 2)), 'en'];
  return all.find((each) => LANGUAGES.includes(each));
}

/** Reads the dictionary and writes its words into the page. */
export async function load(chosen) {
  if (chosen) {
    localStorage.setItem('language', chosen);
  }
  language = wanted();
  const answer = await fetch(`/page/${language}.json`);
  words = await answer.json();
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll('[data-t]')) {
    element.textContent = t(element.dataset.t);
  }
  return language;
}

/** The words of a key, `{name}` replaced by the value of that name. */
export function t(key, values = {}) {
  const text = words[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** The words for a value that the bridge may know more of than the page does: then the value itself. */
export const name = (kind, value) => words[`${kind}.${value}`] ?? value;

export const number = (value, digits = 0) =>
  new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value ?? 0);

export function bytes(value) {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'];
  const power = Math.min(units.length - 1, value > 0 ? Math.floor(Math.log10(value) / 3) : 0);
  return new Intl.NumberFormat(language, { style: 'unit', unit: units[power], maximumFractionDigits: power ? 1 : 0 })
    .format(value / 1000 ** power);
}

export function millis(value) {
  const seconds = value / 1000;
  const unit = (amount, of, digits) => new Intl.NumberFormat(language,
    { style: 'unit', unit: of, maximumFractionDigits: digits }).format(amount);
  if (value < 1000) {
    return unit(value, 'millisecond', value < 10 ? 2 : 0);
  }
  if (seconds < 120) {
    return unit(seconds, 'second', seconds < 10 ? 1 : 0);
  }
  return seconds < 7200 ? unit(seconds / 60, 'minute', 0) : unit(seconds / 3600, 'hour', 1);
}

/** Hour and minute, as short as it goes. */
export const minute = (when) => new Intl.DateTimeFormat(language,
  { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(when);

/** A time of today without its date. */
export function time(iso) {
  const when = new Date(iso);
  const today = when.toDateString() === new Date().toDateString();
  return new Intl.DateTimeFormat(language,
    today ? { timeStyle: 'medium', hourCycle: 'h23' } : { dateStyle: 'short', timeStyle: 'short', hourCycle: 'h23' }).format(when);
}
