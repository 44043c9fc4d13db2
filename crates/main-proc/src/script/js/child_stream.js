'use strict';
// What a utility process prints, as a stream that main reads.

const { Readable } = require('dipole/readable');
const native = binding('dipole');

// Those that have not ended, by their process's link and their place.
const open = new Map();

class ChildStream extends Readable {
  constructor(link, place) {
    const key = `${link}:${place}`;
    super({
      // Where nobody wants more the process's pipe fills up, and it waits.
      want: (more) => native.readOutput(link, place, more),
      closed() {
        open.delete(key);
        native.closeOutput(link, place);
      },
    });
    open.set(key, this);
  }
}

// What the process has printed; null at its end.
function receive(link, place, bytes) {
  const key = `${link}:${place}`;
  const stream = open.get(key);
  if (bytes === null) open.delete(key);
  stream?.receive(bytes);
}

module.exports = { ChildStream, receive };
