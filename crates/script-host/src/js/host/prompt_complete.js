'use strict';
// Which names could stand at the end of a line. No code of the program runs for it: no getter, no proxy, no call.

const types = binding('types');
const words = require('internal/prompt_words');

// More than anybody reads.
const LIMIT = 1000;
const KEYWORDS = [
  'async', 'await', 'break', 'case', 'catch', 'class', 'const', 'continue', 'debugger', 'default', 'delete', 'do',
  'else', 'export', 'false', 'finally', 'for', 'function', 'if', 'import', 'in', 'instanceof', 'let', 'new', 'null',
  'return', 'super', 'switch', 'this', 'throw', 'true', 'try', 'typeof', 'undefined', 'var', 'void', 'while', 'with',
  'yield',
];

/** The beginning of the name that is completed, and the names that begin like this, in order. */
exports.complete = (text, declared) => {
  const target = words.target(text);
  if (target === undefined) return { prefix: '', names: [] };
  const { path, prefix } = target;
  const names = new Set();
  if (path.length === 0) {
    collect(globalThis, prefix, names);
    for (const name of declared) if (name.startsWith(prefix) && variable(name) !== undefined) names.add(name);
    for (const name of KEYWORDS) if (name.startsWith(prefix)) names.add(name);
  } else {
    const value = resolve(path);
    if (value !== undefined && value !== null) collect(Object(value), prefix, names);
  }
  return { prefix, names: [...names].sort().slice(0, LIMIT) };
};

function resolve([first, ...rest]) {
  if (first === 'this') return rest.reduce(member, globalThis);
  return rest.reduce(member, first in globalThis ? member(globalThis, first) : variable(first));
}

// A variable of scripts that is no property of the global object.
function variable(name) {
  try {
    return (0, eval)(name);
  } catch {
    return undefined;
  }
}

// A property, unless code of the program would have to run for it.
function member(value, name) {
  if (value === undefined || value === null) return undefined;
  for (let at = Object(value); at !== null; at = Object.getPrototypeOf(at)) {
    if (types.isProxy(at)) return undefined;
    const found = Object.getOwnPropertyDescriptor(at, name);
    if (found === undefined) continue;
    if ('value' in found) return found.value;
    return isBuiltIn(found.get) ? Reflect.apply(found.get, value, []) : undefined;
  }
  return undefined;
}

// Whether a getter is one of the runtime's own, such as `document` or `process.stdout`.
function isBuiltIn(getter) {
  if (typeof getter !== 'function' || types.isProxy(getter)) return false;
  const text = Function.prototype.toString.call(getter);
  return text.includes('[native code]') && !Object.getOwnPropertyDescriptor(getter, 'name')?.value.startsWith('bound ');
}

function collect(value, prefix, names) {
  for (let at = value; at !== null; at = Object.getPrototypeOf(at)) {
    if (types.isProxy(at)) return;
    for (const name of Object.getOwnPropertyNames(at)) {
      if (name.startsWith(prefix) && /^[A-Za-z_$][\w$]*$/.test(name)) names.add(name);
    }
  }
}
