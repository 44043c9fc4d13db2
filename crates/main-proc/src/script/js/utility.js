'use strict';
// utilityProcess.

const utilityProcess = {
  fork() { throw new Error('utilityProcess.fork is not supported'); },
};

module.exports = { utilityProcess };
