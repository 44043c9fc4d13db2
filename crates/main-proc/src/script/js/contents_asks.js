'use strict';
// What main asks a page for, now or when its page has loaded: scripts, and what its own script has for a channel.

const native = binding('dipole');
const { refusal } = require('dipole/load_errors');

// So long a page may take to answer main.
const ANSWER_WITHIN = 30_000;

class Asks {
  #state;
  #waiting = [];
  // Asks a new page for what the last one had not done yet.
  acting = null;

  constructor(state) {
    this.#state = state;
  }

  execute(code, world) {
    return this.whenLoaded('execute-javascript', [code, world]);
  }

  // As a frame does it: in the page that is there, whatever is on its way.
  executeInFrame(code) {
    const { shownNavigation, crashed } = this.#state;
    if (shownNavigation === 0 || crashed) return this.execute(code, 0);
    return new Promise((resolve, reject) => this.ask('execute-javascript', [code, 0], resolve, reject));
  }

  // Asks the renderer when its page has loaded.
  whenLoaded(channel, args) {
    return new Promise((resolve, reject) => {
      this.later({ run: () => this.ask(channel, args, resolve, reject), reject });
    });
  }

  // Runs that now, if the page has loaded, or when it has.
  later(work) {
    if (this.#state.loading || this.#state.url === '') this.#waiting.push(work);
    else work.run();
  }

  // Asks what the page's own script has for a channel, now or when it has loaded. A page that does not answer is not waited
  // for without end.
  // `timeout` says how long instead, in milliseconds; `signal` ends the waiting before.
  invoke(channel, args, { timeout = ANSWER_WITHIN, signal } = {}) {
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    const failed = (text) => new Error(`Error invoking remote method '${channel}': ${text}`);
    return new Promise((resolve, reject) => {
      const within = timeout % 1000 === 0 ? `${timeout / 1000} seconds` : `${timeout} ms`;
      const late = setTimeout(reject, timeout, failed(`Error: no answer within ${within}`));
      const settle = (how, value) => {
        clearTimeout(late);
        signal?.removeEventListener('abort', aborted);
        how(value);
      };
      function aborted() { settle(reject, signal.reason); }
      signal?.addEventListener('abort', aborted);
      const run = () => {
        try {
          native.invokePage(this.#state.link, channel, args, (status, value) => {
            if (status === 'ok') settle(resolve, value);
            else if (status === 'no-handler') settle(reject, failed(`Error: No handler registered for '${channel}'`));
            else settle(reject, failed(String(refusal(status, value))));
          });
        } catch (error) {
          settle(reject, error);
        }
      };
      this.later({ run, reject: (error) => settle(reject, error) });
    });
  }

  // Asks the renderer; settles with its answer as the page would have seen it.
  ask(channel, args, resolve, reject) {
    try {
      native.invoke(this.#state.link, channel, args, (status, value) => {
        if (status === 'ok') resolve(value);
        else reject(refusal(status, value));
      });
    } catch (error) {
      reject(error);
    }
  }

  // The page has loaded, or never will.
  run() {
    if (this.acting !== null) this.acting();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { run } of waiting) run();
  }

  drop(text) {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { reject } of waiting) reject(new Error(text));
  }
}

module.exports = { Asks };
