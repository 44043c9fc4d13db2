'use strict';
// Event and its subclasses. An event's state is a plain record that the dispatcher works on.

const { Object, Reflect, WeakMap, Number, TypeError, each, text } = require('internal/intrinsics');
const { define } = require('dom/define');

let stateOf;

// The state of the event that is being made, if it is there already: nothing that a page can reach is handed it.
let ready = null;
const NONE = [];
const { now } = performance;
const { construct } = Reflect;

// What is known of the classes, out of the page's reach: their names and init members.
const about = new WeakMap();

// That of the class itself, or of the one that a script has derived it from.
function interfaceNameOf(Class) {
  for (let at = Class; at !== null; at = Object.getPrototypeOf(at)) {
    const known = about.get(at);
    if (known !== undefined) return known.interfaceName;
  }
  return 'Event';
}

// What most events never change is in the prototype: a state has few properties of its own.
class State {
  constructor(type, interfaceName, fields) {
    this.type = type;
    this.interfaceName = interfaceName;
    this.fields = fields;
    this.time = now();
  }
}
Object.assign(Object.setPrototypeOf(State.prototype, null), {
  bubbles: false, cancelable: false, composed: false, trusted: false, canceled: false, stopped: false, stoppedNow: false,
  passive: false, phase: 0, target: null, currentTarget: null, path: null, dispatching: false, targetId: undefined,
});

class Event {
  #state;

  constructor(type, init) {
    if (ready !== null) {
      this.#state = ready;
      ready = null;
      return;
    }
    if (arguments.length === 0) {
      throw new TypeError("Failed to construct '" + text(new.target.name) + "': 1 argument required, but only 0 present.");
    }
    if (init !== undefined && init !== null && typeof init !== 'object' && typeof init !== 'function') {
      throw new TypeError(
        "Failed to construct '" + text(new.target.name) + "': The provided value is not of type '" + text(new.target.name) + "Init'.");
    }
    const state = new State(text(type), interfaceNameOf(new.target), Object.create(null));
    if (init?.bubbles) state.bubbles = true;
    if (init?.cancelable) state.cancelable = true;
    if (init?.composed) state.composed = true;
    this.#state = state;
    for (let Class = new.target; Class !== Event && Class; Class = Object.getPrototypeOf(Class)) {
      const fields = about.get(Class)?.fields;
      if (fields === undefined) continue;
      for (const name of each(Object.keys(fields))) {
        const given = init?.[name];
        const standard = fields[name];
        this.#state.fields[name] = given === undefined ? standard
          : typeof standard === 'string' ? text(given)
          : typeof standard === 'number' ? Number(given)
          : typeof standard === 'boolean' ? !!given : given;
      }
    }
  }

