'use strict';
// The event objects that listeners and handlers get. Each kind has what Electron gives it, and no more.

const { markUncloneable } = binding('dipole');

class FrameEvent {
  #version;

  constructor(contents, kind) {
    const { frame, frameVersion } = contents[kind];
    this.type = 'frame';
    this.processId = contents[kind].link;
    this.frameId = frame.routingIdOf;
    this.frameTreeNodeId = contents.id;
    this.sender = contents;
    this.defaultPrevented = false;
    this.#version = frameVersion;
    Object.defineProperty(this, 'stateKey', { value: kind });
  }

  // The frame, unless its page has been replaced or destroyed since.
  get senderFrame() {
    const state = this.sender[this.stateKey];
    return state.destroyed || state.crashed || state.frameVersion !== this.#version ? null : state.frame;
  }

  preventDefault() {
    this.defaultPrevented = true;
  }
}
markUncloneable(FrameEvent.prototype);

class IpcMainEvent extends FrameEvent {
  // To the process that sent; silent when it is gone.
  reply(channel, ...args) {
    const state = this.sender[this.stateKey];
    if (state.destroyed || state.link !== this.processId) return;
    state.frame.send(channel, ...args);
  }
}

class IpcMainSyncEvent extends IpcMainEvent {
  #answer;

  constructor(contents, kind, answer) {
    super(contents, kind);
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
  constructor(contents, kind, ports) {
    super(contents, kind);
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

module.exports = { Event, IpcMainEvent, IpcMainSyncEvent, IpcMainPostEvent, IpcMainInvokeEvent };
