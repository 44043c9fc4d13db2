'use strict';
// Messages at ports, what most events of busy pages are.
//
// This may be loaded when a page has replaced what is built in, so nothing built in is handed an event's state: who had
// one could make events that look like the user's to other worlds.

const { report } = require('dom/core');
const { State, eventOf, interfaceOf, message, now } = require('dom/events');
const { Listeners, alone, dispatch } = require('dom/target');

// The one that is under way.
let delivered = null;

// The state of a message's event on the short way. It has what differs from message to message; what a dispatch sets
// elsewhere follows from whether it is the one that is being delivered.
function Delivery(target, data, ports) {
  this.target = target;
  this.data = data;
  this.time = now();
  if (ports !== null) this.ports = ports;
}
Delivery.prototype = {
  __proto__: State.prototype,
  type: 'message', interfaceName: 'MessageEvent', trusted: true,
  // Its init members are its own.
  get fields() { return this; },
  data: message.data, origin: message.origin, lastEventId: message.lastEventId, source: message.source, ports: message.ports,
  // A script may dispatch its event anew, which sets them.
  again: null,
  get dispatching() { return delivered === this || this.again?.dispatching === true; },
  get phase() { return delivered === this ? 2 : this.again?.phase ?? 0; },
  get path() { return delivered === this ? alone : this.again?.path ?? null; },
  get currentTarget() { return delivered === this ? this.target : this.again?.currentTarget ?? null; },
  set dispatching(value) { anew(this).dispatching = value; },
  set phase(value) { anew(this).phase = value; },
  set path(value) { anew(this).path = value; },
  set currentTarget(value) { anew(this).currentTarget = value; },
};

function anew(state) {
  state.again ??= { __proto__: null, dispatching: false, phase: 0, path: null, currentTarget: null };
  return state.again;
}

/**
 * Delivers a message to a target that is in no tree, as dispatching its event does. `run` calls a function with the
 * event and that target as `this`: the short way, if one function alone listens.
 */
function deliver(target, data, ports, run) {
  const list = Listeners.read(target)?.get('message');
  if (list === undefined) return;
  if (MessageEvent === null) prepare();
  const entry = list[0];
  const only = entry.own ?? entry.callback;
  if (list.length > 1 || entry.capture || entry.once || typeof only !== 'function') {
    dispatch(target, eventOf(ordinary(data, ports), MessageEvent));
    return;
  }
  const state = new Delivery(target, data, ports);
  const outer = delivered;
  delivered = state;
  try {
    run(target, only, eventOf(state, MessageEvent));
  } catch (error) {
    report(error);
  } finally {
    delivered = outer;
  }
  if (state.stopped) state.stopped = state.stoppedNow = false;
}

function ordinary(data, ports) {
  const state = new State('message', 'MessageEvent', { __proto__: message, data, ports });
  state.trusted = true;
  return state;
}

let MessageEvent = null;

// The engine shares the layout of objects that are alike, but only for as long as there is one: this keeps one for each
// step of a message's way.
let layouts = null;

function prepare() {
  MessageEvent = interfaceOf('MessageEvent');
  keep(Delivery.prototype, ['target', 'data', 'time', 'ports']);
  keep(State.prototype,
    ['type', 'interfaceName', 'fields', 'time', 'trusted', 'target', 'dispatching', 'path', 'currentTarget', 'phase']);
  layouts = [layouts, { __proto__: message }, { __proto__: message, data: null }, eventOf(ordinary(null, null), MessageEvent)];
}

function Bare() {}

function keep(prototype, steps) {
  Bare.prototype = prototype;
  for (let count = 0; count <= steps.length; count++) {
    const one = new Bare();
    for (let i = 0; i < count; i++) one[steps[i]] = null;
    layouts = { one, next: layouts };
  }
}

module.exports = { deliver };
