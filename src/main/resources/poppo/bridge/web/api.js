// Calls of the operator API. The token, where the bridge wants one, stays in this tab.

import { askForToken } from './dialog.js';

const TOKEN = 'token';
let project = 'default';

export function choose(name) {
  project = name;
}

/** Whether the bridge wanted a token: then a plain link is refused. */
export const hasToken = () => sessionStorage.getItem(TOKEN) !== null;

/** What the bridge refused, in its own words. */
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail ?? problem.title ?? `HTTP ${status}`);
    this.status = status;
    this.problem = problem;
  }
}

/** A fetch with the token; asks for one as often as it takes. */
export async function call(path, options = {}) {
  for (;;) {
    const token = sessionStorage.getItem(TOKEN);
    const headers = { ...options.headers };
    if (token) {
      headers.Authorization = `Bearer ${token}`;
    }
    const answer = await fetch(path, { ...options, headers });
    const problem = answer.ok ? null : await answer.json().catch(() => ({}));
    if (!problem) {
      return answer;
    }
    const wrongToken = answer.status === 401 || (answer.status === 403 && token);
    if (!wrongToken) {
      throw new Refused(answer.status, problem);
    }
    if (sessionStorage.getItem(TOKEN) === token) {
      sessionStorage.setItem(TOKEN, await askForToken(token ? problem.detail : null));
    }
  }
}

export const ofProject = (path) => `/v1/projects/${encodeURIComponent(project)}/${path}`;

export const get = async (path) => (await call(ofProject(path))).json();

export async function send(method, path, body) {
  const options = body === undefined ? { method }
    : { method, body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } };
  const answer = await call(ofProject(path), options);
  return answer.status === 204 ? null : answer.json();
}

/** What the bridge says of a plan, which it is given as it is written. */
export async function sendPlan(path, text) {
  const answer = await call(ofProject(path),
    { method: 'POST', body: text, headers: { 'Content-Type': 'application/yaml' } });
  return answer.json();
}

export const projects = async () => (await call('/v1/projects')).json();
