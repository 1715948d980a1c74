// The page's beginning: language, project, feed; and what is drawn when the state changes.

import { choose, get, projects, Refused } from './api.js';
import * as charts from './charts.js';
import * as diffs from './diffs.js';
import * as documents from './documents.js';
import { say } from './dialog.js';
import { byId, el, forget, show } from './dom.js';
import { Feed } from './feed.js';
import * as lists from './lists.js';
import * as moves from './moves.js';
import * as plan from './plan.js';
import * as standing from './standing.js';
import * as work from './work.js';
import { load, t } from './words.js';

let state = null;
let history = null;

function render() {
  if (!state) {
    return;
  }
  document.body.dataset.phase = state.status.phase;
  standing.render(state);
  moves.render(state);
  work.render(state);
  plan.render(state);
  lists.render(state);
  charts.render(state.point);
  diffs.render(state).catch((refused) => say(refused.message, true));
}

function connection(how) {
  const key = how instanceof Refused ? 'refused' : how;
  document.body.dataset.connection = key;
  show(byId('connection'), [key, how.message, document.documentElement.lang],
    () => (how instanceof Refused ? how.message : t(`connection.${key}`)));
  if (key !== 'live') {
    history = null;
  }
}

const feed = new Feed(async (next) => {
  state = next;
  render();
  if (!history) {
    // After a gap too: the points that were missed are in it.
    history = get('migration/history').then(charts.begin).catch(() => { history = null; });
  }
}, connection);

/** Which project: the one named behind the #, or the first. */
function follow(list) {
  const wanted = decodeURIComponent(location.hash.slice(1));
  const name = list.some((each) => each.name === wanted) ? wanted : list[0].name;
  byId('project').value = name;
  choose(name);
  diffs.forget();
  history = null;
  feed.start();
}

async function language(chosen) {
  byId('language').value = await load(chosen);
  forget();
  diffs.forget();
  render();
  charts.redraw();
}

async function begin() {
  await language();
  byId('language').addEventListener('change', (event) => language(event.target.value));
  byId('rollback').addEventListener('click', moves.rollback);
  documents.begin();
  connection('connecting');
  const list = await projects();
  byId('project').append(...list.map(({ name }) => el('option', { value: name }, name)));
  byId('project-field').hidden = list.length < 2;
  byId('project').addEventListener('change', (event) => { location.hash = encodeURIComponent(event.target.value); });
  addEventListener('hashchange', () => follow(list));
  follow(list);
}

await begin();
