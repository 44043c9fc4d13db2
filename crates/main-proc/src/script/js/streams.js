'use strict';
// Results of handlers that come item by item: an async generator, or whatever else `for await` goes over. Each item is a
// message through a port of its own, as docs/protocol.md says under "Streams".

const { MessageChannelMain, waits, give } = require('dipole/ports');

function isStream(value) {
  return value !== null && (typeof value === 'object' || typeof value === 'function') &&
    typeof value[Symbol.asyncIterator] === 'function';
}

// Lets a generator run what it has for its end; nobody wants to know what comes of that.
function finish(iterator) {
  try {
    Promise.resolve(iterator.return?.()).catch(() => {});
  } catch {
    // As said.
  }
}

// Answers with a stream. `failed` takes an error of the stream and makes of it what can be sent.
function begin(iterable, reply, failed) {
  const { port1: near, port2: far } = new MessageChannelMain();
  let iterator;
  try {
    iterator = iterable[Symbol.asyncIterator]();
    if (give(far, (holder) => reply('stream', holder))) {
      send(iterator, near, failed);
      return;
    }
  } catch (error) {
    end(near, far, iterator);
    throw error;
  }
  end(near, far, iterator);
}

function end(near, far, iterator) {
  near.close();
  far.close();
  if (iterator !== undefined) finish(iterator);
}

async function send(iterator, port, failed) {
  let open = true;
  let goOn = null;
  // The other side wants no more, or is gone.
  port.on('close', () => {
    if (!open) return;
    open = false;
    finish(iterator);
    goOn?.();
  });
  port.start();
  try {
    while (open) {
      const { done, value } = await iterator.next();
      if (!open) return;
      if (done) {
        port.postMessage(undefined);
        break;
      }
      try {
        port.postMessage([value]);
      } catch (error) {
        finish(iterator);
        throw error;
      }
      await new Promise((resolve) => {
        goOn = resolve;
        if (!waits(port, resolve)) resolve();
      });
    }
  } catch (error) {
    if (!open) return;
    port.postMessage(failed(error));
  }
  if (!open) return;
  open = false;
  port.close();
}

module.exports = { isStream, begin };
