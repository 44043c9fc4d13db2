'use strict';
// protocol: the schemes that a program has handlers for.

const native = binding('dipole');
const { methods } = require('dipole/support');

const BUILT_IN = ['file', 'http', 'https'];
const privileged = new Map();

function schemeOf(scheme) {
  if (typeof scheme !== 'string') throw new TypeError('Error processing argument at index 0, conversion failure');
  return scheme;
}

function handlerOf(handler) {
  if (typeof handler !== 'function') throw new TypeError('Error processing argument at index 1, conversion failure');
  return handler;
}

class Protocol {
  #registered = new Map();
  #intercepted = new Map();
  #changed;

  // `changed` is called when something was intercepted, or no more.
  constructor(changed = () => {}) {
    this.#changed = changed;
  }

  // Who answers for a scheme: a function that takes a Request, or what calls back, with its kind.
  handlerOf(scheme) { return this.#intercepted.get(scheme) ?? this.#registered.get(scheme); }

  registerSchemesAsPrivileged(list) { registerSchemesAsPrivileged(list); }

  handle(scheme, handler) {
    const map = BUILT_IN.includes(schemeOf(scheme)) ? this.#intercepted : this.#registered;
    if (!add(map, scheme, handlerOf(handler))) throw new Error(`Failed to register protocol: ${scheme}`);
    this.#changed();
  }

  unhandle(scheme) {
    const map = BUILT_IN.includes(schemeOf(scheme)) ? this.#intercepted : this.#registered;
    if (!map.delete(scheme)) throw new Error(`Failed to unhandle protocol: ${scheme}`);
    this.#changed();
  }

  isProtocolHandled(scheme) {
    return this.#registered.has(schemeOf(scheme)) || this.#intercepted.has(scheme) || BUILT_IN.includes(scheme);
  }

  isProtocolRegistered(scheme) { return this.#registered.has(schemeOf(scheme)); }
  isProtocolIntercepted(scheme) { return this.#intercepted.has(schemeOf(scheme)); }
  unregisterProtocol(scheme) { return this.#registered.delete(schemeOf(scheme)); }
  uninterceptProtocol(scheme) {
    const was = this.#intercepted.delete(schemeOf(scheme));
    this.#changed();
    return was;
  }

  static {
    for (const kind of ['String', 'Buffer', 'File', 'Http', 'Stream']) {
      methods(Protocol.prototype, {
        [`register${kind}Protocol`](scheme, handler) {
          return add(this.#registered, schemeOf(scheme), { kind, handler: handlerOf(handler) });
        },
        [`intercept${kind}Protocol`](scheme, handler) {
          const isNew = add(this.#intercepted, schemeOf(scheme), { kind, handler: handlerOf(handler) });
          this.#changed();
          return isNew;
        },
      });
    }
  }
}
native.markUncloneable(Protocol.prototype);

function add(map, scheme, handler) {
  if (map.has(scheme)) return false;
  map.set(scheme, handler);
  return true;
}

function registerSchemesAsPrivileged(list) {
  if (require('dipole/app').app.isReady()) {
    throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready');
  }
  if (!Array.isArray(list)) throw new TypeError('Error processing argument at index 0, conversion failure');
  for (const { scheme, privileges } of list) {
    if (typeof scheme !== 'string' || !/^[a-z][a-z0-9+.-]*$/i.test(scheme)) {
      throw new Error('Scheme must be a string of letters, digits, +, - and .');
    }
    privileged.set(scheme, { ...privileges });
  }
}

/** What a scheme may, as the program has said before the app was ready. */
const privilegesOf = (scheme) => privileged.get(scheme) ?? {};

// The module: the protocols of the default session.
const protocol = { registerSchemesAsPrivileged };
for (const name of Object.getOwnPropertyNames(Protocol.prototype)) {
  if (name === 'constructor' || name === 'handlerOf' || name in protocol) continue;
  methods(protocol, { [name](...args) { return require('dipole/session').session.defaultSession.protocol[name](...args); } });
}

module.exports = { Protocol, protocol, privilegesOf };
