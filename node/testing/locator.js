'use strict';
// What leads to elements of a page: a selector, or steps by what its user sees (`getByRole('button', { name: 'Save' })`).

const { locate, pathOf, look } = require('./locate.js');
const { waitToFulfil } = require('./expected.js');

/** What is looked for in a text. */
const wanted = (given, exact = false) => (given instanceof RegExp ? { source: given.source, flags: given.flags } : { text: String(given), exact });
const told = (given) => (given instanceof RegExp ? String(given) : `'${given}'`);

/** The steps of a selector: CSS, or Playwright's `text=Save`, one behind the other with ` >> `. */
function stepsOf(selector) {
  return selector.split(/\s+>>\s+/).map((part) => {
    const [, engine, given] = /^(text|css|nth)=(.*)$/s.exec(part) ?? [undefined, 'css', part];
    if (engine === 'css') return { css: given };
    if (engine === 'nth') return { nth: Number(given) };
    const quoted = /^(["'])(.*)\1$/s.exec(given);
    const [, source, flags] = /^\/(.*)\/(\w*)$/s.exec(given) ?? [];
    return { text: source === undefined ? wanted(quoted?.[2] ?? given, quoted !== null) : { source, flags } };
  });
}

/** An expression of a page that is what `ask`, a function, says of the elements of these steps. */
const expression = (steps, ask, ...more) =>
  `(${locate})(${JSON.stringify(steps)}, (...given) => (${ask})(...given${more.map((one) => `, ${JSON.stringify(one)}`).join('')}))`;
/** Of the first element, or `undefined`. */
const first = (steps, run, ...more) => expression(steps, `([on]${more.length > 0 ? ', tools, argument' : ''}) => on && (${run})(on${more.length > 0 ? ', argument' : ''})`, ...more);

/** What finds elements, of a page or below others. */
class Finder {
  getByTestId(id) { return this._then({ attribute: 'data-testid', value: wanted(id, true) }, `getByTestId(${told(id)})`); }
  getByPlaceholder(given, { exact } = {}) { return this._then({ attribute: 'placeholder', value: wanted(given, exact) }, `getByPlaceholder(${told(given)})`); }
  getByAltText(given, { exact } = {}) { return this._then({ attribute: 'alt', value: wanted(given, exact) }, `getByAltText(${told(given)})`); }
  getByTitle(given, { exact } = {}) { return this._then({ attribute: 'title', value: wanted(given, exact) }, `getByTitle(${told(given)})`); }
  getByText(given, { exact } = {}) { return this._then({ text: wanted(given, exact) }, `getByText(${told(given)})`); }
  getByLabel(given, { exact } = {}) { return this._then({ label: wanted(given, exact) }, `getByLabel(${told(given)})`); }
  /** By its role, as far as HTML says it; hidden ones are none. */
  getByRole(role, { name, exact, ...rest } = {}) {
    const named = name === undefined ? {} : { name: wanted(name, exact) };
    return this._then({ role, ...named, ...rest }, `getByRole('${role}'${name === undefined ? '' : `, { name: ${told(name)} }`})`);
  }
  locator(selector, options = {}) {
    if (typeof selector !== 'string') return this._then(selector.steps, selector.toString()).filter(options);
    return this._then(stepsOf(selector), `locator('${selector}')`).filter(options);
  }
}

class Locator extends Finder {
  // Playwright's `expect` asks for that.
  _apiName = 'Locator';
  #page;
  constructor(page, steps, name) {
    super();
    this.#page = page;
    this.steps = steps;
    this.name = name;
  }
  page() { return this.#page; }
  /** The CSS selector, or what it is called. */
  get selector() { return this.steps.every((step) => step.css !== undefined) ? this.steps.map((step) => step.css).join(' ') : this.name; }
  _then(step, name) { return new Locator(this.#page, [...this.steps, ...[step].flat()], `${this.name}.${name}`); }
  first() { return this._then({ nth: 0 }, 'first()'); }
  last() { return this._then({ nth: -1 }, 'last()'); }
  nth(index) { return this._then({ nth: index }, `nth(${index})`); }
  /** Those with a text in them, or with something that another locator finds in them. */
  filter({ hasText, hasNotText, has } = {}) {
    let found = this;
    if (hasText !== undefined) found = found._then({ hasText: wanted(hasText) }, `filter({ hasText: ${told(hasText)} })`);
    if (hasNotText !== undefined) found = found._then({ hasNotText: wanted(hasNotText) }, `filter({ hasNotText: ${told(hasNotText)} })`);
    return has === undefined ? found : found._then({ has: has.steps }, `filter({ has: ${has} })`);
  }
  /** One for each element that there is now. */
  async all() { return Array.from({ length: await this.count() }, (none, index) => this.nth(index)); }
  allTextContents() { return this.#page.evaluate(expression(this.steps, '(all) => all.map((on) => on.textContent)')); }
  allInnerTexts() { return this.#page.evaluate(expression(this.steps, '(all) => all.map((on) => on.innerText)')); }
  waitFor(options) { return this.#page.waitForSelector(this, { state: 'visible', ...options }); }
  pressSequentially(given, options) { return this.#page.type(this, given, options); }
  /** Runs a function in the page, which gets the element. */
  evaluate(run, argument, options) { return this.#page._of(this, String(run), options, argument); }
  evaluateAll(run, argument) { return this.#page.evaluate(expression(this.steps, `(all, tools, argument) => (${run})(all, argument)`, argument ?? null)); }
  toString() { return this.name; }
  /** What Playwright's `expect(locator)` asks. */
  _expect(what, { expressionArg = '', ...options }) {
    return waitToFulfil(what, () => this.#page.evaluate(expression(this.steps, look, expressionArg)), options);
  }
}
for (const name of [
  'click', 'dblclick', 'hover', 'focus', 'type', 'fill', 'selectOption', 'press', 'check', 'uncheck', 'textContent', 'innerText',
  'innerHTML', 'inputValue', 'getAttribute', 'isChecked', 'isDisabled', 'isEnabled', 'isVisible', 'isHidden', 'count',
]) {
  const act = function (...args) { return this.page()[name](this, ...args); };
  Object.defineProperty(Locator.prototype, name, { value: act, writable: true, configurable: true });
}

module.exports = { Finder, Locator, stepsOf, expression, first, pathOf };
