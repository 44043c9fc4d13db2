'use strict';
// The errors of loading pages and of asking renderers, as programs catch them.

const ABORTED = [-3, 'ERR_ABORTED'];
const FAILED = [-2, 'ERR_FAILED'];
const UNKNOWN_SCHEME = [-302, 'ERR_UNKNOWN_URL_SCHEME'];
const INVALID_URL = [-300, 'ERR_INVALID_URL'];
const CLONE_ERROR = 'An object could not be cloned.';
const ERRORS = { Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };

// What is wrong with a URL, as code and text, if anything.
function complaint(url) {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1].toLowerCase();
  if (scheme === undefined) return INVALID_URL;
  return ['file', 'data', 'about'].includes(scheme) ? undefined : UNKNOWN_SCHEME;
}

function loadError([errno, code], url) {
  const note = code === 'ERR_UNKNOWN_URL_SCHEME' ? ' (only file:, data: and about:blank can be loaded)' : '';
  const error = new Error(`${code} (${errno}) loading '${url}'${note}`);
  return Object.assign(error, { errno, code, url });
}

// The error that a renderer described.
function revive(problem) {
  const Kind = Object.hasOwn(ERRORS, problem?.name) ? ERRORS[problem.name] : Error;
  const error = new Kind(problem?.message ?? '');
  if (typeof problem?.stack === 'string' && problem.stack !== '') error.stack = problem.stack;
  if (typeof problem?.code === 'string') error.code = problem.code;
  return error;
}

// Why a request was refused, as the caller catches it.
function refusal(status, value) {
  switch (status) {
    case 'failed':
      if (value instanceof Error) return value;
      if (value !== null && typeof value === 'object' && 'value' in value) return value.value;
      return value?.name ? revive(value) : value?.text;
    case 'not-cloneable': {
      const error = new Error(CLONE_ERROR);
      if (typeof value === 'string') Object.defineProperty(error, 'path', { value });
      return error;
    }
    case 'gone':
      return new Error(`the renderer process is gone: ${value}`);
    case 'never-replied':
      return new Error('reply was never sent');
    default:
      return new Error(`the renderer process refused: ${status}`);
  }
}

module.exports = { ABORTED, FAILED, complaint, loadError, revive, refusal };
