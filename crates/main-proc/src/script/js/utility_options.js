'use strict';
// What utilityProcess.fork was called with, checked.

const VALUES = 'inherit, pipe, ignore';

function strings(value) {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

// [stdout, stderr], each as one of these words.
function streams(stdio) {
  const known = (value) => ['inherit', 'pipe', 'ignore'].includes(value);
  let list = stdio ?? 'inherit';
  if (typeof list === 'string') {
    if (!known(list)) throw new Error(`stdio must be of the following values: ${VALUES}`);
    list = ['ignore', list, list];
  }
  if (!Array.isArray(list)) throw new Error(`stdio must be of the following values: ${VALUES}`);
  if (list.length < 3) throw new Error('configuration missing for stdin, stdout or stderr.');
  if (list[0] !== 'ignore') throw new Error('stdin value other than ignore is not supported.');
  if (!known(list[1])) throw new Error(`stdout configuration must be of the following values: ${VALUES}`);
  if (!known(list[2])) throw new Error(`stderr configuration must be of the following values: ${VALUES}`);
  return list.slice(1);
}

function check(modulePath, args, options) {
  if (typeof modulePath !== 'string' || modulePath === '') throw new Error('Missing UtilityProcess entry script.');
  if (args !== undefined && args !== null && !Array.isArray(args) && typeof args === 'object') {
    options = args;
    args = [];
  }
  const given = options ?? {};
  if (typeof given !== 'object') throw new TypeError('Options must be an object.');
  if (given.execArgv !== undefined && !strings(given.execArgv)) {
    throw new TypeError('execArgv must be an array of strings.');
  }
  if (given.serviceName !== undefined && typeof given.serviceName !== 'string') {
    throw new TypeError('serviceName must be a string.');
  }
  if (given.cwd !== undefined && typeof given.cwd !== 'string') throw new TypeError('cwd path must be a string.');
  const list = args ?? [];
  if (!strings(list)) throw new TypeError('Invalid value for args');
  const { env } = given;
  if (env !== undefined && (typeof env !== 'object' || env === null ||
      Object.values(env).some((value) => value !== undefined && typeof value !== 'string'))) {
    throw new TypeError('Invalid value for env');
  }
  const [stdout, stderr] = streams(given.stdio);
  return {
    args: list,
    name: given.serviceName ?? 'Node Utility Process',
    cwd: given.cwd ?? '',
    env: Object.entries(env ?? process.env).filter(([, value]) => value !== undefined),
    execArgv: given.execArgv ?? [],
    stdout,
    stderr,
  };
}

module.exports = { check };
