'use strict';
// What expressions of XPath work with: sets of nodes and how steps find them, conversions, operators and functions.

const ELEMENT = 1;
const ATTRIBUTE = 2;
const TEXT = 3;
const INSTRUCTION = 7;
const COMMENT = 8;
const XHTML = 'http://www.w3.org/1999/xhtml';

/** Nodes without repetition, in document order. */
class Nodes {
  constructor(list) { this.list = list; }
}

const parentOf = (node) => (node.nodeType === ATTRIBUTE ? node.ownerElement : node.parentNode);

function rootOf(node) {
  let root = node;
  for (let parent = parentOf(root); parent !== null; parent = parentOf(root)) root = parent;
  return root;
}

/** The node behind that one in document order, below `top`. */
function following(node, top, isLeft = false) {
  if (!isLeft && node.firstChild) return node.firstChild;
  for (let at = node; at !== null && at !== top; at = at.parentNode) if (at.nextSibling) return at.nextSibling;
  return null;
}

/** A set of nodes, in document order. */
function ordered(set) {
  if (set.size < 2) return new Nodes([...set]);
  const found = [];
  const attributes = new Set([...set].filter((node) => node.nodeType === ATTRIBUTE).map((node) => node.ownerElement));
  for (const root of new Set([...set].map(rootOf))) {
    for (let node = root; node !== null; node = following(node, root)) {
      if (set.has(node)) found.push(node);
      if (attributes.has(node)) for (const one of node.attributes) if (set.has(one)) found.push(one);
    }
  }
  return new Nodes(found);
}

const union = (all) => ordered(new Set(all.flatMap((one) => nodesOf(one).list)));

function nodesOf(value) {
  if (value instanceof Nodes) return value;
  throw new TypeError('The result is not a node set, and therefore cannot be converted to the desired type.');
}

// --- steps ---

function* along(node, step) { for (let at = step(node); at; at = step(at)) yield at; }
function* below(top) { for (let node = following(top, top); node !== null; node = following(node, top)) yield node; }
function* before(node) {
  for (const at of [node, ...along(node, parentOf)]) for (const one of along(at, (its) => its.previousSibling)) yield* [...below(one)].reverse().concat(one);
}
function* after(node) {
  const start = node.nodeType === ATTRIBUTE ? node.ownerElement : node;
  if (start === null) return;
  for (let at = following(start, null, node === start); at !== null; at = following(at, null)) yield at;
}

const AXES = {
  ancestor: (node) => along(node, parentOf),
  'ancestor-or-self': (node) => [node, ...along(node, parentOf)],
  attribute: (node) => (node.nodeType === ELEMENT ? node.attributes : []),
  child: (node) => (node.nodeType === ATTRIBUTE ? [] : node.childNodes),
  descendant: (node) => (node.nodeType === ATTRIBUTE ? [] : below(node)),
  'descendant-or-self': (node) => (node.nodeType === ATTRIBUTE ? [node] : [node, ...below(node)]),
  following: after,
  'following-sibling': (node) => (node.nodeType === ATTRIBUTE ? [] : along(node, (its) => its.nextSibling)),
  namespace: () => [],
  parent: (node) => [parentOf(node)].filter((parent) => parent !== null),
  preceding: before,
  'preceding-sibling': (node) => (node.nodeType === ATTRIBUTE ? [] : along(node, (its) => its.previousSibling)),
  self: (node) => [node],
};
const BACKWARDS = ['ancestor', 'ancestor-or-self', 'preceding', 'preceding-sibling'];

const anyOf = (axis) => ({ nodeType }) => nodeType === (axis === 'attribute' ? ATTRIBUTE : ELEMENT);
const namespaceOf = (node) => node.namespaceURI ?? null;

function named(name, axis) {
  const [prefix, local] = name.includes(':') ? name.split(':') : [null, name];
  const isWanted = anyOf(axis);
  if (prefix !== null) {
    return (node, { resolver }) => isWanted(node) && namespaceOf(node) === resolver(prefix) && (local === '*' || localOf(node) === local);
  }
  const lower = local.toLowerCase();
  return (node) => {
    if (!isWanted(node)) return false;
    const element = node.nodeType === ELEMENT ? node : node.ownerElement;
    if (element?.namespaceURI === XHTML && element.ownerDocument.contentType === 'text/html') return localOf(node) === lower;
    return localOf(node) === local && namespaceOf(node) === null;
  };
}

function ofKind(kind, target) {
  const type = { comment: COMMENT, text: TEXT, 'processing-instruction': INSTRUCTION }[kind];
  if (type === undefined) return () => true;
  return (node) => (node.nodeType === type || (type === TEXT && node.nodeType === 4)) && (target === null || node.nodeName === target);
}

