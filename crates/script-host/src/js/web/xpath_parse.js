'use strict';
// Expressions of XPath 1.0, made into functions of their context: `{ node, position, size, resolver }`. A set of nodes is an
// instance of `Nodes`, in document order; other values are numbers, texts and booleans.

const values = require('internal/xpath_values');

const LONGEST = 65_536;
// Expressions within each other: each level is a call of its own.
const DEEPEST = 64;

const NAME = '[\\p{L}_][\\p{L}\\p{N}\\p{M}_.·-]*';
const TOKEN = new RegExp(
  `[\\t\\n\\r ]*(?:(?<number>\\d+(?:\\.\\d*)?|\\.\\d+)|"(?<double>[^"]*)"|'(?<single>[^']*)'|`
  + `(?<name>${NAME}(?::(?!:)(?:${NAME}|\\*))?)|(?<sign>\\.\\.|::|//|!=|<=|>=|[()[\\].@,|+\\-=<>/*$]))`, 'uy');
const OPERATORS = ['and', 'or', 'mod', 'div'];
// Behind these a name or a `*` is no operator.
const OPENING = ['@', '::', '(', '[', ',', '/', '//', '|', '+', '-', '=', '!=', '<', '<=', '>', '>='];
const KINDS = ['comment', 'text', 'processing-instruction', 'node'];

const wrong = () => { throw new SyntaxError('no expression'); };

/** The tokens of a text: `{ is, value }`. */
function tokensOf(text) {
  const found = [];
  if (text.length > LONGEST) wrong();
  let [at, end] = [0, text.length];
  while (end > 0 && '\t\n\r '.includes(text[end - 1])) end -= 1;
  while (at < end) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (match === null) wrong();
    at = TOKEN.lastIndex;
    const { number, double, single, name, sign } = match.groups;
    const last = found[found.length - 1];
    const isOperand = last !== undefined && last.is !== 'operator' && !(last.is === 'sign' && OPENING.includes(last.value));
    if (number !== undefined) found.push({ is: 'number', value: Number(number) });
    else if (name !== undefined) found.push(isOperand && OPERATORS.includes(name) ? { is: 'operator', value: name } : { is: 'name', value: name });
    else if (sign !== undefined) found.push(isOperand && sign === '*' ? { is: 'operator', value: '*' } : { is: 'sign', value: sign });
    else found.push({ is: 'text', value: double ?? single });
  }
  return found;
}

class Parser {
  #tokens;
  #at = 0;
  #depth = 0;
  constructor(text) { this.#tokens = tokensOf(text); }

  #peek(ahead = 0) { return this.#tokens[this.#at + ahead]; }
  #isSign(value, ahead = 0) {
    const token = this.#peek(ahead);
    return token !== undefined && token.is === 'sign' && token.value === value;
  }
  #take(value) {
    if (!this.#isSign(value)) return false;
    this.#at += 1;
    return true;
  }
  #expect(value) { if (!this.#take(value)) wrong(); }
  #next() { return this.#tokens[this.#at++] ?? wrong(); }

