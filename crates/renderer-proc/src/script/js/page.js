'use strict';
// Set-up of a page's world: message ports, and copies of values for `postMessage` and `structuredClone`.

const { Reflect, each, lists } = require('internal/intrinsics');
const native = binding('renderer');
const PRELOAD = 999;
const { defineLazy } = binding('host');
const ports = () => require('internal/message_ports');

for (const name of each(['MessageChannel', 'MessagePort'])) defineLazy(globalThis, name, false, () => ports()[name]);

// Timers of a page are numbers, also where Node's `setImmediate` is at hand.
for (const name of each(['setTimeout', 'setInterval'])) {
  defineLazy(globalThis, name, true, () => {
    const make = require('internal/timers')[name];
    return { [name]: (...given) => +Reflect.apply(make, undefined, given) }[name];
  });
}

// The bridge takes what it works with before any script runs.
if (native.isolated) require(native.ownId() === PRELOAD ? 'internal/bridge' : 'internal/bridge_agent');

require('dom').setHooks({
  // The buffers of `{ transfer }` are detached once there is a copy of them.
  clone(value, options) {
    const copy = native.clone(value);
    if (options !== undefined) native.detachBuffers(options.transfer);
    return copy;
  },
  sendPorts: (transfer) => ports().send(transfer),
  receivePorts: (ids) => ports().adopt(ids),
  isPort: (value) => ports().isPort(value),
  channel: () => {
    const channel = new (ports().MessageChannel)();
    return [channel.port1, channel.port2];
  },
  window: (...given) => native.requestSync('window', ...given),
  opener: () => native.opener,
  frameName: () => native.frameName,
  worker: {
    begin: (url, name, isModule, source, isShared) => {
      native.onWorker(require('internal/worker').hear);
      return native.beginWorker(url, name, isModule, source, isShared);
    },
    end: (id) => native.endWorker(id),
    // Whether there was room for it: only then the ports are gone.
    post: (id, message, given) => {
      if (given.length === 0) return native.postToWorker(id, message, [], []);
      const moved = ports().take(given, 'window');
      const isTaken = native.postToWorker(id, message, lists.map(moved, (port) => port.id), lists.map(moved, (port) => port.object));
      if (isTaken) lists.forEach(moved, (port) => { port.gone(); });
      return isTaken;
    },
    answer: (id, number, isValue, value) => native.answerWorker(id, number, isValue, value),
    found: (id, found) => native.readForWorker(id, found),
  },
  read: (...given) => native.request('read', ...given),
  readSync: (...given) => native.requestSync('read', ...given),
});

/** Takes Node's globals from a page that is not meant to have them, once its preload script has run. */
exports.removeNode = () => {
  for (const name of each(['process', 'Buffer', 'global', 'setImmediate', 'clearImmediate'])) delete globalThis[name];
};
