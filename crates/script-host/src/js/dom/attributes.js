'use strict';
// Views of an element's attributes: `attributes`, `classList`, `dataset`, `style`.

const { Object, Reflect, Map, Set, WeakMap, Symbol, Proxy, String, TypeError, each,
  lists } = require('internal/intrinsics');
const { texts } = require('internal/texts');
const core = require('dom/core');
const { b, text, domError } = core;
const { define } = require('dom/define');

/** Sets an attribute and tells observers. */
function setAttr(id, name, value) {
  const old = core.observers.active ? b.attr(id, name) : undefined;
  const waits = b.setAttr(id, name, value);
  if (waits < 0) throw core.tooMany();
  if (core.observers.active) core.observers.note('attributes', id, { attribute: name, old: old ?? null });
  if (name === 'id' || name === 'name') core.showNames();
  if (waits > 0) core.changed();
}

function removeAttr(id, name) {
  const old = core.observers.active ? b.attr(id, name) : undefined;
  const removed = b.removeAttr(id, name);
  if (removed === 0) return;
  if (core.observers.active) core.observers.note('attributes', id, { attribute: name, old: old ?? null });
  if (removed > 1) core.told();
}

const DIGITS = /^\d+$/;

class Attr {
  #element;
  #name;
  // Of one that no element has yet.
  #own;
  constructor(element, name, own = '') {
    if (element === undefined) throw new TypeError('Illegal constructor');
    this.#element = element;
    this.#name = name;
    this.#own = own;
  }
  get name() { return this.#name; }
  get localName() { return texts.slice(this.#name, texts.indexOf(this.#name, ':') + 1); }
  get nodeName() { return this.#name; }
  get nodeType() { return 2; }
  get value() { return this.#element === null ? this.#own : this.#element.getAttribute(this.#name) ?? ''; }
  set value(value) {
    if (this.#element === null) this.#own = text(value);
    else this.#element.setAttribute(this.#name, value);
  }
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
          throw domError("Failed to execute 'removeNamedItem' on 'NamedNodeMap': No item with name '" + text(name) + "' was found.", 'NotFoundError');
        }
        removeAttr(id, text(name));
        return found;
      },
    };
    return new Proxy(this, {
      get(on, key, receiver) {
        if (key === 'length') return b.attrNames(id).length;
        if (key === Symbol.iterator) return () => lists.iterate(attrs());
        if (typeof key === 'string') {
          if (Object.hasOwn(own, key)) return own[key];
          if (texts.test(key, DIGITS)) return attrs()[key];
          if (b.attr(id, key) !== undefined) return new Attr(element, key);
        }
        return Reflect.get(on, key, receiver);
      },
      has: (on, key) => key === 'length' || (typeof key === 'string' && (key in own || b.attr(id, key) !== undefined)) || key in on,
      ownKeys: () => lists.map(b.attrNames(id), (_, at) => String(at)),
      getOwnPropertyDescriptor(_on, key) {
        const value = typeof key === 'string' && texts.test(key, DIGITS) ? attrs()[key] : undefined;
        return value && { __proto__: null, value, enumerable: true, configurable: true };
      },
    });
  }
}
define(NamedNodeMap, 'NamedNodeMap');

class DOMTokenList {
  #id;
  #attribute;
  #supported;
  constructor(id, attribute, supported) {
    if (attribute === undefined) throw new TypeError('Illegal constructor');
    this.#id = id;
    this.#attribute = attribute;
    this.#supported = supported;
    return new Proxy(this, {
      get(on, key) {
        if (typeof key === 'string' && texts.test(key, DIGITS)) return on.#tokens()[key];
        const value = Reflect.get(on, key, on);
        return typeof value === 'function' && key !== 'constructor' ? bound(on, key, value) : value;
      },
      set: (on, key, value) => Reflect.set(on, key, value, on),
    });
  }
  #tokens() {
    return lists.from(new Set(texts.words(b.attr(this.#id, this.#attribute) ?? '')));
  }
  #write(tokens) { setAttr(this.#id, this.#attribute, lists.join(tokens, ' ')); }
  get length() { return this.#tokens().length; }
  get value() { return b.attr(this.#id, this.#attribute) ?? ''; }
  set value(value) { setAttr(this.#id, this.#attribute, text(value)); }
  item(at) { return this.#tokens()[at] ?? null; }
  supports(token) {
    if (this.#supported === undefined) throw new TypeError("Failed to execute 'supports' on 'DOMTokenList': DOMTokenList has no supported tokens.");
    return lists.includes(this.#supported, texts.lower(text(token)));
  }
  contains(token) { return lists.includes(this.#tokens(), text(token)); }
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
    const at = lists.indexOf(tokens, text(old));
    if (at < 0) return false;
    tokens[at] = text(token);
    this.#write(lists.from(new Set(tokens)));
    return true;
  }
  forEach(callback, self) { lists.forEach(this.#tokens(), (one, at) => Reflect.apply(callback, self, [one, at, this])); }
  entries() { return lists.iterate(this.#tokens(), 'entries'); }
  keys() { return lists.iterate(this.#tokens(), 'keys'); }
  values() { return lists.iterate(this.#tokens()); }
  toString() { return this.value; }
  [Symbol.iterator]() { return this.values(); }
}
define(DOMTokenList, 'DOMTokenList');

// Methods reached through a list's proxy, which has no private parts of its own.
const methods = new WeakMap();
function bound(list, key, method) {
  let table = methods.get(list);
  if (table === undefined) methods.set(list, (table = new Map()));
  if (!table.has(key)) table.set(key, (...given) => Reflect.apply(method, list, given));
  return table.get(key);
}

const SPACE = /[ \t\n\f\r]/;
function check(token, method) {
  const value = text(token);
  if (value === '') {
    throw domError("Failed to execute '" + method + "' on 'DOMTokenList': The token provided must not be empty.", 'SyntaxError');
  }
  if (texts.match(value, SPACE) !== null) {
    throw domError(
      "Failed to execute '" + method + "' on 'DOMTokenList': The token provided ('" + value + "') contains HTML space characters, which are not valid in tokens.",
      'InvalidCharacterError');
  }
}

const CAPITALS = /[A-Z]/g;
const DASHED = /-([a-z])/g;
const withDashes = (name) => texts.replace(name, CAPITALS, ({ 0: letter }) => '-' + texts.lower(letter));
const toData = (key) => 'data-' + withDashes(key);
const INNER_DASH = /-[a-z]/;
const fromData = (name) => texts.replace(texts.slice(name, 5), DASHED, ({ 1: letter }) => texts.upper(letter));

class DOMStringMap {
  constructor(id) {
    if (id === undefined) throw new TypeError('Illegal constructor');
    const read = (key) => (typeof key === 'string' ? b.attr(id, toData(key)) : undefined);
    return new Proxy(this, {
      get: (on, key) => read(key) ?? Reflect.get(on, key),
      has: (on, key) => read(key) !== undefined || key in on,
      set(_on, key, value) {
        if (texts.match(String(key), INNER_DASH) !== null) {
          throw domError("Failed to set a named property '" + String(key) + "' on 'DOMStringMap': '" + String(key) + "' is not a valid property name.", 'SyntaxError');
        }
        setAttr(id, toData(String(key)), text(value));
        return true;
      },
      deleteProperty(_on, key) {
        removeAttr(id, toData(String(key)));
        return true;
      },
      ownKeys: () => lists.map(lists.filter(b.attrNames(id), (name) => texts.startsWith(name, 'data-')), fromData),
      getOwnPropertyDescriptor(_on, key) {
        const value = read(key);
        return value === undefined ? undefined : { __proto__: null, value, writable: true, enumerable: true, configurable: true };
      },
    });
  }
}
define(DOMStringMap, 'DOMStringMap');

const VENDOR = /^(?:webkit|moz|ms)(?=[A-Z])/;
const DECLARATIONS = /(?:"[^"]*"|'[^']*'|\([^)]*\)|[^;])+/g;
const IMPORTANT = /\s*!important$/i;
const dashed = (key) => (key === 'cssFloat' ? 'float' : texts.startsWith(key, '--') ? key
  : withDashes(texts.replace(key, VENDOR, ({ 0: vendor }) => '-' + vendor)));

/** Cuts declarations at semicolons that are not in quotes or parentheses. */
function parseDeclarations(css) {
  const found = new Map();
  texts.replace(css, DECLARATIONS, ({ 0: part }) => {
    const colon = texts.indexOf(part, ':');
    if (colon < 0) return '';
    const name = texts.trim(texts.slice(part, 0, colon));
    const given = texts.trim(texts.slice(part, colon + 1));
    const value = texts.replace(given, IMPORTANT, '');
    if (name !== '' && value !== '') {
      found.set(texts.startsWith(name, '--') ? name : texts.lower(name), { value, important: value !== given });
    }
    return '';
  });
  return found;
}

/** A bag of declarations over `read` and `write` of their text. Values are kept as they are given. */
// The first words of CSS's properties: a style has all that begins so.
let families = null;
const FIRST = /^[a-z]+/;
function isProperty(key) {
  families ??= new Set(lists.words('align all animation appearance aspect backdrop backface background block border bottom box break caption caret clear '
    + 'clip color column columns contain container content counter cursor direction display empty fill filter flex float font gap grid height hyphens '
    + 'image inline inset isolation justify left letter line list margin mask max min mix object offset opacity order orphans outline overflow overscroll '
    + 'padding page perspective place pointer position quotes resize right rotate row scale scroll scrollbar shape stroke tab table text top touch '
    + 'transform transition translate unicode user vertical visibility webkit white widows width will word writing z zoom'));
  const found = texts.match(key, FIRST);
  return found !== null && families.has(found[0]);
}

class CSSStyleDeclaration {
  constructor(read, write) {
    if (read === undefined) throw new TypeError('Illegal constructor');
    const all = () => parseDeclarations(read());
    const names = () => lists.map(lists.from(all()), (entry) => entry[0]);
    const save = (map) => write(lists.join(
      lists.map(lists.from(map), ({ 0: name, 1: { value, important } }) => name + ': ' + value + (important ? ' !important' : '') + ';'), ' '));
    const own = {
      getPropertyValue: (name) => all().get(dashed(text(name)))?.value ?? '',
      getPropertyPriority: (name) => (all().get(dashed(text(name)))?.important ? 'important' : ''),
      setProperty(name, value, priority = '') {
        const map = all();
        const data = value === null || value === undefined ? '' : texts.trim(text(value));
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
      item: (at) => names()[at] ?? '',
    };
    return new Proxy(this, {
      get(on, key) {
        if (typeof key !== 'string') return key === Symbol.iterator ? () => lists.iterate(names()) : Reflect.get(on, key);
        if (Object.hasOwn(own, key)) return own[key];
        if (key === 'cssText') return read();
        if (key === 'length') return all().size;
        if (key === 'parentRule') return null;
        if (texts.test(key, DIGITS)) return own.item(key);
        if (key in on || key === 'then' || key === 'toJSON') return Reflect.get(on, key);
        return own.getPropertyValue(key);
      },
      set(_on, key, value) {
        if (typeof key !== 'string') return false;
        if (key === 'cssText') save(parseDeclarations(text(value)));
        else own.setProperty(key, value);
        return true;
      },
      has: (on, key) => key in on || key in own || key === 'cssText' || (typeof key === 'string' && (isProperty(key) || all().has(dashed(key)))),
      ownKeys: names,
      getOwnPropertyDescriptor(_on, key) {
        const value = typeof key === 'string' ? all().get(key)?.value : undefined;
        return value === undefined ? undefined : { __proto__: null, value, writable: true, enumerable: true, configurable: true };
      },
    });
  }
}
define(CSSStyleDeclaration, 'CSSStyleDeclaration');

module.exports = { Attr, NamedNodeMap, DOMTokenList, DOMStringMap, CSSStyleDeclaration, parseDeclarations, setAttr, removeAttr };
