'use strict';
// A page of an app, in the words of Playwright's pages as far as nothing is drawn.

const { EventEmitter } = require('node:events');
const { keyOf } = require('./keys.js');
const { until, within, setTimeout } = require('./deadline.js');
const { Finder, Locator, stepsOf, expression, first, pathOf } = require('./locator.js');
const { waitToFulfil } = require('./expected.js');

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
const stepsFor = (target) => (typeof target === 'string' ? stepsOf(target) : target.steps);
/** The CSS selector that a target is, if it is no more than that. */
function cssOf(target) {
  const [step, ...others] = stepsFor(target);
  return others.length === 0 ? step.css : undefined;
}

class Page extends EventEmitter {
  #app;
  #isClosed = false;
  #url = '';
  // Playwright's `expect` asks for that.
  _apiName = 'Page';
  constructor(app, number) {
    super();
    this.#app = app;
    this.number = number;
    this.on('close', () => { this.#isClosed = true; });
  }
  _at(url) { this.#url = url; }

  async #act(verb, [target, ...args], { timeout = this.#app._timeout } = {}) {
    const shown = [target?.key ?? target, ...args];
    const what = `${verb} ${shown.map((one) => (one instanceof Locator ? one : `'${one}'`)).join(' ')}`;
    const end = Date.now() + timeout;
    const isElement = target instanceof Locator || (typeof target === 'string' && verb !== 'wait-for-text');
    const place = isElement ? await this.#place(target, what, timeout) : target;
    const left = Math.max(end - Date.now(), 1);
    const given = this.#app._value([place, ...args]);
    const problem = await this.#app._operation(what, 'act', left + 1_000, this.number, verb, given, left);
    if (problem !== undefined) throw new Error(`${what}: ${reason(problem)}, within ${timeout} ms`);
  }
  /** A CSS selector of the first element, which is waited for where it is not found by one. */
  async #place(target, what, timeout) {
    const css = cssOf(target);
    if (css !== undefined) return css;
    return until(() => this.evaluate(expression(stepsFor(target), pathOf)), (path) => path !== null, `${what}: no element matches`, timeout);
  }
  /** What an element is asked once it is there. */
  async _of(target, run, options, argument = null) {
    await this.#act('wait-for', [target], options);
    return this.evaluate(first(stepsFor(target), run, argument));
  }

  // --- what its user does

  /** Clicks the first element that matches, once there is one. */
  click(selector, options) { return this.#act('click', [selector], options); }
  /** Types a text into the element that matches, behind what is there. */
  type(selector, given, options) { return this.#act('type', [selector, given], options); }
  /** Replaces the text of the element that matches. */
  async fill(selector, given, options) {
    const told = "for (const name of ['input', 'change']) field.dispatchEvent(new Event(name, { bubbles: true }));";
    await this._of(selector, `(field) => { field.focus?.(); field.value = ''; ${given === '' ? told : ''} }`, options);
    if (given !== '') await this.#act('type', [selector, given], options);
  }
  /** Clicks twice, which is a double click too. */
  async dblclick(selector, options) {
    await this.click(selector, options);
    await this.click(selector, options);
    await this._of(selector, "(on) => { on.dispatchEvent(new MouseEvent('dblclick', { bubbles: true, cancelable: true, detail: 2 })); }", options);
  }
  /** Moves the mouse there. */
  async hover(selector, options) {
    await this._of(selector, `(on) => { for (const name of ['mouseover', 'mouseenter', 'mousemove']) {
      on.dispatchEvent(new MouseEvent(name, { bubbles: name !== 'mouseenter' }));
    } }`, options);
  }
  async focus(selector, options) { await this._of(selector, '(on) => { on.focus?.(); }', options); }
  /** Keys where the focus is. */
  keyboard = Object.freeze({
    press: (key) => this.press(key),
    type: (given) => this.type(':focus', given),
    insertText: (given) => this.type(':focus', given),
  });
  /** Chooses an option of a list, by its value or its text. */
  selectOption(selector, value, options) { return this.#act('select', [selector, value], options); }
  /** Presses a key where the focus is: `press('Control+S')`; with a selector, there: `press('#name', 'Enter')`. */
  async press(selector, key, options) {
    if (typeof key !== 'string') return this.#act('press', [keyOf(selector)], key);
    const pressed = keyOf(key);
    await this._of(selector, '(element) => { element.focus?.(); }', options);
    return this.#act('press', [pressed], options);
  }
  /** Ticks a box, or chooses a radio button. */
  async check(selector, options) { if (!await this.isChecked(selector, options)) await this.click(selector, options); }
  async uncheck(selector, options) { if (await this.isChecked(selector, options)) await this.click(selector, options); }

  // --- waiting

  /** Waits for an element, and gives its locator; `state: 'hidden'` or `'detached'` waits until it is not there. */
  async waitForSelector(selector, { state = 'attached', timeout = this.#app._timeout } = {}) {
    const found = selector instanceof Locator ? selector : this.locator(selector);
    if (state === 'attached') {
      await this.#act('wait-for', [selector], { timeout });
      return found;
    }
    const isSo = { visible: (is) => is === true, hidden: (is) => is !== true, detached: (is) => is === null }[state];
    if (isSo === undefined) throw new TypeError(`there is no state '${state}': one of attached, detached, visible, hidden`);
    const what = selector instanceof Locator ? selector : `'${selector}'`;
    await until(() => this.#isShown(selector), isSo, `${what} is ${state}`, timeout);
    return state === 'visible' ? found : null;
  }
  /** Whether the first element is to be seen; `null` where there is none. */
  #isShown(target) {
    return this.evaluate(expression(stepsFor(target), '([on], { isShown }) => (on === undefined ? null : isShown(on))'));
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
  /** Waits until it is at that URL: all of it, or what a pattern or a function says. */
  async waitForURL(wanted, { timeout = this.#app._timeout } = {}) {
    const isThere = wanted instanceof RegExp ? (url) => wanted.test(url) : (url) => url === String(wanted);
    const fits = typeof wanted === 'function' ? (url) => wanted(new URL(url)) : isThere;
    await until(() => this.url(), fits, `the page is at '${wanted}'`, timeout, (url) => `it is at '${url}'`);
  }
  /** Waits so long. */
  waitForTimeout(ms) { return new Promise((resolve) => { setTimeout(resolve, ms); }); }
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
  textContent(selector, options) { return this._of(selector, '(element) => element.textContent', options); }
  innerText(selector, options) { return this._of(selector, '(element) => element.innerText', options); }
  innerHTML(selector, options) { return this._of(selector, '(element) => element.innerHTML', options); }
  inputValue(selector, options) { return this._of(selector, '(element) => element.value', options); }
  getAttribute(selector, name, options) {
    return this._of(selector, `(element) => element.getAttribute(${text(name)})`, options);
  }
  isChecked(selector, options) { return this._of(selector, '(element) => element.checked === true', options); }
  isDisabled(selector, options) { return this._of(selector, '(element) => element.disabled === true', options); }
  async isEnabled(selector, options) { return !await this.isDisabled(selector, options); }
  /** Whether there is such an element that is not hidden by an attribute or a style of its own: nothing is laid out. */
  async isVisible(selector) { return await this.#isShown(selector) === true; }
  async isHidden(selector) { return !await this.isVisible(selector); }
  /** How many elements match. */
  count(selector) { return this.evaluate(expression(stepsFor(selector), '(all) => all.length')); }
  content() { return this.evaluate('document.documentElement.outerHTML'); }
  title() { return this.evaluate('document.title'); }
  url() { return this.#url; }
  /** The first element, or all, that match now: their locators. */
  async $(selector) { return await this.count(selector) > 0 ? this.locator(selector).first() : null; }
  $$(selector) { return this.locator(selector).all(); }
  _then(step, name) { return new Locator(this, [step].flat(), name); }
  mainFrame() { return { _expect: (what, options) => this.#expect(what, options) }; }
  context() { return this.#app.context(); }
  /** What Playwright's `expect(page)` asks. */
  #expect(what, options) {
    const look = async () => ({ title: await this.title(), url: this.url() });
    return waitToFulfil(what, look, options);
  }
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

// What finds elements is the same in a page and below a locator.
for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(Finder.prototype))) {
  if (name !== 'constructor') Object.defineProperty(Page.prototype, name, property);
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
