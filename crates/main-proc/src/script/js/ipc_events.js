'use strict';
// The event objects that listeners and handlers get. Each kind has what Electron gives it, and no more.

const { markUncloneable } = binding('dipole');

// There is one frame in each web contents.
const ROUTING_ID = 1;

class FrameEvent {
  #state;
  #version;

  constructor(contents, state) {
    this.type = 'frame';
    this.processId = state.link;
    this.frameId = ROUTING_ID;
    this.frameTreeNodeId = contents.id;
    this.sender = contents;
    this.defaultPrevented = false;
    this.#state = state;
    this.#version = state.frameVersion;
  }

  // The frame, unless its page has been replaced or destroyed since.
  get senderFrame() {
    const state = this.#state;
    return state.destroyed || state.crashed || state.frameVersion !== this.#version ? null : state.frame;
  }

  preventDefault() {
    this.defaultPrevented = true;
  }
}
markUncloneable(FrameEvent.prototype);

class IpcMainEvent extends FrameEvent {
  #state;

  constructor(contents, state) {
    super(contents, state);
    this.#state = state;
  }

  // To the process that sent; silent when it is gone.
  reply(channel, ...args) {
    const state = this.#state;
    if (state.destroyed || state.link !== this.processId) return;
    state.frame.send(channel, ...args);
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

class IpcMainInvokeEvent extends FrameEvent {}

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

module.exports = { ROUTING_ID, Event, IpcMainEvent, IpcMainSyncEvent, IpcMainPostEvent, IpcMainInvokeEvent };
