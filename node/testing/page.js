'use strict';
// A page of an app, in the words of Playwright's pages as far as nothing is drawn.

const { EventEmitter } = require('node:events');
const { keyOf } = require('./keys.js');
const { until, within } = require('./deadline.js');

/** Why a page could not do something, in words. */
function reason(problem) {
  const some = Array.isArray(problem?.names) ? problem.names.slice(0, 8) : [];
  const names = some.length > 0 ? `; there are ${some.join(', ')}` : '';
  switch (problem?.why) {
    case 'missing': return `no element matches${names}`;
    case 'disabled': return 'what matches is disabled';
    case 'hidden': return 'what matches is hidden';
    case 'kind': return `what matches is <${problem.is}>, which cannot be used so`;
    case 'option': return `there is no such option${names}`;
    case 'disabled-option': return 'that option is disabled';
    case 'text': return `there is no such text, but '${problem.text}'`;
    default: return 'it could not be done';
  }
}

const text = (value) => JSON.stringify(value);
/** An expression of a page that is an element, or null. */
const found = (selector) => `document.querySelector(${text(selector)})`;
const isShown = (selector) =>
  `((on) => on !== null && on.closest('[hidden]') === null && on.style?.display !== 'none')(${found(selector)})`;

class Page extends EventEmitter {
  #app;
  #isClosed = false;
  constructor(app, number) {
    super();
    this.#app = app;
    this.number = number;
    this.on('close', () => { this.#isClosed = true; });
  }

  async #act(verb, args, { timeout = this.#app._timeout } = {}) {
    const what = `${verb} ${args.map((arg) => `'${arg?.key ?? arg}'`).join(' ')}`;
    const given = this.#app._value(args);
    const problem = await this.#app._operation(what, 'act', timeout + 1_000, this.number, verb, given, timeout);
    if (problem !== undefined) throw new Error(`${what}: ${reason(problem)}, within ${timeout} ms`);
  }
  /** What an element is asked once it is there. */
  async #of(selector, expression, options) {
    await this.#act('wait-for', [selector], options);
    return this.evaluate(`(${expression})(${found(selector)})`);
  }

  // --- what its user does

