'use strict';
// `dipole/test`: starts an app in a process of its own, and does there what its user would. The words are those of Playwright's
// Electron API, as far as there is no display.

const { spawn } = require('node:child_process');
const { EventEmitter } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const addon = require('./addon.js');
const { renderer } = require('./lib/renderer.js');
const codecs = () => addon.load((name) => import(name)).require('./codec.js');

const PATIENCE = 5_000;

/** An error of a test: what was waited for, and for how long. */
class TimeoutError extends Error {
  constructor(what, ms) {
    super(`${what}: not within ${ms} ms`);
    this.name = 'TimeoutError';
  }
}

function hex(value, name) {
  const { encode } = codecs();
  try {
    const encoded = encode(value, name);
    return encoded.out.subarray(0, encoded.at).toString('hex');
  } catch (error) {
    throw new TypeError(`${name} cannot be sent: ${error.message} (${error.path})`, { cause: error });
  }
}

/** The app's package.json and main script, as `electron .` finds them. */
function find(app) {
  const place = path.resolve(app);
  if (!fs.existsSync(place)) throw new Error(`there is no app at '${app}': give the path of its main script, or of the folder of its package.json`);
  if (!fs.statSync(place).isDirectory()) {
    const file = path.join(path.dirname(place), 'package.json');
    return { main: place, appPath: path.dirname(place), package: fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : {} };
  }
  const file = path.join(place, 'package.json');
  const found = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8').replace(/^\uFEFF/, '')) : {};
  const named = path.join(place, found.main ?? 'index.js');
  const main = [named, `${named}.js`, `${named}.cjs`, `${named}.mjs`, path.join(named, 'index.js')].find((one) => fs.existsSync(one) && fs.statSync(one).isFile());
  if (main === undefined) throw new Error(`'${file}' names the main script '${found.main ?? 'index.js'}', which does not exist: build the app, or correct its "main" field`);
  return { main, appPath: place, package: found };
}

/**
 * Starts an app and waits until it is ready.
 *
 * Options: `app` (a folder or a main script; `.`), `args`, `env`, `cwd`, `userData` (a folder of its own, which is removed
 * at the end), `dialogs` (answers: DIPOLE_DIALOG's object), `timeout` (of each step, 5000 ms), `failOnError` (true: errors that
 * nobody catches make `close` reject), `node` and `execArgv` (the Node to run main in), `sandbox`.
 */
async function launch(options = {}) {
  const app = new App(typeof options === 'string' ? { app: options } : options);
  try {
    await app._started();
  } catch (error) {
    await app._end();
    throw error;
  }
  return app;
}

class App extends EventEmitter {
  #child;
  #socket;
  #rest = { control: '', out: '' };
  #last = 0;
  #waiting = new Map();
  #timeout;
  #failOnError;
  #folder = null;
  #started;
  #exited = null;
  #exit;
  #own = null;
  #stderr = '';
  /** Console lines: {process, renderer, level, text, file, line}. */
  console = [];
  /** Errors that nobody caught, crashes and failed loads: {type, process, text}. */
  errors = [];

