'use strict';
// A spy in main, seen from the test: a function as `vi.fn()` and `jest.fn()` make them, so that `expect` of either
// takes it.

const { until } = require('./deadline.js');

let last = 0;
let order = 0;

/** A spy of that app. `put` is the operation that makes it, `settings` what it needs. */
function createSpy(app, name, put, settings) {
  const id = ++last;
  let shownName = name;
  const state = {};
  const forget = () => Object.assign(state, {
    calls: [], results: [], settledResults: [], instances: [], contexts: [], invocationCallOrder: [],
    lastCall: undefined,
  });
  forget();

  const spy = function () { throw new Error(`'${name}' stands in main: it is called there, and not by the test`); };
  const does = (operation, ...args) => app._operation(`${name}: ${operation}`, operation, app._timeout, id, ...args);
  const answers = async (kind, once, given) => {
    await does('mockAnswer', kind, once, kind === 'runs' ? app._function(given) : app._value(given));
    return spy;
  };

  Object.assign(spy, {
    _isMockFunction: true,
    mock: state,
    mockName(given) { shownName = given; return spy; },
    getMockName: () => shownName,
    /** Takes in all calls that there have been until now. */
    async update() { await does('sync'); return spy; },
    /** Waits until it has been called so often. */
    async waitForCall({ times = 1, timeout = app._timeout } = {}) {
      const why = (count) => `it has been called ${count} times, and not ${times}`;
      await until(async () => state.calls.length, (count) => count >= times, `a call of ${name}`, timeout, why);
      return state.calls[times - 1];
    },
    async mockClear() { await does('sync'); forget(); return spy; },
    async mockReset() { await does('mockReset'); forget(); return spy; },
    async mockRestore() {
      await does('mockRestore');
      forget();
      app._spies.delete(id);
    },
    mockImplementation: (run) => answers('runs', false, run),
    mockImplementationOnce: (run) => answers('runs', true, run),
    mockReturnValue: (value) => answers('returns', false, value),
    mockReturnValueOnce: (value) => answers('returns', true, value),
    mockResolvedValue: (value) => answers('resolves', false, value),
    mockResolvedValueOnce: (value) => answers('resolves', true, value),
    mockRejectedValue: (value) => answers('rejects', false, value),
    mockRejectedValueOnce: (value) => answers('rejects', true, value),
    /** What is spied on does its work again, and its calls are still told. */
    mockPassThrough: () => answers('passes', false),
    _heard(type, [args, value]) {
      state.calls.push(args);
      state.results.push({ type, value });
      state.settledResults.push({ type: type === 'throw' ? 'rejected' : 'fulfilled', value });
      state.instances.push(undefined);
      state.contexts.push(undefined);
      state.invocationCallOrder.push(++order);
      state.lastCall = args;
    },
  });
  app._spies.set(id, spy);
  return app._operation(name, put, app._timeout, id, ...settings).then(() => spy);
}

module.exports = { createSpy };
