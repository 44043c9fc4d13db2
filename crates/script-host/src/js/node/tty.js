'use strict';
// Whether a descriptor is a terminal; the streams are not built in.

const { isTerminal } = binding('process');

function isatty(fd) {
  return Number.isInteger(fd) && fd >= 0 && fd <= 2147483647 && isTerminal(fd);
}

require('internal/absent')(module, { isatty });
