'use strict';
// Installs the DOM in a realm and is what the host of a page talks to.

const core = require('dom/core');
const { b, wrap, hooks } = core;
const target = require('dom/target');
const { WINDOW, fire, receive } = target;
const events = require('dom/events');
const node = require('dom/node');
const handlers = require('dom/handlers');
const { hide } = require('dom/define');

/** Puts the globals of a page on the global object and joins the page's other worlds. */
function install() {
  // The page could replace it later and look at what other worlds send.
  hooks.clone ??= globalThis.structuredClone ?? null;
  b.join(receive, () => require('dom/window').showNames(), b.isPage);
  const { classes } = require('dom/html');
  const { activate } = require('dom/forms');
  const { installWindow, Window } = require('dom/window');
  target.setTree((on) => (on === globalThis ? WINDOW : node.idOf(on)), handlers.prepareInline, activate);
  const globals = {
    EventTarget: target.EventTarget, ...events.classes, ...classes, ...require('dom/abort'), ...require('dom/document'),
    ...require('dom/observer'), ...require('dom/formdata'), Window,
    Element: require('dom/element').Element,
  };
  const { Node, CharacterData, Text, Comment, DocumentType, DocumentFragment } = node;
  Object.assign(globals, { Node, CharacterData, Text, Comment, DocumentType, DocumentFragment });
  const { NodeList, HTMLCollection } = require('dom/collections');
  const { Attr, NamedNodeMap, DOMTokenList, DOMStringMap, CSSStyleDeclaration } = require('dom/attributes');
  const { Location, History } = require('dom/address');
  Object.assign(globals, {
    NodeList, HTMLCollection, Attr, NamedNodeMap, DOMTokenList, DOMStringMap, CSSStyleDeclaration, Location, History,
    Storage: require('dom/storage').Storage, Image: make('img', ['width', 'height']), Option: makeOption(),
  });
  for (const name of Object.keys(globals)) hide(globalThis, name, globals[name]);
  installWindow();
  for (const Class of Object.values(globals)) if (typeof Class === 'function') b.forbidClone(Class.prototype);
}

/** `new Image(width, height)`. */
function make(tag, attributes) {
  return function Image(...given) {
    const element = wrap(core.create(1, tag));
    attributes.forEach((name, at) => { if (given[at] !== undefined) element.setAttribute(name, given[at]); });
    return element;
  };
}

function makeOption() {
  return function Option(text = '', value = undefined, standard = false, selected = false) {
    const element = wrap(core.create(1, 'option'));
    if (`${text}` !== '') element.textContent = text;
    if (value !== undefined) element.setAttribute('value', value);
    if (standard) element.setAttribute('selected', '');
    element.selected = selected;
    return element;
  };
}

/** Fires an event of the page's life in all worlds. */
function fireLife(name) {
  core.showNames();
  switch (name) {
    case 'readystatechange': return fire(wrap(0), 'Event', name, {});
    case 'DOMContentLoaded': return fire(wrap(0), 'Event', name, { bubbles: true });
    case 'beforeunload': return fire(globalThis, 'BeforeUnloadEvent', name, { cancelable: true });
    default: return fire(globalThis, 'Event', name, {});
  }
}

let reporting = false;

/** Tells this world's listeners of an error nobody caught; whether one of them took it. */
function fireError(message, filename, lineno, error) {
  // An error in an error listener is not told to error listeners.
  if (reporting) return false;
  reporting = true;
  try {
    return !fire(globalThis, 'ErrorEvent', 'error', { cancelable: true, message, filename, lineno, error }, { local: true });
  } finally {
    reporting = false;
  }
}

/** Tells this world's listeners of a rejection nobody handled; whether one of them took it. */
function fireRejection(reason, promise = null) {
  if (reporting) return false;
  reporting = true;
  try {
    return !fire(globalThis, 'PromiseRejectionEvent', 'unhandledrejection', { cancelable: true, reason, promise }, { local: true });
  } finally {
    reporting = false;
  }
}

/** Fires what a script element fires when its file was run, or could not be had. */
function scriptDone(id, ok) {
  const element = wrap(id);
  if (element !== null) fire(element, 'Event', ok ? 'load' : 'error', {});
}

/**
 * What the host provides: `clone(value, { transfer })`, which copies a value of any realm into this one;
 * `sendPorts(ports)`, which takes ports away and gives tokens; `receivePorts(tokens)`, which makes ports of them.
 */
function setHooks(given) {
  Object.assign(hooks, given);
}

module.exports = {
  install, fire: fireLife, fireError, fireRejection, scriptDone, setHooks,
  refresh: core.showNames,
  receiveMessage: (data, origin, tokens) => require('dom/message').receiveMessage(data, origin, tokens),
};
