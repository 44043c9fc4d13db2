'use strict';
// customElements: elements of the page's own classes, and what they are told of. Which elements change is seen by the tree,
// whichever world changes it; here is who hears of it, when the change is done.

const { Reflect, Map, WeakMap, Promise, TypeError, each, lists, text } = require('internal/intrinsics');
const { texts } = require('internal/texts');
const core = require('dom/core');
const { b, wrap, domError } = core;
const { define: finish } = require('dom/define');
const { idOf } = require('dom/node');
const { HTML } = require('dom/element');

const NAME = /^[a-z][^\s/>=\0A-Z]*$/;
const RESERVED = lists.words('annotation-xml color-profile font-face font-face-src font-face-uri font-face-format font-face-name missing-glyph');
const LIFE = lists.words('connectedCallback disconnectedCallback adoptedCallback attributeChangedCallback');
const OF_FORMS = lists.words('formAssociatedCallback formDisabledCallback formResetCallback formStateRestoreCallback');
const UPGRADE = 0;
const CONNECTED = 1;
const DISCONNECTED = 2;
const ATTRIBUTE = 3;

const byName = new Map();
const byClass = new WeakMap();
// Promises of names that are not defined yet.
const wanted = new Map();
let isDefining = false;

const isName = (name) => texts.test(name, NAME) && texts.includes(name, '-') && !lists.includes(RESERVED, name);
const failure = (why) => "Failed to execute 'define' on 'CustomElementRegistry': " + why;

function isConstructor(given) {
  if (typeof given !== 'function') return false;
  try {
    Reflect.construct(Nothing, [], given);
    return true;
  } catch {
    return false;
  }
}
class Nothing {}

// The class of built-in elements with that name.
const baseOf = (tag) => {
  if (!core.classes.loaded) core.classes.load();
  return core.classes.element(tag, HTML);
};
const HTMLUnknownElement = () => baseOf('x');

class CustomElementRegistry {
  constructor() { throw new TypeError('Illegal constructor'); }
  define(name, Class, options) {
    if (arguments.length < 2) throw new TypeError(failure('2 arguments required, but only ' + arguments.length + ' present.'));
    const tag = text(name);
    if (!isConstructor(Class)) throw new TypeError(failure("parameter 2 is not of type 'Function'."));
    if (!isName(tag)) throw domError(failure('"' + tag + '" is not a valid custom element name'), 'SyntaxError');
    if (byName.has(tag)) throw domError(failure('the name "' + tag + '" has already been used with this registry'), 'NotSupportedError');
    if (byClass.has(Class)) throw domError(failure('this constructor has already been used with this registry'), 'NotSupportedError');
    const own = options?.extends === undefined ? tag : text(options.extends);
    if (own !== tag && isName(own)) throw domError(failure('"' + own + '" is a valid custom element name'), 'NotSupportedError');
    if (own !== tag && baseOf(own) === HTMLUnknownElement()) throw domError(failure('"' + own + '" is an HTMLUnknownElement'), 'NotSupportedError');
    if (isDefining) throw domError(failure('definition is already running'), 'NotSupportedError');
    const definition = { name: tag, tag: own, Class, calls: { __proto__: null }, observed: [], ofForms: false, stack: [] };
    isDefining = true;
    try {
      read(definition);
    } finally {
      isDefining = false;
    }
    byName.set(tag, definition);
    byClass.set(Class, definition);
    if (core.custom === null) begin();
    b.defineCustom(tag, own, definition.observed);
    core.told();
    const waiting = wanted.get(tag);
    wanted.delete(tag);
    waiting?.resolve(Class);
  }
  get(name) { return byName.get(text(name))?.Class; }
  getName(Class) {
    if (typeof Class !== 'function') throw new TypeError("Failed to execute 'getName' on 'CustomElementRegistry': parameter 1 is not of type 'Function'.");
    return byClass.get(Class)?.name ?? null;
  }
  async whenDefined(name) {
    const tag = text(name);
    if (!isName(tag)) {
      throw domError("Failed to execute 'whenDefined' on 'CustomElementRegistry': \"" + tag + '" is not a valid custom element name', 'SyntaxError');
    }
    if (byName.has(tag)) return byName.get(tag).Class;
    if (!wanted.has(tag)) {
      const waiting = {};
      waiting.promise = new Promise((resolve) => { waiting.resolve = resolve; });
      wanted.set(tag, waiting);
    }
    return wanted.get(tag).promise;
  }
  upgrade(root) {
    const id = idOf(root);
    if (id === undefined) throw new TypeError("Failed to execute 'upgrade' on 'CustomElementRegistry': parameter 1 is not of type 'Node'.");
    upgradeIn(id);
  }
}
finish(CustomElementRegistry, 'CustomElementRegistry');
const registry = Reflect.construct(Nothing, [], CustomElementRegistry);