  static {
    stateOf = (event) => (#state in event ? event.#state : undefined);
  }

  get type() { return this.#state.type; }
  get target() { return this.#state.target; }
  get srcElement() { return this.#state.target; }
  get currentTarget() { return this.#state.currentTarget; }
  get eventPhase() { return this.#state.phase; }
  get bubbles() { return this.#state.bubbles; }
  get cancelable() { return this.#state.cancelable; }
  get composed() { return this.#state.composed; }
  get defaultPrevented() { return this.#state.canceled; }
  get timeStamp() { return this.#state.time; }
  get returnValue() { return !this.#state.canceled; }
  set returnValue(value) { if (!value) this.preventDefault(); }
  get cancelBubble() { return this.#state.stopped; }
  set cancelBubble(value) { if (value) this.#state.stopped = true; }
  composedPath() { return this.#state.path ? this.#state.path() : []; }
  stopPropagation() { this.#state.stopped = true; }

  stopImmediatePropagation() {
    this.#state.stopped = true;
    this.#state.stoppedNow = true;
  }

  preventDefault() {
    if (this.#state.cancelable && !this.#state.passive) this.#state.canceled = true;
  }

  initEvent(type, bubbles = false, cancelable = false) {
    const state = this.#state;
    if (state.dispatching) return;
    state.trusted = false;
    state.type = text(type);
    state.bubbles = !!bubbles;
    state.cancelable = !!cancelable;
    state.canceled = state.stopped = state.stoppedNow = false;
    state.target = null;
  }
}
const { initEvent } = Event.prototype;
Object.defineProperty(Event.prototype, 'isTrusted', {
  get() { return stateOf(this).trusted; }, enumerable: true, configurable: true,
});
for (const { 0: name, 1: value } of each([['NONE', 0], ['CAPTURING_PHASE', 1], ['AT_TARGET', 2], ['BUBBLING_PHASE', 3]])) {
  for (const place of each([Event, Event.prototype])) Object.defineProperty(place, name, { value, enumerable: true });
}
define(Event, 'Event');

// Classes by name, made when they are first needed.
const made = { __proto__: null, Event };

const message = { __proto__: null, data: null, origin: '', lastEventId: '', source: null, ports: null };

// The other classes.
const names =
  'UIEvent MouseEvent KeyboardEvent CustomEvent MessageEvent PointerEvent WheelEvent DragEvent InputEvent CompositionEvent FocusEvent '
  + 'SubmitEvent FormDataEvent ErrorEvent PromiseRejectionEvent StorageEvent PopStateEvent HashChangeEvent BeforeUnloadEvent '
  + 'MediaQueryListEvent TouchEvent ClipboardEvent PageTransitionEvent AnimationEvent TransitionEvent CloseEvent IDBVersionChangeEvent '
  + 'ToggleEvent TaskPriorityChangeEvent SecurityPolicyViolationEvent TrackEvent BlobEvent ProgressEvent';

// What makes one: the parent, the init members that become attributes, and what else there is. The defaults tell how a given
// value is converted. Not a table: worlds use few of them.
function kindOf(name) {
  const modifiers = { ctrlKey: false, shiftKey: false, altKey: false, metaKey: false };
  switch (name) {
    case 'UIEvent': return ['Event', { view: null, detail: 0 }];
    case 'MouseEvent': return ['UIEvent', {
      screenX: 0, screenY: 0, clientX: 0, clientY: 0, movementX: 0, movementY: 0, button: 0, buttons: 0, relatedTarget: null, ...modifiers,
    }, finishMouse];
    case 'KeyboardEvent': return ['UIEvent', {
      key: '', code: '', location: 0, repeat: false, isComposing: false, keyCode: 0, charCode: 0, which: 0, ...modifiers,
    }, addModifierState];
    case 'CustomEvent': return ['Event', { detail: null }, finishCustom];
    case 'MessageEvent': return ['Event', message, finishMessage];
    case 'PointerEvent': return ['MouseEvent', { pointerId: 0, width: 1, height: 1, pressure: 0, pointerType: '', isPrimary: false }];
    case 'WheelEvent': return ['MouseEvent', { deltaX: 0, deltaY: 0, deltaZ: 0, deltaMode: 0 }];
    case 'DragEvent': return ['MouseEvent', { dataTransfer: null }];
    case 'InputEvent': return ['UIEvent', { data: null, inputType: '', isComposing: false }];
    case 'CompositionEvent': return ['UIEvent', { data: '' }];
    case 'FocusEvent': return ['UIEvent', { relatedTarget: null }];
    case 'SubmitEvent': return ['Event', { submitter: null }];
    case 'FormDataEvent': return ['Event', { formData: null }];
    case 'ErrorEvent': return ['Event', { message: '', filename: '', lineno: 0, colno: 0, error: null }];
    case 'PromiseRejectionEvent': return ['Event', { promise: null, reason: undefined }];
    case 'StorageEvent': return ['Event', { key: null, oldValue: null, newValue: null, url: '', storageArea: null }, finishStorage];
    case 'PopStateEvent': return ['Event', { state: null }];
    case 'HashChangeEvent': return ['Event', { oldURL: '', newURL: '' }];
    case 'BeforeUnloadEvent': return ['Event', { returnValue: '' }, finishBeforeUnload];
    case 'MediaQueryListEvent': return ['Event', { media: '', matches: false }];
    case 'TouchEvent': return ['UIEvent', { touches: NONE, targetTouches: NONE, changedTouches: NONE, ...modifiers }];
    case 'ClipboardEvent': return ['Event', { clipboardData: null }];
    case 'PageTransitionEvent': return ['Event', { persisted: false }];
    case 'AnimationEvent': return ['Event', { animationName: '', elapsedTime: 0, pseudoElement: '' }];
    case 'TransitionEvent': return ['Event', { propertyName: '', elapsedTime: 0, pseudoElement: '' }];
    case 'CloseEvent': return ['Event', { wasClean: false, code: 0, reason: '' }];
    case 'IDBVersionChangeEvent': return ['Event', { oldVersion: 0, newVersion: null }];
    case 'ToggleEvent': return ['Event', { oldState: '', newState: '' }];
    case 'TaskPriorityChangeEvent': return ['Event', { previousPriority: 'user-visible' }];
    case 'SecurityPolicyViolationEvent': return ['Event', { blockedURI: '', documentURI: '', violatedDirective: '', effectiveDirective: '', originalPolicy: '', disposition: 'enforce' }];
    case 'TrackEvent': return ['Event', { track: null }];
    case 'BlobEvent': return ['Event', { data: null, timecode: NaN }];
    case 'ProgressEvent': return ['Event', { lengthComputable: false, loaded: 0, total: 0 }];
    default: return undefined;
  }
}

/** The class of that name; undefined if there is none. */
function interfaceOf(name) {
  if (made[name] !== undefined) return made[name];
  const kind = kindOf(name);
  if (kind === undefined) return undefined;
  const { 0: parent, 1: fields } = kind;
  // Not what all arrays of the page inherit there.
  const finish = kind.length > 2 ? kind[2] : undefined;
  const Parent = interfaceOf(parent);
  const Class = { [name]: class extends Parent {} }[name];
  about.set(Class, { __proto__: null, interfaceName: name, fields });
  for (const field of each(Object.keys(fields))) show(Class, field, field);
  finish?.(Class);
  made[name] = define(Class, name);
  return Class;
}

/** A read-only attribute that shows an init member. */
function show(Class, name, field) {
  Object.defineProperty(Class.prototype, name, {
    get() { return stateOf(this).fields[field]; }, enumerable: true, configurable: true,
  });
}

function finishMouse(Class) {
  for (const { 0: axis, 1: alias } of each([['X', 'x'], ['Y', 'y']])) {
    for (const name of each([alias, 'page' + axis, 'offset' + axis])) show(Class, name, 'client' + axis);
  }
  addModifierState(Class);
}

function addModifierState(Class) {
  Class.prototype.getModifierState = function getModifierState(name) {
    return { Control: this.ctrlKey, Shift: this.shiftKey, Alt: this.altKey, Meta: this.metaKey }[name] ?? false;
  };
}

function finishCustom(Class) {
  Class.prototype.initCustomEvent = function initCustomEvent(type, bubbles, cancelable, detail = null) {
    const state = stateOf(this);
    if (state.dispatching) return;
    Reflect.apply(initEvent, this, [type, bubbles, cancelable]);
    state.fields.detail = detail;
  };
}

function finishMessage(Class) {
  // Read for every message: a name that is known beforehand is found sooner.
  Object.defineProperty(Class.prototype, 'data', {
    get() { return stateOf(this).fields.data; }, enumerable: true, configurable: true,
  });
  Object.defineProperty(Class.prototype, 'ports', {
    get() {
      const fields = stateOf(this).fields;
      // Ports that travelled are made when they are first looked at, by the world that wants them.
      if (typeof fields.ports === 'function') fields.ports = fields.ports();
      fields.ports ??= Object.freeze([]);
      return fields.ports;
    },
    enumerable: true, configurable: true,
  });
}

// A text with which the page asks to stay.
function finishBeforeUnload(Class) {
  Object.defineProperty(Class.prototype, 'returnValue', {
    get() { return stateOf(this).fields.returnValue; },
    set(value) {
      const state = stateOf(this);
      state.fields.returnValue = text(value);
      if (state.fields.returnValue !== '') state.canceled = true;
    },
    enumerable: true, configurable: true,
  });
}

// Of a real event it is this world's own.
function finishStorage(Class) {
  Object.defineProperty(Class.prototype, 'storageArea', {
    get() {
      const { fields, trusted } = stateOf(this);
      return fields.storageArea ?? (trusted ? globalThis.localStorage : null);
    },
    enumerable: true, configurable: true,
  });
}

function createTrusted(name, type, init) {
  // What all objects of the page inherit is not what is said here.
  if (init !== undefined) Object.setPrototypeOf(init, null);
  const event = new (interfaceOf(name) ?? Event)(type, init);
  stateOf(event).trusted = true;
  return event;
}

/** The event of a class for a state that is there already. */
function eventOf(state, Class) {
  ready = state;
  return construct(Event, NONE, Class);
}

module.exports = { Event, State, eventOf, message, now, names, interfaceOf, stateOf, createTrusted };
