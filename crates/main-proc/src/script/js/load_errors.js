'use strict';
// The errors of loading pages and of asking renderers, as programs catch them.

const native = binding('dipole');
const info = require('dipole/info');

const ABORTED = [-3, 'ERR_ABORTED'];
const FAILED = [-2, 'ERR_FAILED'];
const DENIED = [-10, 'ERR_ACCESS_DENIED'];
const INVALID_URL = [-300, 'ERR_INVALID_URL'];
const CLONE_ERROR = 'An object could not be cloned.';
const ERRORS = { Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };

// An address is that long at most, as in Chromium.
const LONGEST_URL = 2 * 1024 * 1024;

// What is wrong with a URL, as code and text, if anything. What cannot be had for other reasons, its process finds out, and
// shows that in place of the page.
function complaint(url, isHandled) {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1].toLowerCase();
  if (scheme === undefined || url.length > LONGEST_URL) return INVALID_URL;
  if ((scheme === 'http' || scheme === 'https') && !URL.canParse(url)) return INVALID_URL;
  return ['file', 'data', 'about', 'http', 'https'].includes(scheme) || isHandled(scheme) ? undefined : FAILED;
}

// A URL as it is told of: those of files and servers in their normal form.
function normal(url) {
  if (!/^(?:file:(?!\/\/\/)|https?:)/i.test(url)) return url;
  try {
    return new URL(url).href;
  } catch {
    return url;
  }
}

function loadError([errno, code], url) {
  const error = new Error(`${code} (${errno}) loading '${url}'`);
  return Object.assign(error, { errno, code, url });
}

// The number of the contents for errors of loads of which only a rejection tells, so that they are told to the user when nobody handles it.
const unheard = new WeakMap();

// Whether an error can be left to the program's promise. One that listens to rejections gets none of these, as in
// Electron: it is told at once.
function leaveUnheard(error, contents) {
  unheard.set(error, contents);
  if (process.listenerCount('unhandledRejection') === 0) return true;
  tellFailure(error, contents);
  return false;
}

function tellFailure(error, contents) {
  const { text, told, url } = toldOf(error, contents);
  native.problem('load-failed', contents, text, told, url);
}

// What there is to tell of such an error, to a program and to a person; nothing for others.
function failedLoad(error) {
  return isObject(error) && unheard.has(error) ? toldOf(error, unheard.get(error)) : null;
}

// So much of an address is told to people.
const LONGEST_SHOWN = 1000;
const shortened = (url) => (url.length > LONGEST_SHOWN ? `${url.slice(0, LONGEST_SHOWN)}...` : url);

function toldOf({ code, url, message }, contents) {
  const short = shortened(url);
  const told = `(node:${process.pid}) electron: Failed to load URL: ${short} with error: ${code}\n${nextStep(code, url)}`;
  return { contents, text: url === short ? message : message.replace(url, () => short), told, url: short };
}

function isObject(value) {
  return value !== null && typeof value === 'object';
}

function nextStep(code, url) {
  const isWeb = /^https?:/i.test(url);
  if (isWeb && code === 'ERR_ACCESS_DENIED') {
    return 'A page goes to its own server and to the one that loadURL() has named; webPreferences.mayRead lists more, by their origins.';
  }
  if (isWeb && binding('host').webFetch === undefined) {
    return "There is no network with the built-in engine: run main in Node ('--main node'), or load a file: or data: URL instead.";
  }
  switch (code) {
    case 'ERR_FILE_NOT_FOUND':
      return `Check the path: loadFile() looks in the folder of the app, '${info.appPath}'.`;
    case 'ERR_ACCESS_DENIED':
      return 'Check who may read it. A page that asks for another one gets what lies below '
        + `'${info.appPath}', userData or the folder of a page that loadFile() has loaded; webPreferences.mayRead lists more.`;
    case 'ERR_INVALID_URL':
      return 'loadURL() takes a whole URL; a file is loaded with loadFile().';
    case 'ERR_CONNECTION_REFUSED':
      return 'Nothing listens there: start the development server, or set DIPOLE_PACKAGED=1 to load what was built.';
    default:
      return 'file:, data: and about:blank can be loaded, and what protocol.handle() has a handler for.';
  }
}

// The error that a renderer described. Its answers are not checked before: they may be anything.
function revive(problem) {
  const { name, message } = problem;
  const Kind = typeof name === 'string' && Object.hasOwn(ERRORS, name) ? ERRORS[name] : Error;
  const error = new Kind(typeof message === 'string' ? message : '');
  // A class of the page's own has no constructor here.
  if (typeof name === 'string' && name !== '' && name !== error.name) {
    Object.defineProperty(error, 'name', { value: name, writable: true, configurable: true });
  }
  if (typeof problem.stack === 'string' && problem.stack !== '') error.stack = problem.stack;
  if (typeof problem.code === 'string') error.code = problem.code;
  if (typeof problem.path === 'string') hidePath(error, problem.path);
  return error;
}

// The place of what could not be cloned, which does not show up in listings.
function hidePath(error, value) {
  Object.defineProperty(error, 'path', { value, writable: true, configurable: true });
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
      if (typeof value === 'string') hidePath(error, value);
      return error;
    }
    case 'gone':
      return new Error(`the renderer process is gone: ${value}`);
    case 'bad-reply':
      return new Error(`the renderer process answered with what is no value: ${value}`);
    case 'never-replied':
      return new Error('reply was never sent');
    default: {
      const why = typeof value === 'string' ? `: ${value}` : '';
      return new Error(`the renderer process refused: ${status}${why}`);
    }
  }
}

module.exports = { ABORTED, DENIED, FAILED, LONGEST_URL, complaint, normal, failedLoad, leaveUnheard, loadError, revive, refusal, tellFailure };