  constructor({ app = '.', args = [], env = {}, cwd, userData, dialogs, timeout = PATIENCE, failOnError = true, node, execArgv = [], sandbox }) {
    super();
    this.#timeout = timeout;
    this.#failOnError = failOnError;
    const found = find(app);
    const { file, native } = addon.load((name) => import(name));
    if (userData === undefined) this.#folder = userData = fs.mkdtempSync(path.join(os.tmpdir(), 'dipole-test-'));
    const settings = {
      ...found, version: native.version(), userData, dialogs, resourcesPath: path.dirname(file),
      host: {
        addon: file, appPath: found.appPath, untilIdle: true, json: true, ...(sandbox ? { sandbox } : {}),
        renderer: renderer(),
        permissions: found.package.dipole?.permissions ? path.resolve(found.appPath, found.package.dipole.permissions) : null,
      },
    };
    const { sources } = addon.load();
    const program = node ?? process.env.DIPOLE_NODE ?? process.execPath;
    this.#child = spawn(program, [...execArgv, '-e', sources.node['bootstrap.js'], found.main, ...args], {
      cwd, stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      env: { ...process.env, NODE_TEST_CONTEXT: undefined, ...env, DIPOLE_ADDON_FILE: file, DIPOLE_DRIVEN: JSON.stringify(settings), DIPOLE_CONTROL: '3' },
    });
    this.#socket = this.#child.stdio[3];
    this.#socket.setEncoding('utf8').on('data', (text) => this.#lines('control', text, (line) => this.#told(JSON.parse(line)))).on('error', () => {});
    this.#child.stdout.setEncoding('utf8').on('data', (text) => this.#lines('out', text, (line) => this.#printed(line)));
    this.#child.stderr.setEncoding('utf8').on('data', (text) => { this.#stderr = (this.#stderr + text).slice(-16_384); });
    this.#started = new Promise((resolve, reject) => this.#waiting.set('started', { resolve, reject }));
    this.#exit = new Promise((resolve) => {
      this.#child.on('error', (error) => this.#fail(new Error(`Node cannot be started from '${program}': ${error.message}`)));
      this.#child.on('close', (code, signal) => {
        this.#exited = { code, signal };
        this.#fail(new Error(`the app has ended ${signal ? `by ${signal}` : `with exit code ${code}`} before that was done${this.#tail()}`));
        this.emit('exit', code, signal);
        resolve(this.#exited);
      });
    });
    this.#say({ do: 'start' });
    // A test that fails before it closes its app must not keep its runner: what is waited for has a deadline, which does.
    this.#handles('unref');
  }

  _started() { return this.#within(this.#started, 'the app is ready', Math.max(this.#timeout, 10_000)); }

  // --- pages

  /** The page of the first window, once it has loaded. */
  async firstWindow() { return new Page(this, await this.#operation('the first window', 'page', 'first', '')); }

  /** The pages that there are. */
  async windows() { return (await this.#ask('pages')).map(({ number }) => new Page(this, number)); }

  /** The page of the window with that in its title or URL, once there is one and it has loaded. */
  async waitForWindow({ title, url }) {
    const number = title !== undefined ? await this.#operation(`a window with '${title}' in its title`, 'page', 'title', title) : await this.#operation(`a window with '${url}' in its URL`, 'page', 'url', url);
    return new Page(this, number);
  }

  /** Waits until nothing is left to do in any process of the app. */
  idle({ timeout = this.#timeout } = {}) { return this.#operationWithin(timeout, 'nothing is left to do in the app', 'idle').then(() => {}); }

  // --- main

  /** Runs a function in main: `app.evaluate(({ app }, name) => app.getPath(name), 'userData')`. */
  evaluate(run, argument) { return this.#operation('evaluate', 'evaluateMain', String(run), this._value(argument)); }

  /** Calls a handler of main as a page would. */
  async invoke(channel, ...args) { return this.#call('invoke', channel, args); }
  /** Sends main a message as a page would. */
  async send(channel, ...args) { await this.#call('send', channel, args); }
  /** Sends main a message and waits for its answer. */
  async sendSync(channel, ...args) { return this.#call('sendSync', channel, args); }
  async #call(verb, channel, args) {
    this.#own ??= this.#operation('an empty page', 'openBare');
    return this.#operation(`${verb} '${channel}'`, 'call', await this.#own, verb, channel, this._value(args));
  }

  /** The channels with handlers, for `invoke`, and with listeners. */
  async handlers() { return this.#ask('channels'); }

  // --- the end

  /** Waits for the app's own end; its exit code. */
  async waitForExit({ timeout = this.#timeout } = {}) { return (await this.#within(this.#exit, 'the app ends', timeout)).code; }

  /** Ends the app. Rejects when an error has been left uncaught in it, unless `failOnError` is false. */
  async close() {
    await this._end();
    if (this.#failOnError && this.errors.length > 0) {
      const [first] = this.errors;
      throw new Error(`${this.errors.length} error(s) that nobody caught; the first, in ${first.process}${first.renderer ? ` ${first.renderer}` : ''}: ${first.text}`);
    }
  }
  async _end() {
    if (this.#exited === null) {
      this.#handles('ref');
      this.#say({ do: 'leave', code: 0 });
      const timer = setTimeout(() => this.#child.kill('SIGKILL'), 3_000);
      await this.#exit;
      clearTimeout(timer);
    }
    if (this.#folder !== null) fs.rmSync(this.#folder, { recursive: true, force: true });
  }
  async [Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')]() { await this.close(); }

  /** Main's process id. */
  get pid() { return this.#child.pid; }

  #handles(what) { for (const one of [this.#child, this.#socket, this.#child.stdout, this.#child.stderr]) one[what](); }

  // --- what pages use

  _value(value) { return { value: hex(value, 'the argument') }; }
  _operation(what, name, ...args) { return this.#operation(what, name, ...args); }
  _ask(name, ...args) { return this.#ask(name, ...args); }
  get _timeout() { return this.#timeout; }

  // --- the socket

  #say(message) { if (this.#socket.writable) this.#socket.write(`${JSON.stringify(message)}\n`); }
  #request(message) {
    if (this.#exited !== null) return Promise.reject(new Error('the app has ended'));
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#say({ id, ...message });
    });
  }
  #operation(what, name, ...args) { return this.#operationWithin(this.#timeout, what, name, ...args); }
  async #operationWithin(ms, what, name, ...args) {
    const answer = await this.#within(this.#request({ do: 'operation', name, args }), what, ms);
    return codecs().decode(Buffer.from(answer, 'hex'));
  }
  #ask(name, ...args) { return this.#within(this.#request({ do: 'ask', name, args }), name, this.#timeout); }
  async #within(promise, what, ms) {
    let timer;
    const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new TimeoutError(what, ms)), ms); });
    try {
      return await Promise.race([promise, late]);
    } finally {
      clearTimeout(timer);
    }
  }
  #fail(error) {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
  #tail() { return this.#stderr === '' ? '' : `:\n${this.#stderr.trimEnd()}`; }

  #lines(which, text, take) {
    const lines = (this.#rest[which] + text).split('\n');
    this.#rest[which] = lines.pop();
    for (const line of lines) take(line);
  }
  #told(message) {
    if (message.event === 'started') this.#settle('started');
    if (message.event === 'refused') this.#fail(new Error(message.text));
    if (message.event === 'main-error') this.errors.push({ type: 'uncaught-error', process: 'main', text: message.text });
    if (message.id === undefined) return;
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.error === undefined) waiting?.resolve(message.value);
    else waiting?.reject(Object.assign(new Error(message.error.message), { name: message.error.name }));
  }
  #settle(key) {
    this.#waiting.get(key)?.resolve();
    this.#waiting.delete(key);
  }
  #printed(line) {
    let entry;
    try {
      entry = JSON.parse(line);
    } catch {
      entry = { type: 'write', process: 'main', stream: 'stdout', text: line };
    }
    if (entry.type === 'console' || entry.type === 'write') {
      this.console.push(entry);
      this.emit('console', entry);
    } else {
      this.errors.push(entry);
      if (this.listenerCount('error') > 0) this.emit('error', entry);
    }
  }
}

const KEYS = { Enter: 13, Tab: 9, Escape: 27, Backspace: 8, Delete: 46, Insert: 45, Home: 36, End: 35, PageUp: 33, PageDown: 34, ArrowUp: 38, ArrowDown: 40, ArrowLeft: 37, ArrowRight: 39, Space: 32 };

/** A key and what is held with it, as the events of a page have them. */
function keyOf(text) {
  const [, held = '', name] = /^(.*\+)?(.+)$/s.exec(text) ?? [];
  const holds = (...names) => held.toLowerCase().split('+').some((one) => names.includes(one));
  const key = { key: name, code: '', keyCode: 0, ctrlKey: holds('control', 'ctrl', 'controlormeta'), shiftKey: holds('shift'), altKey: holds('alt'), metaKey: holds('meta', 'command') };
  if (Object.hasOwn(KEYS, name)) return { ...key, key: name === 'Space' ? ' ' : name, code: name, keyCode: KEYS[name] };
  if ([...name].length > 1) throw new Error(`there is no key '${name}': give a character, or one of ${Object.keys(KEYS).join(', ')}`);
  if (/[A-Z]/.test(name) && !key.ctrlKey && !key.altKey && !key.metaKey) key.shiftKey = true;
  if (/[a-z]/i.test(name)) Object.assign(key, { key: key.shiftKey ? name.toUpperCase() : name.toLowerCase(), code: `Key${name.toUpperCase()}`, keyCode: name.toUpperCase().charCodeAt(0) });
  if (/[0-9]/.test(name)) Object.assign(key, { code: `Digit${name}`, keyCode: name.charCodeAt(0) });
  return key;
}

/** Why a page could not do something, in words. */
function reason(problem) {
  const names = Array.isArray(problem?.names) && problem.names.length > 0 ? `; there are ${problem.names.slice(0, 8).join(', ')}` : '';
  switch (problem?.why) {
    case 'missing': return `no element matches${names}`;
    case 'disabled': return 'what matches is disabled';
    case 'hidden': return 'what matches is hidden';
    case 'kind': return `what matches is <${problem.is}>, which cannot be used so`;
    case 'option': return `there is no such option${names}`;
    case 'text': return `there is no such text, but '${problem.text}'`;
    default: return 'it could not be done';
  }
}

/** A page of the app, by the number of its contents. */
class Page {
  #app;
  constructor(app, number) {
    this.#app = app;
    this.number = number;
  }

  async #act(verb, ...args) {
    const what = `${verb} ${args.map((arg) => `'${arg?.key ?? arg}'`).join(' ')}`;
    const ms = this.#app._timeout;
    const problem = await this.#app._operation(what, 'act', this.number, verb, this.#app._value(args), Math.max(100, ms - 500));
    if (problem !== undefined) throw new Error(`${what}: ${reason(problem)}`);
  }
  /** Clicks the first element that matches, once there is one. */
  click(selector) { return this.#act('click', selector); }
  /** Types a text into the element that matches, behind what is there. */
  type(selector, text) { return this.#act('type', selector, text); }
  /** Replaces the text of the element that matches. */
  async fill(selector, text) {
    await this.#act('wait-for', selector);
    await this.evaluate(`{ const field = document.querySelector(${JSON.stringify(selector)}); field.focus?.(); field.value = ''; }`);
    await this.#act('type', selector, text);
  }
  /** Chooses an option of a list, by its value or its text. */
  selectOption(selector, value) { return this.#act('select', selector, value); }
  /** Presses a key where the focus is: `Enter`, `Control+S`. */
  press(key) { return this.#act('press', ...[keyOf(key)]); }
  /** Waits for an element. */
  waitForSelector(selector) { return this.#act('wait-for', selector); }
  /** Waits until the page shows a text. */
  waitForText(text) { return this.#act('wait-for-text', text); }
  /** Runs a function, or a text, in the page; what it gives comes back. */
  evaluate(run, argument) {
    const code = typeof run === 'function' ? `(${run})(${argument === undefined ? '' : JSON.stringify(argument)})` : String(run);
    return this.#app._operation('evaluate', 'evaluate', this.number, code);
  }
  /** The text of the element that matches, once there is one. */
  async textContent(selector) {
    await this.#act('wait-for', selector);
    return this.evaluate(`document.querySelector(${JSON.stringify(selector)}).textContent`);
  }
  /** The value of a field, once there is one. */
  async inputValue(selector) {
    await this.#act('wait-for', selector);
    return this.evaluate(`document.querySelector(${JSON.stringify(selector)}).value`);
  }
  title() { return this.evaluate('document.title'); }
  url() { return this.evaluate('location.href'); }
}

module.exports = { launch, TimeoutError };