/** Where a path begins. */
function start({ node }, isFromRoot) { return new Nodes([isFromRoot ? rootOf(node) : node]); }

/** Those of a list that all predicates fit. */
function kept(list, predicates, context) {
  return predicates.reduce((left, predicate) => left.filter((node, at) => {
    const value = predicate({ ...context, node, position: at + 1, size: left.length });
    return typeof value === 'number' ? value === at + 1 : booleanOf(value);
  }), list);
}
const filter = ({ list }, predicates, context) => new Nodes(kept(list, predicates, context));

/** Where steps lead from those nodes. */
function walk(from, steps, context) {
  return steps.reduce(({ list }, { axis, test, predicates }) => {
    const found = new Set();
    for (const node of list) {
      const there = [];
      for (const one of AXES[axis](node)) if (test(one, context)) there.push(one);
      for (const one of kept(there, predicates, context)) found.add(one);
    }
    return list.length === 1 && !BACKWARDS.includes(axis) ? new Nodes([...found]) : ordered(found);
  }, from);
}

// --- conversions ---

function localOf(node) { return node.localName ?? (node.nodeType === INSTRUCTION ? node.nodeName : ''); }
const nameOf = (node) => (node.nodeType === ELEMENT && node.prefix ? `${node.prefix}:${node.localName}` : node.nodeType === ATTRIBUTE ? node.name : localOf(node));

function textOfNode(node) {
  if (node.nodeType === ATTRIBUTE) return node.value;
  if (node.nodeType !== 9) return node.textContent ?? '';
  let text = '';
  for (const one of below(node)) if (one.nodeType === TEXT) text += one.data;
  return text;
}

function textOf(value) {
  if (value instanceof Nodes) return value.list.length === 0 ? '' : textOfNode(value.list[0]);
  if (typeof value !== 'number') return String(value);
  const text = String(value);
  if (!text.includes('e')) return text;
  return Math.abs(value) >= 1 ? String(BigInt(value)) : value.toFixed(100).replace(/0+$/, '');
}

function numberOf(value) {
  if (typeof value === 'number' || typeof value === 'boolean') return Number(value);
  const text = textOf(value);
  return /^[\t\n\r ]*-?(?:\d+(?:\.\d*)?|\.\d+)[\t\n\r ]*$/.test(text) ? Number(text) : NaN;
}

function booleanOf(value) {
  return value instanceof Nodes ? value.list.length > 0 : typeof value === 'number' ? value !== 0 && !Number.isNaN(value) : Boolean(value);
}

// --- operators ---

// Whether any value of a set of nodes fits, where one is compared.
const values = (value) => (value instanceof Nodes ? value.list.map(textOfNode) : [value]);

function equal(left, right) {
  if (typeof left === 'boolean' || typeof right === 'boolean') return booleanOf(left) === booleanOf(right);
  return typeof left === 'number' || typeof right === 'number' ? numberOf(left) === numberOf(right) : textOf(left) === textOf(right);
}

function compared(fits) {
  return (left, operand, context) => {
    const right = operand(context);
    const [isLeftSet, isRightSet] = [left instanceof Nodes, right instanceof Nodes];
    // A set beside a boolean is asked whether there is anything in it.
    if (typeof left === 'boolean' || typeof right === 'boolean') return fits(isLeftSet ? booleanOf(left) : left, isRightSet ? booleanOf(right) : right);
    const others = values(right);
    return values(left).some((one) => others.some((other) => fits(one, other)));
  };
}

const arithmetic = (work) => (left, operand, context) => work(numberOf(left), numberOf(operand(context)));

/** The operators by how they bind, the loosest first: functions of a value, and of what gives the other one. */
const LEVELS = [
  { or: (left, operand, context) => booleanOf(left) || booleanOf(operand(context)) },
  { and: (left, operand, context) => booleanOf(left) && booleanOf(operand(context)) },
  { '=': compared(equal), '!=': compared((left, right) => !equal(left, right)) },
  {
    '<': compared((left, right) => numberOf(left) < numberOf(right)),
    '<=': compared((left, right) => numberOf(left) <= numberOf(right)),
    '>': compared((left, right) => numberOf(left) > numberOf(right)),
    '>=': compared((left, right) => numberOf(left) >= numberOf(right)),
  },
  { '+': arithmetic((left, right) => left + right), '-': arithmetic((left, right) => left - right) },
  {
    '*': arithmetic((left, right) => left * right),
    div: arithmetic((left, right) => left / right),
    mod: arithmetic((left, right) => left % right),
  },
];

// --- functions ---