/** Takes from a class what it is told of. */
function read(definition) {
  const { Class, calls } = definition;
  const { prototype } = Class;
  if ((typeof prototype !== 'object' && typeof prototype !== 'function') || prototype === null) throw new TypeError(failure('constructor prototype is not an object'));
  const take = (names) => {
    for (const name of each(names)) {
      const call = prototype[name];
      if (call === undefined) continue;
      if (typeof call !== 'function') throw new TypeError(failure("The provided value is not of type 'Function': '" + name + "' of the prototype."));
      calls[name] = call;
    }
  };
  take(LIFE);
  if (calls.attributeChangedCallback !== undefined) {
    const observed = Class.observedAttributes;
    if (observed !== undefined) definition.observed = lists.map(lists.gather(observed), text);
  }
  definition.ofForms = !!Class.formAssociated;
  if (definition.ofForms) take(OF_FORMS);
}

// --- making elements ---

/**
 * For the constructor of HTMLElement: the element that is being upgraded, if it is one, else what the class that is
 * constructed needs is made ready.
 */
function construct(target) {
  const definition = byClass.get(target);
  if (definition === undefined) return undefined;
  const { name, tag, stack } = definition;
  if (name !== tag && !isBelow(target.prototype, baseOf(tag).prototype)) throw new TypeError('Illegal constructor');
  if (stack.length === 0) {
    core.ensurePending(() => {
      const id = core.create(1, tag);
      if (name !== tag) b.setIs(id, name);
      b.adopt(id);
      b.setCustom(id, true);
      return id;
    });
    return undefined;
  }
  const element = stack[stack.length - 1];
  if (element === null) throw new TypeError("This instance is already constructed: a class's constructor calls 'super' or itself once for an element that is upgraded");
  stack[stack.length - 1] = null;
  Reflect.setPrototypeOf(element, target.prototype);
  return element;
}

// Whether what is made of a class is of the one that is built in, too.
function isBelow(prototype, base) {
  let at = prototype;
  while (at !== null && at !== undefined && at !== base) at = Reflect.getPrototypeOf(at);
  return at === base;
}

/** An element called `tag` of the class with that name, if the page has one. */
function create(tag, name = tag) {
  const definition = byName.get(name);
  if (definition === undefined || definition.tag !== tag) return undefined;
  if (name !== tag) {
    // It is there in any case, and of its class if that can be made.
    const id = core.create(1, tag);
    b.setIs(id, name);
    upgrade(id, []);
    return wrap(id);
  }
  const wrong = (why) => domError('The result must ' + why, 'NotSupportedError');
  try {
    const element = Reflect.construct(definition.Class, []);
    const id = idOf(element);
    if (id === undefined || b.adopt(id) !== 1) throw new TypeError('The result must implement HTMLElement interface');
    if (b.attrNames(id).length > 0) throw wrong('not have attributes');
    if (b.children(id, false).length > 0) throw wrong('not have children');
    if (element.parentNode !== null) throw wrong('not have a parent');
    if (b.name(id) !== name) throw wrong('have the same localName');
    return element;
  } catch (error) {
    core.report(error);
    const id = core.create(1, name);
    b.setCustom(id, false);
    return wrap(id);
  }
}

/** The definition of the class of an element, if the page has one for elements of its name. */
function definitionAt(id) {
  const name = b.customName(id);
  const found = name === undefined ? undefined : byName.get(name);
  return found?.tag === b.name(id) ? found : undefined;
}

// --- what elements are told ---

// What an element has not been told yet, by its number; nothing of those that were told all.
const untold = new Map();

function queue(id, call) {
  if (!untold.has(id)) untold.set(id, []);
  lists.push(untold.get(id), call);
}

/**
 * Tells elements what became of them. A callback that changes something is over when what that led to is told.
 *
 * Any world's change of the tree calls this, so what fails here is told as the page's own error: the caller, which may
 * be the preload script, gets nothing of it.
 */
