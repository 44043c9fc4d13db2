'use strict';
// Waits with an end that says for what. The clock is the real one, whatever a test has put in its place.

const { setTimeout, clearTimeout, setImmediate, Date } = globalThis;

/** What was waited for did not come in time. */
class TimeoutError extends Error {
  constructor(what, ms) {
    super(`${what}: not within ${ms} ms`);
    this.name = 'TimeoutError';
  }
}

/** What comes of the promise, or after so long an error that says what (a text, or a function) was waited for. */
async function within(promise, what, ms) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new TimeoutError(typeof what === 'function' ? what() : what, ms)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

const EVERY = 20;

/** Asks again and again until the answer is `done`; `why` says in words why the last one was not. */
async function until(ask, done, what, ms, why = () => '') {
  const end = Date.now() + ms;
  for (;;) {
    const answer = await ask();
    if (done(answer)) return answer;
    if (Date.now() >= end) {
      const reason = why(answer);
      throw new TimeoutError(reason === '' ? what : `${what} (${reason})`, ms);
    }
    await new Promise((resolve) => { setTimeout(resolve, EVERY); });
  }
}

module.exports = { TimeoutError, within, until, setTimeout, clearTimeout, setImmediate };