  whole() {
    const found = this.#expression();
    if (this.#at < this.#tokens.length) wrong();
    return found;
  }

  #expression() {
    this.#depth += 1;
    if (this.#depth > DEEPEST) wrong();
    const found = this.#chain(0);
    this.#depth -= 1;
    return found;
  }

  // Operators of one level, from the left: however many there are, they are one function.
  #chain(level) {
    const operators = values.LEVELS[level];
    if (operators === undefined) return this.#unary();
    const first = this.#chain(level + 1);
    const rest = [];
    for (let token = this.#peek(); token !== undefined && (token.is === 'sign' || token.is === 'operator') && Object.hasOwn(operators, token.value); token = this.#peek()) {
      this.#at += 1;
      rest.push({ work: operators[token.value], operand: this.#chain(level + 1) });
    }
    if (rest.length === 0) return first;
    return (context) => rest.reduce((left, { work, operand }) => work(left, operand, context), first(context));
  }

  #unary() {
    let count = 0;
    while (this.#take('-')) count += 1;
    const operand = this.#union();
    if (count === 0) return operand;
    return (context) => (count % 2 === 0 ? 1 : -1) * values.numberOf(operand(context));
  }

  #union() {
    const parts = [this.#path()];
    while (this.#take('|')) parts.push(this.#path());
    if (parts.length === 1) return parts[0];
    return (context) => values.union(parts.map((part) => part(context)));
  }

  #path() {
    const token = this.#peek() ?? wrong();
    const follows = this.#peek(1);
    const isCall = token.is === 'name' && this.#isSign('(', 1) && !KINDS.includes(token.value);
    if (token.is === 'number' || token.is === 'text' || isCall || this.#isSign('(') || this.#isSign('$')) {
      const primary = this.#primary();
      const predicates = this.#predicates();
      const filtered = predicates.length === 0 ? primary : (context) => values.filter(values.nodesOf(primary(context)), predicates, context);
      if (!this.#isSign('/') && !this.#isSign('//')) return filtered;
      const steps = this.#more([]);
      return (context) => values.walk(values.nodesOf(filtered(context)), steps, context);
    }
    const isFromRoot = this.#isSign('/') || this.#isSign('//');
    // `/` alone is the document.
    const isRoot = this.#isSign('/') && follows?.is !== 'name' && !['.', '..', '@', '*'].some((sign) => this.#isSign(sign, 1));
    if (isRoot) this.#at += 1;
    const steps = isRoot ? [] : isFromRoot ? this.#more([]) : this.#more([this.#step()]);
    return (context) => values.walk(values.start(context, isFromRoot), steps, context);
  }

  // The steps behind those.
  #more(steps) {
    for (;;) {
      if (this.#take('//')) {
        const step = this.#step();
        // The same nodes, and no need to look at the children of each.
        if (step.axis === 'child' && step.predicates.length === 0) steps.push({ ...step, axis: 'descendant' });
        else steps.push({ axis: 'descendant-or-self', test: () => true, predicates: [] }, step);
      } else if (this.#take('/')) {
        steps.push(this.#step());
      } else {
        return steps;
      }
    }
  }

  #step() {
    if (this.#take('.')) return { axis: 'self', test: () => true, predicates: [] };
    if (this.#take('..')) return { axis: 'parent', test: () => true, predicates: [] };
    let axis = 'child';
    if (this.#take('@')) {
      axis = 'attribute';
    } else if (this.#isSign('::', 1)) {
      axis = this.#next().value;
      if (!Object.hasOwn(values.AXES, axis)) wrong();
      this.#at += 1;
    }
    return { axis, test: this.#test(axis), predicates: this.#predicates() };
  }

  #test(axis) {
    const { is, value } = this.#next();
    if (is === 'sign' && value === '*') return values.anyOf(axis);
    if (is !== 'name') wrong();
    if (!KINDS.includes(value) || !this.#take('(')) return values.named(value, axis);
    const target = value === 'processing-instruction' && this.#peek()?.is === 'text' ? this.#next().value : null;
    this.#expect(')');
    return values.ofKind(value, target);
  }

  #predicates() {
    const found = [];
    while (this.#take('[')) {
      found.push(this.#expression());
      this.#expect(']');
    }
    return found;
  }

  #primary() {
    const { is, value } = this.#next();
    if (is === 'number' || is === 'text') return () => value;
    if (is === 'name') return this.#call(value);
    // There are no variables for a script to set.
    if (value !== '(') wrong();
    const found = this.#expression();
    this.#expect(')');
    return found;
  }

  #call(name) {
    const given = [];
    this.#expect('(');
    if (!this.#take(')')) {
      do given.push(this.#expression()); while (this.#take(','));
      this.#expect(')');
    }
    return values.call(name, given) ?? wrong();
  }
}

/** The function of an expression; throws a `SyntaxError` for a text that is none. */
const parse = (text) => new Parser(text).whole();

module.exports = { parse };