function react() {
  const ids = [];
  for (const { 0: kind, 1: id, 2: name, 3: old, 4: now } of each(b.takeChanges())) {
    queue(id, { kind, name, old, now });
    lists.push(ids, id);
  }
  for (const id of each(ids)) {
    try {
      tell(id);
    } catch (error) {
      core.report(error);
    }
  }
}

function tell(id) {
  for (let next = untold.get(id); next !== undefined; next = untold.get(id)) {
    const { 0: first } = next;
    const rest = lists.filter(next, (_, at) => at > 0);
    if (rest.length === 0) untold.delete(id);
    else untold.set(id, rest);
    if (first.kind === UPGRADE) upgrade(id, rest);
    else call(id, first);
  }
}

function call(id, { kind, name, old, now, given }) {
  const definition = definitionAt(id);
  if (definition === undefined || b.custom(id) !== 1) return;
  const { calls } = definition;
  switch (kind) {
    case CONNECTED:
      run(calls.connectedCallback, id, []);
      return associate(id, definition);
    case DISCONNECTED:
      run(calls.disconnectedCallback, id, []);
      return associate(id, definition);
    case ATTRIBUTE: return run(calls.attributeChangedCallback, id, [name, old ?? null, now ?? null, null]);
    default: return run(calls[kind], id, given);
  }
}

function run(callback, id, given) {
  if (callback === undefined) return;
  try {
    Reflect.apply(callback, wrap(id), given);
  } catch (error) {
    core.report(error);
  }
}

/** Makes an element one of its class, and tells it of what it has. */
function upgrade(id, rest) {
  const definition = definitionAt(id);
  if (definition === undefined || b.custom(id) !== 0) return;
  // Not `instanceof`, which asks the page.
  if (b.namespace(id) !== HTML) return;
  const element = wrap(id);
  const found = [];
  for (const name of each(b.attrNames(id))) {
    if (lists.includes(definition.observed, name)) lists.push(found, { kind: ATTRIBUTE, name, now: b.attr(id, name) });
  }
  // It has come into the document, but was not told.
  const isTold = !b.isConnected(id) || lists.some(rest, ({ kind }) => kind === CONNECTED);
  if (!isTold) lists.push(found, { kind: CONNECTED });
  const { stack, Class } = definition;
  lists.push(stack, element);
  b.setCustom(id, false);
  try {
    if (Reflect.construct(Class, []) !== element) throw new TypeError('The custom element constructor did not produce the element being upgraded.');
    b.setCustom(id, true);
  } catch (error) {
    untold.delete(id);
    core.report(error);
    return;
  } finally {
    stack.length -= 1;
  }
  const all = lists.joined(found, untold.get(id) ?? []);
  if (all.length > 0) untold.set(id, all);
}

function upgradeIn(root) {
  for (const id of each(b.customsIn(root))) {
    if (b.custom(id) !== 0) continue;
    queue(id, { kind: UPGRADE });
    tell(id);
  }
}

// --- forms ---

const forms = new WeakMap();

/** Tells an element of a form's when it has got another form. */
function associate(id, definition) {
  if (!definition.ofForms) return;
  const element = wrap(id);
  const form = wrap(b.closest(id, 'form'));
  if ((forms.get(element) ?? null) === form) return;
  forms.set(element, form);
  run(definition.calls.formAssociatedCallback, id, [form]);
}

/** The definition of an element that is nothing but of a class that the page has defined. */
function definitionOf(element) {
  const id = idOf(element);
  const found = id === undefined ? undefined : definitionAt(id);
  return found?.tag === found?.name ? found : undefined;
}

/** Tells an element that belongs to a form of something else. */
function tellOfForm(element, name, given) {
  const definition = definitionOf(element);
  if (definition?.ofForms) run(definition.calls[name], idOf(element), given);
}

/** A selector of the elements that belong to forms; nothing if there are none. */
function formSelector() {
  let all = '';
  for (const { 0: name, 1: { ofForms, tag } } of each(byName)) if (ofForms && tag === name) all += ', ' + name;
  return all;
}

function begin() {
  core.custom = { construct, create, upgradeIn, definitionOf, tellOfForm, formSelector, adopted };
  b.onReact(react);
}

/** Tells the elements of a tree that they are in another document. */
function adopted(root, before, after) {
  for (const id of each(b.customsIn(root))) {
    queue(id, { kind: 'adoptedCallback', given: [before, after] });
    tell(id);
  }
}

module.exports = { CustomElementRegistry, registry };
