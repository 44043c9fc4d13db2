'use strict';
// Spies in main: a function of Electron, or a handler, in whose place something stands that remembers its calls and
// answers as a test says. What they hear is told to the test as it happens.

const { inspect } = require('node:util');
const { hex } = require('./asked.js');

/** A value as it is told: what cannot be sent is a text that shows it. */
function told(value) {
  try {
    hex(value);
    return value;
  } catch {
    return inspect(value, { depth: 0, customInspect: false }).replace(/\s+/g, ' ').slice(0, 200);
  }
}

/** The operations of spies in that main; `functionOf` makes a function of what a test has sent. */
function createSpies(main, say, functionOf) {
  const { internal } = main.host;
  const all = new Map();

  function find(id) {
    const spy = all.get(id);
    if (spy === undefined) throw new Error('that mock has been restored');
    return spy;
  }

  /** What runs instead: the next answer of those that hold once, the one that holds, or the function itself. */
  function stand(id, original) {
    const spy = { once: [], always: null, original, put: null };
    spy.run = function (...args) {
      const answer = spy.once.shift() ?? spy.always ?? spy.original;
      let type = 'return', value;
      try {
        value = answer === null ? undefined : Reflect.apply(answer, this, args);
        return value;
      } catch (error) {
        type = 'throw';
        value = error;
        throw error;
      } finally {
        const result = value instanceof Promise ? undefined : told(value);
        say({ event: 'called', id, type, value: hex([args.map(told), result]) });
      }
    };
    all.set(id, spy);
    return spy;
  }

  return {
    mock(id, path, name) {
      let holder = internal('electron');
      for (const part of path.split('.')) holder = holder?.[part];
      if (holder === null || holder === undefined) throw new Error(`electron has no '${path}'`);
      if (typeof holder[name] !== 'function') throw new Error(`electron.${path} has no function '${name}'`);
      const own = Object.getOwnPropertyDescriptor(holder, name);
      // As with wdio-electron-service it does nothing until it is told to: nothing is opened, nobody is asked.
      const spy = stand(id, null);
      spy.real = holder[name];
      const { enumerable = true } = own ?? {};
      Object.defineProperty(holder, name, { value: spy.run, writable: true, enumerable, configurable: true });
      spy.put = () => {
        if (own === undefined) delete holder[name];
        else Object.defineProperty(holder, name, own);
      };
    },
    mockHandler(id, channel) {
      const { ipcMain, handlersOf } = internal('dipole/ipc_main');
      const handlers = ipcMain[handlersOf];
      const before = handlers.get(channel);
      const spy = stand(id, null);
      ipcMain.handle(channel, spy.run, { replace: true });
      spy.put = () => {
        ipcMain.removeHandler(channel);
        if (before !== undefined) handlers.set(channel, before);
      };
    },
    mockAnswer(id, kind, once, given) {
      const spy = find(id);
      const answer = {
        returns: () => () => given,
        resolves: () => async () => given,
        rejects: () => async () => { throw given; },
        runs: () => functionOf(given),
        passes: () => spy.real ?? null,
      }[kind]();
      if (once) spy.once.push(answer);
      else spy.always = answer;
    },
    mockReset(id) { Object.assign(find(id), { once: [], always: null }); },
    mockRestore(id) {
      find(id).put();
      all.delete(id);
    },
  };
}

module.exports = { createSpies };
