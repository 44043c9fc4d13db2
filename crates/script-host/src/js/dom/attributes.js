'use strict';
// Views of an element's attributes: `attributes`, `classList`, `dataset`, `style`.

const { Object, Reflect, Map, Set, WeakMap, Symbol, Proxy, String, TypeError, each,
  lists } = require('internal/intrinsics');
const core = require('dom/core');
const { b, text, domError } = core;
const { define } = require('dom/define');

/** Sets an attribute and tells observers. */
function setAttr(id, name, value) {
  const old = core.observers.active ? b.attr(id, name) : undefined;
  b.setAttr(id, name, value);
  if (core.observers.active) core.observers.note('attributes', id, { attribute: name, old: old ?? null });
  if (name === 'id' || name === 'name') core.showNames();
}

function removeAttr(id, name) {
  const old = core.observers.active ? b.attr(id, name) : undefined;
  if (b.removeAttr(id, name) && core.observers.active) core.observers.note('attributes', id, { attribute: name, old: old ?? null });
}

class Attr {
  #element;
  #name;
  constructor(element, name) {
    if (element === undefined) throw new TypeError('Illegal constructor');
    this.#element = element;
    this.#name = name;
  }
  get name() { return this.#name; }
  get localName() { return this.#name.slice(this.#name.indexOf(':') + 1); }
  get nodeName() { return this.#name; }
  get nodeType() { return 2; }
  get value() { return this.#element.getAttribute(this.#name) ?? ''; }
  set value(value) { this.#element.setAttribute(this.#name, value); }
  get nodeValue() { return this.value; }
  get ownerElement() { return this.#element; }
  get specified() { return true; }
}
define(Attr, 'Attr');

class NamedNodeMap {
  constructor(element, id) {
    if (id === undefined) throw new TypeError('Illegal constructor');
    const attrs = () => lists.map(b.attrNames(id), (name) => new Attr(element, name));
    const own = {
      item: (at) => attrs()[at] ?? null,
      getNamedItem: (name) => (b.attr(id, text(name)) === undefined ? null : new Attr(element, text(name))),
      removeNamedItem: (name) => {
        const found = own.getNamedItem(name);
        if (found === null) {
          throw domError(`Failed to execute 'removeNamedItem' on 'NamedNodeMap': No item with name '${name}' was found.`, 'NotFoundError');
        }
        removeAttr(id, text(name));
        return found;
      },
    };
    return new Proxy(this, {
      get(on, key, receiver) {
        if (key === 'length') return b.attrNames(id).length;
        if (key === Symbol.iterator) return () => attrs()[Symbol.iterator]();
        if (typeof key === 'string') {
          if (Object.hasOwn(own, key)) return own[key];
          if (/^\d+$/.test(key)) return attrs()[key];
          if (b.attr(id, key) !== undefined) return new Attr(element, key);
        }
        return Reflect.get(on, key, receiver);
      },
      has: (on, key) => key === 'length' || (typeof key === 'string' && (key in own || b.attr(id, key) !== undefined)) || key in on,
      ownKeys: () => lists.map(b.attrNames(id), (_, at) => String(at)),
      getOwnPropertyDescriptor(_on, key) {
        const value = typeof key === 'string' && /^\d+$/.test(key) ? attrs()[key] : undefined;
        return value && { value, enumerable: true, configurable: true };
      },
    });
  }
}
define(NamedNodeMap, 'NamedNodeMap');

class DOMTokenList {
  #id;
  #attribute;
  constructor(id, attribute) {
    if (attribute === undefined) throw new TypeError('Illegal constructor');
    this.#id = id;
    this.#attribute = attribute;
    return new Proxy(this, {
      get(on, key) {
        if (typeof key === 'string' && /^\d+$/.test(key)) return on.#tokens()[key];
        const value = Reflect.get(on, key, on);
        return typeof value === 'function' && key !== 'constructor' ? bound(on, key, value) : value;
      },
      set: (on, key, value) => Reflect.set(on, key, value, on),
    });
  }
  #tokens() {
    return lists.from(new Set(lists.filter((b.attr(this.#id, this.#attribute) ?? '').split(/[ \t\n\f\r]+/), (one) => one !== '')));
  }
  #write(tokens) { setAttr(this.#id, this.#attribute, tokens.join(' ')); }
  get length() { return this.#tokens().length; }
  get value() { return b.attr(this.#id, this.#attribute) ?? ''; }
  set value(value) { setAttr(this.#id, this.#attribute, text(value)); }
  item(at) { return this.#tokens()[at] ?? null; }
  contains(token) { return this.#tokens().includes(text(token)); }
  add(...more) {
    lists.forEach(more, (one) => check(one, 'add'));
    this.#write(lists.from(new Set(lists.joined(this.#tokens(), lists.map(more, text)))));
  }
  remove(...gone) {
    lists.forEach(gone, (one) => check(one, 'remove'));
    const names = lists.map(gone, text);
    if (b.attr(this.#id, this.#attribute) !== undefined) this.#write(lists.filter(this.#tokens(), (one) => !lists.includes(names, one)));
  }
  toggle(token, force) {
    check(token, 'toggle');
    const has = this.contains(token);
    const want = force === undefined ? !has : !!force;
    if (want !== has) this[want ? 'add' : 'remove'](token);
    return want;
  }
  replace(old, token) {
    check(old, 'replace');
    check(token, 'replace');
    const tokens = this.#tokens();
    const at = tokens.indexOf(text(old));
    if (at < 0) return false;
    tokens[at] = text(token);
    this.#write(lists.from(new Set(tokens)));
    return true;
  }
  forEach(callback, self) { lists.forEach(this.#tokens(), (one, at) => Reflect.apply(callback, self, [one, at, this])); }
  entries() { return this.#tokens().entries(); }
  keys() { return this.#tokens().keys(); }
  values() { return this.#tokens().values(); }
  toString() { return this.value; }
  [Symbol.iterator]() { return this.#tokens()[Symbol.iterator](); }
}
define(DOMTokenList, 'DOMTokenList');

// Methods reached through a list's proxy, which has no private parts of its own.
const methods = new WeakMap();
function bound(list, key, method) {
  let table = methods.get(list);
  if (table === undefined) methods.set(list, (table = new Map()));
  if (!table.has(key)) table.set(key, method.bind(list));
  return table.get(key);
}

function check(token, method) {
  const value = text(token);
  if (value === '') {
    throw domError(`Failed to execute '${method}' on 'DOMTokenList': The token provided must not be empty.`, 'SyntaxError');
  }
  if (/[ \t\n\f\r]/.test(value)) {
    throw domError(
      `Failed to execute '${method}' on 'DOMTokenList': The token provided ('${value}') contains HTML space characters, which are not valid in tokens.`,
      'InvalidCharacterError');
  }
}

const toData = (key) => `data-${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
const fromData = (name) => name.slice(5).replace(/-([a-z])/g, (_, letter) => letter.toUpperCase());

class DOMStringMap {
  constructor(id) {
    if (id === undefined) throw new TypeError('Illegal constructor');
    const read = (key) => (typeof key === 'string' ? b.attr(id, toData(key)) : undefined);
    return new Proxy(this, {
      get: (on, key) => read(key) ?? Reflect.get(on, key),
      has: (on, key) => read(key) !== undefined || key in on,
      set(_on, key, value) {
        if (/-[a-z]/.test(String(key))) {
          throw domError(`Failed to set a named property '${String(key)}' on 'DOMStringMap': '${String(key)}' is not a valid property name.`, 'SyntaxError');
        }
        setAttr(id, toData(String(key)), text(value));
        return true;
      },
      deleteProperty(_on, key) {
        removeAttr(id, toData(String(key)));
        return true;
      },
      ownKeys: () => lists.map(lists.filter(b.attrNames(id), (name) => name.startsWith('data-')), fromData),
      getOwnPropertyDescriptor(_on, key) {
        const value = read(key);
        return value === undefined ? undefined : { value, writable: true, enumerable: true, configurable: true };
      },
    });
  }
}
define(DOMStringMap, 'DOMStringMap');

const dashed = (key) => (key === 'cssFloat' ? 'float' : key.startsWith('--') ? key
  : key.replace(/^(webkit|moz|ms)(?=[A-Z])/, '-$1').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`));

/** Cuts declarations at semicolons that are not in quotes or parentheses. */
function parseDeclarations(css) {
  const found = new Map();
  for (const part of each(css.match(/(?:"[^"]*"|'[^']*'|\([^)]*\)|[^;])+/g) ?? [])) {
    const colon = part.indexOf(':');
    if (colon < 0) continue;
    const name = part.slice(0, colon).trim();
    let value = part.slice(colon + 1).trim();
    const important = /\s*!important$/i.test(value);
    if (important) value = value.replace(/\s*!important$/i, '');
    if (name !== '' && value !== '') found.set(name.startsWith('--') ? name : name.toLowerCase(), { value, important });
  }
  return found;
}

/** A bag of declarations over `read` and `write` of their text. Values are kept as they are given. */
class CSSStyleDeclaration {
  constructor(read, write) {
    if (read === undefined) throw new TypeError('Illegal constructor');
    const all = () => parseDeclarations(read());
    const save = (map) => write(lists.map(lists.from(map), ({ 0: name, 1: { value, important } }) => `${name}: ${value}${important ? ' !important' : ''};`).join(' '));
    const own = {
      getPropertyValue: (name) => all().get(dashed(text(name)))?.value ?? '',
      getPropertyPriority: (name) => (all().get(dashed(text(name)))?.important ? 'important' : ''),
      setProperty(name, value, priority = '') {
        const map = all();
        const data = value === null || value === undefined ? '' : text(value).trim();
        if (data === '') map.delete(dashed(text(name)));
        else map.set(dashed(text(name)), { value: data, important: priority === 'important' });
        save(map);
      },
      removeProperty(name) {
        const map = all();
        const old = map.get(dashed(text(name)))?.value ?? '';
        map.delete(dashed(text(name)));
        save(map);
        return old;
      },
      item: (at) => lists.from(all())[at]?.[0] ?? '',
    };
    return new Proxy(this, {
      get(on, key) {
        if (typeof key !== 'string') return key === Symbol.iterator ? () => all().keys() : Reflect.get(on, key);
        if (Object.hasOwn(own, key)) return own[key];
        if (key === 'cssText') return read();
        if (key === 'length') return all().size;
        if (key === 'parentRule') return null;
        if (/^\d+$/.test(key)) return own.item(key);
        if (key in on || key === 'then' || key === 'toJSON') return Reflect.get(on, key);
        return own.getPropertyValue(key);
      },
      set(_on, key, value) {
        if (typeof key !== 'string') return false;
        if (key === 'cssText') save(parseDeclarations(text(value)));
        else own.setProperty(key, value);
        return true;
      },
      has: (on, key) => key in on || key in own || key === 'cssText' || (typeof key === 'string' && all().has(dashed(key))),
      ownKeys: () => lists.map(lists.from(all()), (entry) => entry[0]),
      getOwnPropertyDescriptor(_on, key) {
        const value = typeof key === 'string' ? all().get(key)?.value : undefined;
        return value === undefined ? undefined : { value, writable: true, enumerable: true, configurable: true };
      },
    });
  }
}
define(CSSStyleDeclaration, 'CSSStyleDeclaration');

module.exports = { Attr, NamedNodeMap, DOMTokenList, DOMStringMap, CSSStyleDeclaration, setAttr, removeAttr };
