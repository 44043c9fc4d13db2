'use strict';
// WebFrameMain: the page of web contents. There are no child frames, so each contents has one for its life.

const EventEmitter = require('events');
const native = binding('dipole');
const { IpcMainImpl } = require('dipole/ipc_main');
const { ROUTING_ID } = require('dipole/ipc_events');
const { kState, launch, contentsOf } = require('dipole/process_link');
const { transferToFrame, postToLink } = require('dipole/ports');
const { noChromium } = require('dipole/support');
const storage = require('dipole/storage');

const DISPOSED = 'Render frame was disposed before WebFrameMain could be accessed';
const CLONE_ERROR = 'An object could not be cloned.';

function describe(value) {
  if (value === null || typeof value === 'undefined') return `${value}`;
  return typeof value;
}

class WebFrameMain extends EventEmitter {
  #contents;

  constructor(contents) {
    super();
    this.#contents = contents;
  }

  // The state of the contents, as long as there is a page.
  #state() {
    const state = this.#contents[kState];
    if (state.destroyed) throw new Error(DISPOSED);
    return state;
  }

  // The link to the page's process, which is started when it is needed.
  #link() {
    const state = this.#state();
    if (state.crashed) throw new Error(DISPOSED);
    if (state.link === 0) state.link = launch(this.#contents);
    return state.link;
  }

  // False when the page's queue is full and the message is not sent: a page that does not read, which costs no one else.
  send(channel, ...args) {
    if (typeof channel !== 'string') throw new TypeError('Missing required channel argument');
    try {
      if (!native.send(this.#link(), channel, args)) return false;
    } catch (error) {
      if (error?.message === CLONE_ERROR) {
        console.error(`Error sending from webFrameMain:  Error: Failed to serialize arguments (${error.path})`);
      } else {
        console.error(`Error sending from webFrameMain:  ${error}`);
      }
    }
    return undefined;
  }

  postMessage(...args) {
    if (args.length < 2) throw new TypeError('Insufficient number of arguments.');
    const [channel, message, transfer] = args;
    if (typeof channel !== 'string') {
      throw new TypeError(`Error processing argument at index 0, conversion failure from ${describe(channel)}`);
    }
    this.#state();
    const ports = checkTransfer(message, transfer);
    postToLink(this.#link(), channel, message, ports);
  }

  // What it gives is a plain value, and what it rejects with a text.
  executeJavaScript(code, userGesture) {
    return this.#state().asks.executeInFrame(String(code)).then(
      (value) => value ?? null, (error) => { throw error instanceof Error ? String(error) : error; });
  }

  async collectJavaScriptCallStack() { throw noChromium('webFrameMain.collectJavaScriptCallStack'); }

  reload() {
    this.#state();
    return this.#contents[kState].reload();
  }

  get ipc() {
    const state = this.#state();
    if (state.frameIpc === undefined) {
      state.frameIpc = new IpcMainImpl();
      native.reroute(state.link);
    }
    return state.frameIpc;
  }

  get url() { return this.#state().frameUrl; }

  get origin() {
    const url = this.#state().frameUrl;
    return storage.originOf(url) || 'null';
  }

  get processId() { return this.#state().link; }
  get osProcessId() { return native.pid(this.#state().link); }
  get routingId() { this.#state(); return ROUTING_ID; }
  get frameTreeNodeId() { this.#state(); return this.#contents.id; }
  get frameToken() { return this.#state().frameToken; }
  get name() { return this.#state().frameName; }
  get parent() { this.#state(); return null; }
  get top() { this.#state(); return this; }
  get frames() { this.#state(); return []; }
  get framesInSubtree() { this.#state(); return [this]; }
  get detached() { return this.#contents[kState].destroyed; }
  get visibilityState() { return this.#state().visible ? 'visible' : 'hidden'; }
  isDestroyed() { return this.#contents[kState].destroyed; }
}
native.markUncloneable(WebFrameMain.prototype);

// The ports of a transfer list, which is an array or left out. A message that cannot be cloned is the first thing to
// complain about.
function checkTransfer(message, transfer) {
  try {
    if (transfer === null) throw new TypeError('Invalid value for transfer');
    return transferToFrame(transfer);
  } catch (error) {
    native.check(message);
    throw error;
  }
}

const webFrameMain = {
  fromId(processId, routingId) {
    if (!require('dipole/app').app.isReady()) throw new Error('WebFrameMain is available only after app ready');
    const contents = contentsOf(processId);
    return contents !== undefined && routingId === ROUTING_ID ? contents[kState].frame : undefined;
  },
  fromFrameToken(processId, token) {
    if (!require('dipole/app').app.isReady()) throw new Error('WebFrameMain is available only after app ready');
    const contents = contentsOf(processId);
    return contents !== undefined && contents[kState].frameToken === token ? contents[kState].frame : null;
  },
};

module.exports = { WebFrameMain, webFrameMain, DISPOSED };
