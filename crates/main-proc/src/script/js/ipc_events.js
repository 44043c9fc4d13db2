'use strict';
// The event objects that listeners and handlers get. Each kind has what Electron gives it, and no more.

const { markUncloneable } = binding('dipole');
const { report } = binding('host').native;
const signals = require('dipole/signals');

// There is one frame in each web contents.
const ROUTING_ID = 1;

// The frame, unless its page has been replaced or destroyed since.
function frameOf(state, version) {
  return state.destroyed || state.crashed || state.frameVersion !== version ? null : state.frame;
}

// To the process that sent; silent when it is gone.
function replyTo(state, link, channel, args) {
  if (state.destroyed || state.link !== link) return;
  state.frame.send(channel, ...args);
}

class FrameEvent {
  #state;
  #version;

  constructor(contents, state) {
    this.type = 'frame';
    this.processId = state.link;
    this.frameId = ROUTING_ID;
    this.frameTreeNodeId = contents.id;
    this.sender = contents;
    this.#state = state;
    this.#version = state.frameVersion;
  }

  get senderFrame() {
    return frameOf(this.#state, this.#version);
  }

  preventDefault() {
    this.defaultPrevented = true;
  }
}
// Not in each event: few of them are ever asked.
FrameEvent.prototype.defaultPrevented = false;
markUncloneable(FrameEvent.prototype);

class IpcMainEvent extends FrameEvent {
  #state;

  constructor(contents, state) {
    super(contents, state);
    this.#state = state;
  }

  reply(channel, ...args) {
    replyTo(this.#state, this.processId, channel, args);
  }
}

class IpcMainSyncEvent extends IpcMainEvent {
  #answer;

  constructor(contents, state, answer) {
    super(contents, state);
    this.#answer = answer;
  }

  get returnValue() {
    return undefined;
  }

  // The first value given is the answer; giving it is what unblocks the sender.
  set returnValue(value) {
    this.#answer('ok', value);
  }
}

class IpcMainPostEvent extends FrameEvent {
  constructor(contents, state, ports) {
    super(contents, state);
    this.ports = ports;
  }
}

class IpcMainInvokeEvent extends FrameEvent {
  #id;

  constructor(contents, state, id) {
    super(contents, state);
    this.#id = id;
  }

  // Aborted when the page gives up its request, or is gone: Electron has nothing of the kind.
  get signal() {
    return signals.signalOf(this, this.processId, #id in this ? this.#id : undefined);
  }
}

// An event of each kind that native code makes more of for the same page: what an event knows of its page without
// showing it is in a prototype that those of one page have in common.
function samples(contents, state) {
  const { link, frameVersion } = state;
  const senderFrame = { get: () => frameOf(state, frameVersion), configurable: true };
  const reply = { value: (channel, ...args) => replyTo(state, link, channel, args), writable: true, configurable: true };
  const sample = (Kind, own) => {
    const prototype = Object.create(Kind.prototype, own);
    return Object.assign(Object.create(prototype), new Kind(contents, state));
  };
  return { send: sample(IpcMainEvent, { senderFrame, reply }), invoke: sample(IpcMainInvokeEvent, { senderFrame }) };
}

// An event of windows and contents whose default a listener can prevent.
class Event {
  constructor(fields) {
    this.defaultPrevented = false;
    if (fields !== undefined) Object.assign(this, fields);
  }

  preventDefault() {
    this.defaultPrevented = true;
  }
}
markUncloneable(Event.prototype);

// Tells listeners of something that goes on whatever they do: an error that one of them throws is nobody's.
function tell(emitter, name, ...args) {
  try {
    emitter.emit(name, ...args);
  } catch (error) {
    report(error);
  }
}

module.exports = {
  ROUTING_ID, Event, IpcMainEvent, IpcMainSyncEvent, IpcMainPostEvent, IpcMainInvokeEvent, samples, tell,
};
