'use strict';
// What goes beyond Electron: calls that can be given up, and listeners that end with a function or a signal.

const native = binding('renderer');

function checked(options) {
  if (options === null || typeof options !== 'object') throw new TypeError(`options must be an object, not ${typeof options}`);
  const { signal, timeout } = options;
  if (signal !== undefined && typeof signal?.addEventListener !== 'function') throw new TypeError('options.signal must be an AbortSignal');
  if (timeout !== undefined && !(typeof timeout === 'number' && timeout > 0)) {
    throw new TypeError('options.timeout must be a number of milliseconds above 0');
  }
  return { signal, timeout };
}

async function invokeWith(options, channel, args) {
  const { signal, timeout } = checked(options);
  if (signal?.aborted) throw signal.reason;
  const asked = native.invoke(channel, ...args);
  const id = native.lastCall();
  return new Promise((resolve, reject) => {
    let timer;
    const end = (how, value) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', aborted);
      how(value);
    };
    const giveUp = (reason) => {
      native.cancel(id);
      end(reject, reason);
    };
    function aborted() { giveUp(signal.reason); }
    signal?.addEventListener('abort', aborted);
    if (timeout !== undefined) {
      timer = setTimeout(() => {
        const error = new Error(`Error invoking remote method '${channel}': no answer within ${timeout} ms`);
        giveUp(Object.assign(error, { name: 'TimeoutError', code: 'ERR_IPC_TIMEOUT' }));
      }, Math.min(timeout, 0x7fffffff));
    }
    asked.then((value) => end(resolve, value), (error) => end(reject, error));
  });
}

function subscribe(emitter, channel, listener, options) {
  const { signal } = checked(options ?? {});
  const end = () => { emitter.removeListener(channel, listener); };
  if (signal?.aborted !== true) {
    emitter.on(channel, listener);
    signal?.addEventListener('abort', end, { once: true });
  }
  return end;
}

module.exports = Object.assign(invokeWith, { subscribe });
