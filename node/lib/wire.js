'use strict';
// Values and ports between the addon and JavaScript, for whichever process this is. Bytes are the addon's, values are made of
// them here.

const codec = require('./codec.js');
const { native } = require('./addon.js');

let inbox = null;

/** What the addon's `start` or `attach` has given: the memory that both sides share, and limits. */
function begin(started) {
  inbox = Buffer.from(started.inbox);
  for (const name of ['frame', 'tokens', 'depth']) if (typeof started.limits?.[name] === 'number') codec.limits[name] = started.limits[name];
  const { decodeTime, decodeTimePerByte } = started.limits;
  // V8 collects garbage and compiles meanwhile.
  Object.assign(codec.budget, { time: decodeTime + 100, perByte: decodeTimePerByte, clock: native.processorTime });
}

function take(p, ports = null) {
  if (typeof p === 'number') return codec.decode(inbox, p, ports);
  if (Array.isArray(p)) {
    const [length, ...parts] = p;
    return codec.decode(inbox, length, ports, parts);
  }
  return codec.decode(p, p.byteLength, ports);
}

/** Calls `run` with what the payload is; the reason, as text, when it cannot be had. */
function taking(p, ports, run) {
  let value;
  try {
    value = take(p, ports);
  } catch (error) {
    return String(error?.message ?? error);
  }
  run(value);
  return undefined;
}

/** An encoded value, as functions of the addon take it. */
const lent = (e) => (e.lent === null ? [e.out, e.at] : [e.out, e.at, e.lentAt, e.lent]);

// --- ports

const closing = new FinalizationRegistry((state) => {
  if (state.held) native.port(state.end, 'close');
});

/** What a port of JavaScript's holds an end by: when it is collected, the end closes. */
function holder(end) {
  const state = { end, held: true };
  const hold = (verb) => {
    if (verb === 'end') return end;
    if (verb === 'close' || verb === 'detach' || verb === 'ended') state.held = false;
    if (verb === 'ended') return end;
    const result = native.port(end, verb);
    return verb === 'waits' ? result : end;
  };
  closing.register(hold, state);
  return hold;
}

const detach = (holders) => holders.map((hold) => hold('detach'));

/** The hooks of ports; `hooks()` has those of `dipole/ports`. */
function portHooks(hooks) {
  const adopt = (ends) => ends.map((end) => hooks().port('adopt', holder(end), end));
  return {
    adopt,
    port(end, p, ends) {
      const ports = adopt(ends);
      return taking(p, ports, (message) => hooks().port('message', end, message, ports));
    },
    portRoom(end) { hooks().port('room', end); },
    portClosed(end) { hooks().portClosed(end); },
  };
}

/** What `dipole/ports` needs of its binding. */
const portBinding = {
  markUncloneable(object) { codec.uncloneable.add(object); },
  channel: () => native.channel().map(holder),
  portPost(end, message, ports, holders) {
    const encoded = codec.encode(message, 'message', ports, true);
    native.portPost(end, detach(holders), ...lent(encoded));
  },
};

module.exports = { begin, taking, lent, detach, portHooks, portBinding };
