'use strict';
// How pages and their processes end: closed by the program or by themselves, crashed, or kept open by the page.

const native = binding('dipole');
const { Event } = require('dipole/ipc_events');
const { forget } = require('dipole/process_link');
const { FAILED, loadError } = require('dipole/load_errors');

class Ending {
  #state;
  // What is to be done when a page that was asked to end has ended.
  #closing = null;
  // The link whose process the app itself has ended.
  #crashing = 0;

  constructor(state) {
    this.#state = state;
  }

  get isClosing() { return this.#closing !== null; }

  // Lets the page end by itself; `done` is called when it has.
  close(done) {
    if (this.#closing !== null) return;
    this.#closing = done;
    if (this.#state.link !== 0) native.stop(this.#state.link);
    else setImmediate(() => this.#closed());
  }

  #closed() {
    const done = this.#closing;
    this.#closing = null;
    done?.();
  }

  // A page that would close closes its window, which asks it.
  closeByPage() {
    const { window, contents } = this.#state;
    if (window !== null) window.close();
    else this.close(() => contents.destroy());
  }

  // What the app asks for is no news to it, and no failure.
  crash() {
    this.#crashing = this.#state.link;
    native.kill(this.#state.link);
  }

  // The page that main wants to end, or to replace, would rather stay.
  keepOpen() {
    const state = this.#state;
    if (this.#closing === null && state.asked === null) return;
    const event = new Event({ sender: state.contents });
    state.contents.emit('will-prevent-unload', event);
    if (state.destroyed) return;
    if (this.#closing === null) {
      if (event.defaultPrevented) state.demand({ ...state.asked, force: true });
      else state.steps.stay();
      return;
    }
    if (event.defaultPrevented) {
      native.kill(state.link);
      return;
    }
    this.#closing = null;
    native.resume(state.link);
    require('dipole/app_quit').prevented();
  }

  // The process gives no sign of life, or gives one again.
  linkSilent(silent) {
    const { contents, destroyed, window } = this.#state;
    if (destroyed) return;
    const name = silent ? 'unresponsive' : 'responsive';
    contents.emit(name, new Event({ sender: contents }));
    window?.emit(name, new Event({ sender: window }));
  }

  linkGone(link, reason, exitCode, text, clean) {
    const state = this.#state;
    forget(link);
    if (link !== state.link) return;
    state.link = 0;
    state.dropServed();
    if (this.#closing !== null) {
      this.#closed();
      return;
    }
    if (state.destroyed) return;
    state.crashed = true;
    state.goneText = text;
    state.frameVersion += 1;
    state.stopLoading();
    const error = loadError(FAILED, state.asked?.url ?? state.url);
    state.asked = null;
    error.message += `: the renderer process ${text}`;
    state.settle(error);
    state.asks.drop(`the renderer process ${text}`);
    const details = { reason, exitCode };
    if (!clean && link !== this.#crashing) this.#tellGone(reason, text);
    state.contents.emit('render-process-gone', new Event({ sender: state.contents }), details);
    const { app } = require('dipole/app');
    app.emit('render-process-gone', new Event(), state.contents, details);
    require('dipole/app_quit').updateStay();
  }

  // A program that listens knows what to do about it; why one could not be started has been told.
  #tellGone(reason, text) {
    const { contents } = this.#state;
    const { app } = require('dipole/app');
    const isHeard = [contents, app].some((emitter) => emitter.listenerCount('render-process-gone') > 0);
    if (isHeard) return;
    const told = reason === 'launch-failed' ? '' : `main-proc: renderer ${contents.id} ${text}`;
    native.crashed(contents.id, `renderer ${contents.id} ${text}`, told);
  }

  // Nothing more is waited for.
  destroy() {
    const state = this.#state;
    this.#closing = null;
    state.dropServed();
    state.asks.drop('Object has been destroyed');
    if (state.link !== 0) {
      native.stop(state.link, true);
      state.link = 0;
    }
  }
}

module.exports = { Ending };