  /** Clicks the first element that matches, once there is one. */
  click(selector, options) { return this.#act('click', [selector], options); }
  /** Types a text into the element that matches, behind what is there. */
  type(selector, given, options) { return this.#act('type', [selector, given], options); }
  /** Replaces the text of the element that matches. */
  async fill(selector, given, options) {
    await this.#of(selector, "(field) => { field.focus?.(); field.value = ''; }", options);
    if (given !== '') return this.#act('type', [selector, given], options);
    const told = `${found(selector)}.dispatchEvent(new Event(name, { bubbles: true }))`;
    return this.evaluate(`for (const name of ['input', 'change']) ${told}`);
  }
  /** Chooses an option of a list, by its value or its text. */
  selectOption(selector, value, options) { return this.#act('select', [selector, value], options); }
  /** Presses a key where the focus is: `press('Control+S')`; with a selector, there: `press('#name', 'Enter')`. */
  async press(selector, key, options) {
    if (typeof key !== 'string') return this.#act('press', [keyOf(selector)], key);
    const pressed = keyOf(key);
    await this.#of(selector, '(element) => { element.focus?.(); }', options);
    return this.#act('press', [pressed], options);
  }
  /** Ticks a box, or chooses a radio button. */
  async check(selector, options) { if (!await this.isChecked(selector, options)) await this.click(selector, options); }
  async uncheck(selector, options) { if (await this.isChecked(selector, options)) await this.click(selector, options); }

  // --- waiting

  /** Waits for an element; `state: 'hidden'` or `'detached'` waits until it is not there. */
  async waitForSelector(selector, { state = 'attached', timeout = this.#app._timeout } = {}) {
    if (state === 'attached') return this.#act('wait-for', [selector], { timeout });
    const shown = isShown(selector);
    const code = { visible: shown, hidden: `!${shown}`, detached: `${found(selector)} === null` }[state];
    if (code === undefined) {
      throw new TypeError(`there is no state '${state}': one of attached, detached, visible, hidden`);
    }
    await until(() => this.evaluate(code), Boolean, `'${selector}' is ${state}`, timeout);
    return undefined;
  }
  /** Waits until the page shows a text. */
  waitForText(given, options) { return this.#act('wait-for-text', [given], options); }
  /** Waits until a function, run in the page again and again, gives something true; that. */
  waitForFunction(run, argument, { timeout = this.#app._timeout } = {}) {
    const what = `${String(run).slice(0, 80)} is true in the page`;
    return until(() => this.evaluate(run, argument), Boolean, what, timeout);
  }
  /** Waits until the page has loaded, or loaded again. */
  async waitForLoadState(state, { timeout = this.#app._timeout } = {}) {
    await this.#app._operation('the page has loaded', 'page', timeout, 'number', this.number);
  }
  /** Waits for a message between main and this page: on that channel, or that the function takes. */
  waitForMessage(which, options) { return this.#app._waitForMessage(which, this, options); }
  /** Waits for an event of the page: `console`, `pageerror`, `close`, `crash`. */
  waitForEvent(name, options) { return waitForEvent(this, name, options, this.#app._timeout); }

  // --- what it is

  /** Runs a function, or a text, in the page; what it gives comes back. */
  evaluate(run, argument) {
    const code = typeof run === 'function' ? `(${run})(${argument === undefined ? '' : text(argument)})` : String(run);
    return this.#app._operation('evaluate in a page', 'evaluate', this.#app._timeout, this.number, code);
  }
  textContent(selector, options) { return this.#of(selector, '(element) => element.textContent', options); }
  innerText(selector, options) { return this.#of(selector, '(element) => element.innerText', options); }
  innerHTML(selector, options) { return this.#of(selector, '(element) => element.innerHTML', options); }
  inputValue(selector, options) { return this.#of(selector, '(element) => element.value', options); }
  getAttribute(selector, name, options) {
    return this.#of(selector, `(element) => element.getAttribute(${text(name)})`, options);
  }
  isChecked(selector, options) { return this.#of(selector, '(element) => element.checked === true', options); }
  isDisabled(selector, options) { return this.#of(selector, '(element) => element.disabled === true', options); }
  async isEnabled(selector, options) { return !await this.isDisabled(selector, options); }
  /** Whether there is such an element that is not hidden by an attribute or its own style: nothing is laid out. */
  isVisible(selector) { return this.evaluate(isShown(selector)); }
  /** How many elements match. */
  count(selector) { return this.evaluate(`document.querySelectorAll(${text(selector)}).length`); }
  content() { return this.evaluate('document.documentElement.outerHTML'); }
  title() { return this.evaluate('document.title'); }
  url() { return this.evaluate('location.href'); }
  /** The same acts and questions for one selector. */
  locator(selector) { return new Locator(this, selector); }
  getByTestId(id) { return this.locator(`[data-testid=${text(id)}]`); }
  getByPlaceholder(given) { return this.locator(`[placeholder=${text(given)}]`); }
  isClosed() { return this.#isClosed; }
  /** Closes its window, as its user would. */
  async close() {
    if (this.#isClosed) return;
    const ms = this.#app._timeout;
    const closed = within(new Promise((resolve) => { this.once('close', resolve); }), 'the page is closed', ms);
    await Promise.all([closed, this.#app._operation('close', 'closeContents', ms, this.number)]);
  }
  async screenshot() {
    throw new Error('page.screenshot: there are no pixels, pages are not drawn; look at textContent or content()');
  }
}

/** A selector of a page, for those who keep it: `page.locator('#save').click()`. */
class Locator {
  constructor(page, selector) {
    this.page = () => page;
    this.selector = selector;
  }
  locator(selector) { return new Locator(this.page(), `${this.selector} ${selector}`); }
  waitFor(options) { return this.page().waitForSelector(this.selector, { state: 'visible', ...options }); }
  pressSequentially(given, options) { return this.page().type(this.selector, given, options); }
  toString() { return `locator('${this.selector}')`; }
}
for (const name of [
  'click', 'type', 'fill', 'selectOption', 'press', 'check', 'uncheck', 'textContent', 'innerText', 'innerHTML',
  'inputValue', 'getAttribute', 'isChecked', 'isDisabled', 'isEnabled', 'isVisible', 'count',
]) {
  const act = function (...args) { return this.page()[name](this.selector, ...args); };
  Object.defineProperty(Locator.prototype, name, { value: act, writable: true, configurable: true });
}

/** Waits for the next event of that name; `given` is a function that says which, or `{ predicate, timeout }`. */
function waitForEvent(emitter, name, given, most) {
  const options = typeof given === 'function' ? { predicate: given } : given ?? {};
  const { predicate = () => true, timeout = most, what = `an event '${name}'` } = options;
  let heard;
  const promise = new Promise((resolve, reject) => {
    heard = (...args) => {
      try {
        if (predicate(...args)) resolve(args.length > 1 ? args : args[0]);
      } catch (error) {
        reject(error);
      }
    };
    emitter.on(name, heard);
  });
  return within(promise, what, timeout).finally(() => emitter.off(name, heard));
}

module.exports = { Page, waitForEvent };