const firstOf = ({ node }, given) => (given === undefined ? node : nodesOf(given).list[0]);
const chars = (text) => [...text];
const round = (value) => (Number.isFinite(value) ? Math.floor(value + 0.5) : value);

function ids(value) {
  const text = value instanceof Nodes ? value.list.map(textOfNode).join(' ') : textOf(value);
  return text.split(/[\t\n\r ]+/).filter((id) => id !== '');
}

function isLanguage({ node }, wanted) {
  const own = (node.nodeType === ELEMENT ? node : node.parentElement)?.closest('[lang], [xml\\:lang]');
  const lang = (own?.getAttribute('xml:lang') ?? own?.getAttribute('lang') ?? '').toLowerCase();
  return lang === wanted.toLowerCase() || lang.startsWith(`${wanted.toLowerCase()}-`);
}

function translate(text, from, to) {
  const [known, into] = [chars(from), chars(to)];
  const map = new Map(known.map((char, at) => [char, into[at] ?? '']).reverse());
  return chars(text).map((char) => map.get(char) ?? char).join('');
}

function substring(text, from, length) {
  const [start, end] = [round(numberOf(from)), length === undefined ? Infinity : round(numberOf(from)) + round(numberOf(length))];
  return chars(text).filter((_, at) => at + 1 >= start && at + 1 < end).join('');
}

function split(text, by, isBefore) {
  const at = text.indexOf(by);
  return at < 0 ? '' : isBefore ? text.slice(0, at) : text.slice(at + by.length);
}

// With how many arguments each may be called; each gets its context, then the values of those.
const FUNCTIONS = {
  last: [0, 0, ({ size }) => size],
  position: [0, 0, ({ position }) => position],
  count: [1, 1, (_, nodes) => nodesOf(nodes).list.length],
  id: [1, 1, ({ node }, value) => {
    const root = node.nodeType === 9 ? node : node.ownerDocument;
    return ordered(new Set(ids(value).map((id) => root.getElementById(id)).filter((found) => found !== null)));
  }],
  'local-name': [0, 1, (context, given) => { const node = firstOf(context, given); return node === undefined ? '' : localOf(node); }],
  'namespace-uri': [0, 1, (context, given) => firstOf(context, given)?.namespaceURI ?? ''],
  name: [0, 1, (context, given) => { const node = firstOf(context, given); return node === undefined ? '' : nameOf(node); }],
  string: [0, 1, ({ node }, given) => (given === undefined ? textOfNode(node) : textOf(given))],
  concat: [2, Infinity, (_, ...given) => given.map(textOf).join('')],
  'starts-with': [2, 2, (_, text, part) => textOf(text).startsWith(textOf(part))],
  contains: [2, 2, (_, text, part) => textOf(text).includes(textOf(part))],
  'substring-before': [2, 2, (_, text, part) => split(textOf(text), textOf(part), true)],
  'substring-after': [2, 2, (_, text, part) => split(textOf(text), textOf(part), false)],
  substring: [2, 3, (_, text, from, length) => substring(textOf(text), from, length)],
  'string-length': [0, 1, ({ node }, given) => chars(given === undefined ? textOfNode(node) : textOf(given)).length],
  'normalize-space': [0, 1, ({ node }, given) => (given === undefined ? textOfNode(node) : textOf(given)).replace(/[\t\n\r ]+/g, ' ').replace(/^ | $/g, '')],
  translate: [3, 3, (_, text, from, to) => translate(textOf(text), textOf(from), textOf(to))],
  boolean: [1, 1, (_, value) => booleanOf(value)],
  not: [1, 1, (_, value) => !booleanOf(value)],
  true: [0, 0, () => true],
  false: [0, 0, () => false],
  lang: [1, 1, (context, wanted) => isLanguage(context, textOf(wanted))],
  number: [0, 1, ({ node }, given) => numberOf(given ?? textOfNode(node))],
  sum: [1, 1, (_, nodes) => nodesOf(nodes).list.reduce((sum, node) => sum + numberOf(textOfNode(node)), 0)],
  floor: [1, 1, (_, value) => Math.floor(numberOf(value))],
  ceiling: [1, 1, (_, value) => Math.ceil(numberOf(value))],
  round: [1, 1, (_, value) => round(numberOf(value))],
};

/** The call of a function with what gives its arguments; nothing if there is none such. */
function call(name, given) {
  if (!Object.hasOwn(FUNCTIONS, name)) return undefined;
  const [least, most, work] = FUNCTIONS[name];
  if (given.length < least || given.length > most) return undefined;
  return (context) => work(context, ...given.map((one) => one(context)));
}

module.exports = { Nodes, AXES, LEVELS, union, nodesOf, anyOf, named, ofKind, start, filter, walk, call, textOf, numberOf, booleanOf };
