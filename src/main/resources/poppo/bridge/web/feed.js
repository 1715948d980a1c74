// The live state of a project: server-sent events by fetch, because an EventSource can't send a token.

import { call, ofProject, Refused } from './api.js';

/** No event for so long means the connection is dead, since there is one each second. */
const SILENCE = 8000;
const PAUSE = 2000;

/** RFC 7396, in place. */
export function merge(target, patch) {
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) {
      delete target[key];
    } else if (typeof value === 'object' && !Array.isArray(value)) {
      const inner = target[key];
      const isObject = typeof inner === 'object' && inner !== null && !Array.isArray(inner);
      target[key] = merge(isObject ? inner : {}, value);
    } else {
      target[key] = value;
    }
  }
  return target;
}

/** Calls `onState` with the whole state at every change, and `onConnection` with live, lost or the refusal. */
export class Feed {
  constructor(onState, onConnection) {
    this.onState = onState;
    this.onConnection = onConnection;
    this.run = 0;
  }

  stop() {
    this.run++;
    this.abort?.abort();
  }

  async start() {
    this.stop();
    const run = this.run;
    while (run === this.run) {
      try {
        await this.follow(run);
        this.lost(run, 'lost');
      } catch (failure) {
        this.lost(run, failure instanceof Refused ? failure : 'lost');
      }
      await new Promise((wake) => setTimeout(wake, PAUSE));
    }
  }

  lost(run, how) {
    if (run === this.run) {
      this.onConnection(how);
    }
  }

  async follow(run) {
    this.abort = new AbortController();
    const answer = await call(ofProject('migration/live'), { signal: this.abort.signal });
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    let state = null;
    for (;;) {
      const watchdog = setTimeout(() => this.abort.abort(), SILENCE);
      const { done, value } = await reader.read().finally(() => clearTimeout(watchdog));
      if (done || run !== this.run) {
        return;
      }
      const events = (text + value).split('\n\n');
      text = events.pop();
      for (const event of events) {
        state = this.apply(state, event);
      }
      if (state) {
        this.onConnection('live');
        this.onState(state);
      }
    }
  }

  apply(state, event) {
    const field = (name) => event.split('\n').find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
    const data = field('data');
    if (!data) {
      return state;
    }
    return field('event') === 'state' ? JSON.parse(data) : merge(state, JSON.parse(data));
  }
}
