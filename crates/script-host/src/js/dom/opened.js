'use strict';
// Windows that this one has opened, and the one that has opened it. They are pages of other processes: main is asked for all
// that is to be known of them, and answers for these alone.

const { Map, Object, TypeError, each, lists } = require('internal/intrinsics');
const { b, domError, hooks, text } = require('dom/core');
const message = require('dom/message');

const HERE = ['_self', '_parent', '_top'];
const handles = new Map();

const ask = (verb, id, ...more) => hooks.window(verb, id, ...more);

function denied() {
  throw domError("Failed to read a named property from 'Window': Blocked a frame with origin \"" + require('dom/address').location.origin
    + '" from accessing a cross-origin frame.', 'SecurityError');
}

// The place of another window, of which a page of another origin may set alone what it is.
function locationOf(id) {
  const href = () => ask('href', id) ?? denied();
  const go = (url, replace) => {
    const whole = b.resolve(text(url));
    if (whole === undefined) throw domError("'" + text(url) + "' is not a valid URL.", 'SyntaxError');
    ask('navigate', id, whole, replace);
  };
  const parts = () => b.split(href());
  const location = {
    get href() { return href(); },
    set href(url) { go(url, false); },
    assign(url) { go(url, false); },
    replace(url) { go(url, true); },
    reload() { go(href(), true); },
    toString: href,
    get origin() { return require('dom/address').originOf(parts()); },
  };
  const { partOf } = require('dom/address');
  for (const name of each(['protocol', 'host', 'hostname', 'port', 'pathname', 'search', 'hash'])) {
    Object.defineProperty(location, name, { get: () => partOf[name](parts()), enumerable: true, configurable: true });
  }
  return location;
}

/** The window with that number, as this page sees it. */
function handleOf(id) {
  const known = handles.get(id);
  if (known !== undefined) return known;
  const location = locationOf(id);
  const handle = {
    get closed() { return ask('closed', id) !== false; },
    get opener() { return ask('opener', id) === true ? globalThis : null; },
    get location() { return location; },
    set location(url) { location.href = url; },
    get length() { return 0; },
    get document() {
      throw domError("Failed to read 'document' from 'Window': the window is a page of another process here. Post messages to it.", 'NotSupportedError');
    },
    close() { ask('close', id); },
    focus() { ask('focus', id); },
    blur() {},
    postMessage(data, second, third) {
      if (arguments.length === 0) throw new TypeError("Failed to execute 'postMessage' on 'Window': 1 argument required, but only 0 present.");
      post(id, data, second, third);
    },
  };
  for (const name of each(['window', 'self', 'frames', 'top', 'parent'])) Object.defineProperty(handle, name, { value: handle, enumerable: true });
  handles.set(id, handle);
  return handle;
}

function post(id, data, second, third) {
  const options = second !== null && typeof second === 'object' ? second : { targetOrigin: second, transfer: third };
  if (options.transfer !== undefined && options.transfer !== null && options.transfer.length > 0) {
    throw domError("Failed to execute 'postMessage' on 'Window': what is transferred cannot go to another window here.", 'DataCloneError');
  }
  const target = options.targetOrigin === undefined ? '/' : text(options.targetOrigin);
  const wanted = target === '*' ? '*' : target === '/' ? require('dom/address').location.origin : message.originOf(target);
  const refused = ask('post', id, message.clone(data, []), wanted);
  if (typeof refused !== 'string') return;
  require('internal/console').console.error("Failed to execute 'postMessage' on 'DOMWindow': The target origin provided ('" + wanted
    + "') does not match the recipient window's origin ('" + refused + "').");
}

function open(url, target, features) {
  const whole = url === '' ? '' : b.resolve(url) ?? url;
  if (lists.includes(HERE, target)) {
    if (whole !== '') require('dom/address').go(whole, false);
    return globalThis;
  }
  if (hooks.window === null) {
    b.open(whole === '' ? 'about:blank' : whole, target, features);
    return null;
  }
  const id = ask('open', whole, target, features);
  return typeof id === 'number' && id > 0 ? handleOf(id) : null;
}

/** Another window has posted a message to this one; `isLost` where nothing could be made of it. */
function takeMessage(data, origin, source, isLost) {
  message.receiveMessage(data, origin, null, source > 0 ? handleOf(source) : null, isLost ? 'messageerror' : 'message');
}

/** The window that has opened this one. */
function opener() {
  const id = hooks.opener === null ? 0 : hooks.opener();
  return id > 0 ? handleOf(id) : null;
}

module.exports = { open, opener, takeMessage };
