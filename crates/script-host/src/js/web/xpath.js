'use strict';
// XPath for pages: XPathEvaluator, XPathExpression, XPathResult, and what documents have of them.

const { define } = require('internal/web_class');
const { parse } = require('internal/xpath_parse');
const { Nodes, textOf, numberOf, booleanOf } = require('internal/xpath_values');

const TYPES = ['ANY_TYPE', 'NUMBER_TYPE', 'STRING_TYPE', 'BOOLEAN_TYPE', 'UNORDERED_NODE_ITERATOR_TYPE', 'ORDERED_NODE_ITERATOR_TYPE',
  'UNORDERED_NODE_SNAPSHOT_TYPE', 'ORDERED_NODE_SNAPSHOT_TYPE', 'ANY_UNORDERED_NODE_TYPE', 'FIRST_ORDERED_NODE_TYPE'];
const [ANY, NUMBER, STRING, BOOLEAN, ITERATOR] = TYPES.keys();
const MADE = {};

class XPathResult {
  #type;
  #value;
  #at = 0;
  constructor(key, type, value) {
    if (key !== MADE) throw new TypeError('Illegal constructor');
    const own = value instanceof Nodes ? ITERATOR : { number: NUMBER, string: STRING, boolean: BOOLEAN }[typeof value];
    this.#type = type === ANY ? own : type;
    this.#value = value;
    if (this.#type >= ITERATOR && own !== ITERATOR) throw new TypeError('The result is not a node set, and therefore cannot be converted to the desired type.');
  }
  #of(isRight, type) {
    if (!isRight) throw new TypeError(`The result type is not ${type}.`);
    return this.#value;
  }
  get resultType() { return this.#type; }
  get numberValue() { return numberOf(this.#of(this.#type === NUMBER, 'a number')); }
  get stringValue() { return textOf(this.#of(this.#type === STRING, 'a string')); }
  get booleanValue() { return booleanOf(this.#of(this.#type === BOOLEAN, 'a boolean')); }
  get singleNodeValue() { return this.#of(this.#type > 7, 'a single node').list[0] ?? null; }
  get invalidIteratorState() { return false; }
  get snapshotLength() { return this.#of(this.#type === 6 || this.#type === 7, 'a snapshot').list.length; }
  iterateNext() { return this.#of(this.#type === 4 || this.#type === 5, 'an iterator').list[this.#at++] ?? null; }
  snapshotItem(at) { return this.#of(this.#type === 6 || this.#type === 7, 'a snapshot').list[at >>> 0] ?? null; }
}
TYPES.forEach((name, value) => {
  for (const where of [XPathResult, XPathResult.prototype]) Object.defineProperty(where, name, { value, enumerable: true });
});
define(XPathResult, 'XPathResult');

class XPathExpression {
  #run;
  #resolver;
  constructor(key, run, resolver) {
    if (key !== MADE) throw new TypeError('Illegal constructor');
    this.#run = run;
    this.#resolver = resolver;
  }
  evaluate(node, type = ANY) {
    if (typeof node?.nodeType !== 'number') throw new TypeError("Failed to execute 'evaluate' on 'XPathExpression': parameter 1 is not of type 'Node'.");
    return new XPathResult(MADE, Number(type) >>> 0, this.#run({ node, position: 1, size: 1, resolver: this.#resolver }));
  }
}
define(XPathExpression, 'XPathExpression');

function resolverOf(given) {
  return (prefix) => {
    const found = typeof given === 'function' ? given(prefix) : given?.lookupNamespaceURI?.(prefix);
    if (typeof found === 'string' && found !== '') return found;
    throw new DOMException(`The prefix '${prefix}' is not bound to a namespace.`, 'NamespaceError');
  };
}

/** An expression of a text; `of` is what an error says was called. */
function expression(text, resolver, of) {
  try {
    return new XPathExpression(MADE, parse(text), resolverOf(resolver));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new DOMException(`Failed to execute ${of}: The string '${text}' is not a valid XPath expression.`, 'SyntaxError');
  }
}

class XPathEvaluator {
  createExpression(text, resolver) { return expression(String(text), resolver, "'createExpression' on 'XPathEvaluator'"); }
  createNSResolver(node) { return node; }
  evaluate(text, node, resolver, type) { return expression(String(text), resolver, "'evaluate' on 'XPathEvaluator'").evaluate(node, type); }
}
define(XPathEvaluator, 'XPathEvaluator');

module.exports = { XPathEvaluator, XPathExpression, XPathResult, expression };
