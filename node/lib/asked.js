'use strict';
// What whoever started main asks of it, and how it is answered: messages with a number each, values as the hex digits
// of their tokens. `script/in_node.rs` of main-proc is one who asks, `testing/app.js` of this package the other.

const Module = require('node:module');
const codec = require('./codec.js');
const { native } = require('./addon.js');

/** A value as hex digits. */
function hex(value, root) {
  const encoded = codec.encode(value, root);
  return encoded.out.toString('hex', 0, encoded.at);
}

/** How answers are told, by `say`. */
function answering(say) {
  return {
    done(id, value) { say({ id, value: hex(value, 'result') }); },
    thrown(id, name, message) { say({ id, error: { name, message } }); },
    heard(contents, channel, args) { say({ event: 'heard', contents, channel, value: hex(args) }); },
    trace(link, contents, pid, incoming, verb, channel, requestId, status, bytes) {
      const encoded = Buffer.from(bytes).toString('hex');
      say({ event: 'trace', link, contents, pid, incoming, verb, channel, requestId, status, encoded });
    },
  };
}

function counts(names) {
  const found = {};
  for (const name of names) found[name] = (found[name] ?? 0) + 1;
  return found;
}

function addressOf({ url }) {
  return url === '' ? 'no page' : native.shown(url.slice(0, 200)) + (url.length > 200 ? '...' : '');
}

/** An argument: of an object with a `value`, what those digits mean. */
function given(arg) {
  return typeof arg?.value === 'string' ? codec.decode(Buffer.from(arg.value, 'hex')) : arg;
}

/** Who answers for that main. `operations` are more than main's control has. */
function createAsked(main, driver, say, operations = {}) {
  const answers = {
    pages: () => JSON.parse(main.control.pageList()),
    windows: () => JSON.parse(main.control.windows()),
    channels: () => JSON.parse(main.control.channels()),
    openWindows: () => JSON.parse(main.control.describePages()).filter((page) => page.window).map((page) => {
      const title = native.shown(page.title);
      const name = `window ${page.id}${title === '' ? '' : ` '${title}'`}`;
      return `${name} is open: ${addressOf(page)}${page.crashed ? ', whose renderer is gone' : ''}`;
    }),
    pending() {
      const loading = JSON.parse(main.control.describePages()).filter((page) => page.loading);
      const lines = loading.map((page) => `renderer ${page.id}: loads ${addressOf(page)}`);
      const { Timeout = 0, Immediate = 0, ...others } = counts(process.getActiveResourcesInfo());
      lines.push(...native.pending());
      if (Timeout > 0) lines.push(Timeout === 1 ? 'main: a timer' : `main: ${Timeout} timers`);
      for (const name of ['PipeWrap', 'TTYWrap', 'SignalWrap']) delete others[name];
      const named = Object.entries(others).map(([name, count]) => (count === 1 ? name : `${count} ${name}`));
      if (named.length > 0) lines.push(`main: ${named.join(', ')}`);
      return lines;
    },
    loadedFiles: () => Object.keys(Module._cache),
    reloadPages: (changed) => main.host.internal('dipole/watched').reload(changed),
    stopTyped: () => false,
  };
  for (const name of [
    'hasRenderer', 'isOpen', 'hasActed', 'ending', 'lost', 'lastLoss', 'failedFor', 'recordedPermissions',
  ]) {
    answers[name] = (...args) => native[name](...args);
  }

  /** Does what an `operation` says, or answers what is asked for. */
  function take(message) {
    if (message.do === 'ask') {
      let value = null;
      try {
        value = answers[message.name](...message.args) ?? null;
      } catch (error) {
        process.emitWarning(error);
      }
      return say({ id: message.id, value });
    }
    let args;
    try {
      args = message.args.map(given);
    } catch (error) {
      return driver.thrown(message.id, 'Error', error.message);
    }
    const run = Object.hasOwn(operations, message.name) ? operations[message.name] : main.control[message.name];
    return run(message.id, ...args);
  }

  return { answers, take };
}

module.exports = { answering, createAsked, hex };
