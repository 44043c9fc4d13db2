'use strict';
// A running app, seen from its test.

const { EventEmitter } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const addon = require('../addon.js');
const { find } = require('./find.js');
const { ConsoleMessage } = require('./console.js');
const { Page, waitForEvent } = require('./page.js');
const { createSpy } = require('./spy.js');
const { TimeoutError, within, until, setTimeout, clearTimeout } = require('./deadline.js');

const ours = (name) => addon.load((module) => import(module)).require(name);
const codec = () => ours('./codec.js');

/** How long a step may take, and a start, where nothing else is said. */
const PATIENCE = 5_000;
const TO_START = 30_000;
const TO_ANSWER = 5_000;
/** An app that is told to end has so long. */
const TO_END = 3_000;

/** What to do where a page's process could not be started. */
function hintOn(text) {
  const program = process.env.DIPOLE_RENDERER;
  if (!program || !/could not be started|before it said hello/.test(text)) return '';
  return `. DIPOLE_RENDERER is set to '${program}': is that right?`;
}

class App extends EventEmitter {
  #link;
  #last = 0;
  #waiting = new Map();
  #pages = new Map();
  #failOnError;
  #folder = null;
  #options;
  /** The arguments with which it wants to be started again. */
  #again = null;
  #exited = null;
  #exit;
  #bare = null;
  #traced = null;
  #failure = null;
  // Why it could not even be begun.
  #notBegun;
  /** What to do about the error that main has failed with. */
  #next = '';
  #inProcess;
  _timeout;
  _spies = new Map();
  /** Console lines: {process, renderer, level, text, file, line}. */
  console = [];
  /** Errors that nobody caught, crashes and failed loads: {type, process, text}. */
  errors = [];

  /** `folder` is a folder of its data that is the app's own. */
  constructor(options, folder = undefined) {
    super();
    this.#options = options;
    const { app = '.', inProcess = false, userData, dialogs, sandbox } = options;
    const { timeout = PATIENCE, failOnError = true } = options;
    const { args = [], env = {}, node, execArgv = [], cwd } = options;
    this._timeout = timeout;
    this.#failOnError = failOnError;
    this.#inProcess = inProcess;
    const found = find(app);
    const { file, native } = addon.load((name) => import(name));
    const { permissions } = found.package.dipole ?? {};
    this.#folder = userData === undefined ? folder ?? fs.mkdtempSync(path.join(os.tmpdir(), 'dipole-test-')) : null;
    const settings = {
      ...found, version: native.version(), dialogs, resourcesPath: path.dirname(file), tests: true,
      userData: userData === undefined ? this.#folder : path.resolve(userData),
      host: {
        addon: file, appPath: found.appPath, untilIdle: true, json: true, ...(sandbox ? { sandbox } : {}),
        renderer: ours('./renderer.js').renderer(),
        permissions: permissions ? path.resolve(found.appPath, permissions) : null,
      },
      process: { node, execArgv, cwd, args, env },
    };
    this.#exit = new Promise((resolve) => {
      const hears = {
        told: (message) => this.#told(message),
        line: (line) => this.#printed(line),
        failed: (error) => { this.#failure ??= error; },
        ended: (code, signal, tail) => {
          if (this.#exited !== null) return;
          this.#exited = { code, signal };
          this.#ended(code, signal, tail);
          resolve(this.#exited);
        },
      };
      try {
        this.#link = require(inProcess ? './here.js' : './own.js').start(settings, hears);
      } catch (error) {
        this.#removeFolder();
        this.#notBegun = error;
        this.#exited ??= { code: 1, signal: null };
        resolve(this.#exited);
      }
    });
    this.on('newListener', (name) => { if (name === 'message') this.#trace().catch(() => {}); });
  }

  async _start({ timeout = TO_START } = {}) {
    const started = new Promise((resolve, reject) => this.#waiting.set('started', { resolve, reject }));
    if (this.#notBegun !== undefined) throw this.#notBegun;
    this.#link.say({ do: 'start' });
    // A test that fails before it closes its app must not keep its runner: what is waited for has a deadline, which
    // does.
    this.#link.hold(false);
    try {
      await within(started, 'the app is ready: its main script has come to its end', timeout);
    } catch (error) {
      await this._end();
      throw error;
    }
  }

  // --- pages

  /** The page of the first window, once it has loaded. */
  async firstWindow({ timeout = this._timeout } = {}) {
    return this.#page(await this._operation('the first window', 'page', timeout, 'first', ''));
  }

  /** The pages that there are. */
  windows() { return [...this.#pages.values()]; }

  /** The page of the window with that in its title or URL, once there is one and it has loaded. */
  async waitForWindow({ title, url, timeout = this._timeout }) {
    const [kind, wanted] = title !== undefined ? ['title', title] : ['url', url];
    const what = `a window with '${wanted}' in its ${kind === 'url' ? 'URL' : kind}`;
    return this.#page(await this._operation(what, 'page', timeout, kind, wanted));
  }

  /** As much of Playwright's context of a browser as there is here: its pages. Its traces record nothing. */
  context() {
    const tracing = Object.freeze({ async start() {}, async stop() {}, async startChunk() {}, async stopChunk() {} });
    return { pages: () => this.windows(), tracing, _options: {} };
  }

  #page(number) {
    let page = this.#pages.get(number);
    if (page === undefined) {
      page = new Page(this, number);
      this.#pages.set(number, page);
    }
    return page;
  }

  /** The window of a page, as Playwright has it: what its `evaluate` runs in main is given Electron's `BrowserWindow`. */
  async browserWindow(page) {
    const ask = (run, argument) =>
      this._operation('evaluate in main', 'evaluateWindow', this._timeout, page.number, this._function(run), this._value(argument));
    return { evaluate: ask };
  }

  // --- main

  /** Runs a function in main: `app.evaluate(({ app }, name) => app.getPath(name), 'userData')`. */
  evaluate(run, argument) { return this.execute(run, argument); }
  /** The same with several arguments. */
  execute(run, ...args) {
    const values = args.map((arg) => this._value(arg));
    return this._operation('evaluate in main', 'evaluateMain', this._timeout, this._function(run), ...values);
  }

  /** Electron's module of the app, which runs in this process. */
  get electron() {
    if (this.#link.electron !== undefined) return this.#link.electron;
    const other = "use 'evaluate' or 'mock', or launch it with `inProcess: true`";
    throw new Error(`the app runs in a process of its own: ${other}`);
  }

  /** Calls a handler of main as a page would. */
  invoke(channel, ...args) { return this.#call('invoke', channel, args); }
  /** Sends main a message as a page would. */
  async send(channel, ...args) { await this.#call('send', channel, args); }
  /** Sends main a message and waits for its answer. */
  sendSync(channel, ...args) { return this.#call('sendSync', channel, args); }
  async #call(verb, channel, args) {
    this.#bare ??= this._operation('an empty page', 'openBare', this._timeout);
    const from = await this.#bare;
    return this._operation(`${verb} '${channel}'`, 'call', this._timeout, from, verb, channel, this._value(args));
  }

  /** The channels with handlers, for `invoke`, and with listeners. */
  handlers() {
    return within(this.#request({ do: 'ask', name: 'channels', args: [] }), 'the list of channels', this._timeout);
  }

  // --- what its user does outside of pages

  /** Clicks an item of the application's menu, by its labels (`'File', 'Save'`) or `{ id }`, once there is one. */
  clickMenuItem(...path) { return this.#retry('the menu item', 'clickMenu', path); }
  /** The same with the menu that was shown at a place last (`menu.popup()`). */
  clickContextMenuItem(...path) { return this.#retry('the item of a context menu', 'clickShownMenu', path); }
  /** Clicks a tray, once there is one; `event` is `click`, `right-click` or `double-click`. */
  clickTray({ index = 0, event = 'click' } = {}) {
    return this.#until(`${event} on tray ${index}`, 'clickTray', index, event);
  }
  /** Clicks an item of a tray's menu. */
  clickTrayMenuItem(...path) { return this.#retry('the item of the tray', 'clickTrayMenu', path, 0); }
  /** Presses keys that the app has registered, as a global shortcut or for an item of its menu. */
  pressShortcut(accelerator) { return this.#until(`the shortcut ${accelerator}`, 'pressShortcut', accelerator); }
  /** Answers the next dialogs of that method, one each: `app.answerDialog('showOpenDialog', { filePaths: ['/a'] })`. */
  answerDialog(method, ...answers) {
    return this._operation(`answers for ${method}`, 'answerDialog', this._timeout, method, this._value(answers));
  }

  #retry(what, operation, path, ...before) {
    const wanted = typeof path[0] === 'object' ? path[0] : path.flat();
    const name = Array.isArray(wanted) ? wanted.join(' > ') : wanted.id;
    return this.#until(`${what} ${name}`, operation, ...before, this._value(wanted));
  }
  /** Asks for that until it gives no reason why it cannot be done. */
  async #until(what, operation, ...args) {
    // Each question has longer than all of them together, so that the last answer is what is told.
    const ask = () => this._operation(what, operation, this._timeout + TO_ANSWER, ...args);
    await until(ask, (problem) => problem === undefined, what, this._timeout, String);
  }

  // --- spies, and a clock

  /**
   * Puts a spy in the place of a function of Electron, which does nothing until it is told to:
   * `app.mock('dialog', 'showOpenDialog')`.
   */
  mock(module, name) { return createSpy(this, `${module}.${name}`, 'mock', [module, name]); }
  /** The same, and what is spied on does its work. */
  async spy(module, name) { return (await this.mock(module, name)).mockPassThrough(); }
  /** Puts a spy in the place of a handler of main. */
  mockHandler(channel) { return createSpy(this, `the handler of '${channel}'`, 'mockHandler', [channel]); }
  isMockFunction(given) { return typeof given === 'function' && given._isMockFunction === true; }
  async clearAllMocks() { await Promise.all([...this._spies.values()].map((spy) => spy.mockClear())); }
  async resetAllMocks() { await Promise.all([...this._spies.values()].map((spy) => spy.mockReset())); }
  /** Gives everything back that spies stand in the place of, the last first. */
  async restoreAllMocks() { for (const spy of [...this._spies.values()].reverse()) await spy.mockRestore(); }

  /** A clock for main's script (Node's `mock.timers`); the runtime keeps to the real one, and pages have their own. */
  clock = Object.freeze({
    install: ({ time } = {}) => this.#clock('install', time === undefined ? undefined : Number(new Date(time))),
    runFor: (ms) => this.#clock('tick', ms),
    runAll: () => this.#clock('runAll'),
    setSystemTime: (time) => this.#clock('setTime', Number(new Date(time))),
    uninstall: () => this.#clock('uninstall'),
  });
  #clock(verb, value) { return this._operation(`clock.${verb}`, 'clock', this._timeout, verb, this._value(value)); }

  // --- waiting

  /** Waits for an event: `window`, `console`, `error`, `dialog`, `message`, `exit`. */
  waitForEvent(name, options) { return waitForEvent(this, name === 'close' ? 'exit' : name, options, this._timeout); }
  /** Waits for a message between main and a page: on that channel, or that the function takes. */
  waitForMessage(which, options) { return this._waitForMessage(which, null, options); }
  async _waitForMessage(which, page, { timeout = this._timeout } = {}) {
    const isAny = typeof which === 'function';
    const fits = isAny ? which : (message) => message.channel === which && message.verb !== 'reply';
    const predicate = (message) => (page === null || message.page === page) && fits(message);
    const what = isAny ? 'a message that is looked for' : `a message on '${which}'`;
    const heard = waitForEvent(this, 'message', { predicate, timeout, what });
    const [message] = await Promise.all([heard, this.#trace()]);
    return message;
  }
  #trace() { return this.#traced ??= this._operation('messages are heard', 'trace', this._timeout); }
  /** Waits until nothing is left to do in any process of the app. */
  idle({ timeout = this._timeout } = {}) {
    const pending = [];
    const keep = (lines) => { pending.push(...lines); };
    const ask = () => this.#request({ do: 'ask', name: 'pending', args: [] }).then(keep, () => {});
    const late = setTimeout(ask, Math.max(0, timeout - 200));
    const why = () => (pending.length > 0 ? ` (it waits for ${pending.join('; ')})` : '');
    const what = () => `nothing is left to do in the app${why()}`;
    return this._operation(what, 'idle', timeout).then(() => {}).finally(() => clearTimeout(late));
  }

  // --- the end

  /** Waits for the app's own end; its exit code. */
  async waitForExit({ timeout = this._timeout } = {}) {
    return (await within(this.#exit, 'the app ends', timeout)).code;
  }

  /** Waits until the app has ended and wants to be started again (`app.relaunch`); the app that it is then, with its data. */
  async waitForRelaunch({ timeout = this._timeout } = {}) {
    const code = await this.waitForExit({ timeout });
    if (this.#again === null) throw new Error(`the app has ended with exit code ${code}, and has not called app.relaunch()`);
    const next = new App({ ...this.#options, args: this.#again }, this.#folder ?? undefined);
    this.#folder = null;
    await next._start({ timeout: this.#options.startTimeout });
    return next;
  }

  /** Ends the app. Rejects when an error has been left uncaught in it, unless `failOnError` is false. */
  async close() {
    await this._end();
    if (!this.#failOnError || this.errors.length === 0) return;
    const [first] = this.errors;
    const place = `${first.process}${first.renderer ? ` ${first.renderer}` : ''}`;
    throw new Error(`${this.errors.length} error(s) that nobody caught; the first, in ${place}: ${first.text}`);
  }
  async _end() {
    if (this.#exited === null) {
      this.#link.hold(true);
      this.#link.say({ do: 'leave', code: 0 });
      const timer = setTimeout(() => this.#link.kill(), TO_END);
      await within(this.#exit, 'the app ends', 2 * TO_END).finally(() => clearTimeout(timer));
    }
    this.#removeFolder();
  }
  #removeFolder() {
    if (this.#folder !== null) fs.rmSync(this.#folder, { recursive: true, force: true, maxRetries: 3 });
  }
  async [Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')]() { await this.close(); }

  /** Main's process: `null` where that is this one. */
  process() { return this.#link.child; }
  /** Main's process id. */
  get pid() { return this.#inProcess ? process.pid : this.#link.child.pid; }

  // --- what is asked of main

  _value(value, name = 'the argument') {
    try {
      return { value: ours('./asked.js').hex(value, name) };
    } catch (error) {
      throw new TypeError(`${name} cannot be sent: ${error.message} (${error.path})`, { cause: error });
    }
  }
  _function(run) { return this.#link.given(run); }
  async _operation(what, name, ms, ...args) {
    const answer = await within(this.#request({ do: 'operation', name, args }), what, ms);
    return codec().decode(Buffer.from(answer, 'hex'));
  }
  #request(message) {
    if (this.#exited !== null) return Promise.reject(new Error('the app has ended'));
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#link.say({ id, ...message });
    });
  }
  #settle(key, how, value) {
    this.#waiting.get(key)?.[how](value);
    this.#waiting.delete(key);
  }

  // --- what is told

  #told(message) {
    switch (message.event) {
      case undefined: break;
      case 'started': return this.#settle('started', 'resolve');
      case 'main-error': this.#next = message.next; return undefined;
      case 'refused': this.#failure ??= new Error(message.text); return undefined;
      case 'end': this.#again = message.relaunch; return undefined;
      case 'not-loaded': return this.#settle('started', 'reject', message.error);
      case 'contents': return this.#opened(message.contents);
      case 'closed': return this.#closed(message.contents);
      case 'at': return this.#page(message.contents)._at(message.url);
      case 'dialog': return this.emit('dialog', this.#decoded(message));
      case 'called': return this._spies.get(message.id)?._heard(message.type, this.#decoded(message));
      case 'trace': return this.#message(message);
      default: return undefined;
    }
    const { id, value, error } = message;
    if (error === undefined) return this.#settle(id, 'resolve', value);
    const text = `${error.message}${hintOn(error.message)}`;
    return this.#settle(id, 'reject', Object.assign(new Error(text), { name: error.name }));
  }
  #decoded({ value }) { return codec().decode(Buffer.from(value, 'hex')); }
  #opened(number) {
    const page = this.#page(number);
    // As in Playwright it is told of when it has loaded. In this process its window is still being made.
    const loaded = Promise.resolve().then(() => page.waitForLoadState());
    loaded.then(() => this.emit('window', page), () => {});
  }
  #closed(number) {
    const page = this.#pages.get(number);
    this.#pages.delete(number);
    page?.emit('close');
  }
  #message({ contents, incoming, verb, channel, requestId, status, encoded }) {
    const value = codec().decode(Buffer.from(encoded, 'hex'));
    const what = verb === 'reply' ? { status, value } : { args: value };
    const direction = incoming ? 'to-main' : 'to-page';
    this.emit('message', { page: this.#pages.get(contents) ?? null, direction, verb, channel, id: requestId, ...what });
  }
  #printed(line) {
    let entry;
    try {
      entry = JSON.parse(line);
    } catch {
      entry = { type: 'write', process: 'main', stream: 'stdout', text: line };
    }
    const page = this.#pages.get(entry.renderer);
    if (entry.type === 'console' || entry.type === 'write') {
      this.console.push(entry);
      if (this.#options.playwright) return this.#printedAs(new ConsoleMessage(entry, page), page);
      this.emit('console', entry);
      page?.emit('console', entry);
      return;
    }
    if (entry.type === 'crash') entry.text += hintOn(entry.text);
    this.errors.push(entry);
    if (this.listenerCount('error') > 0) this.emit('error', entry);
    if (entry.type === 'crash') page?.emit('crash', page);
    else page?.emit('pageerror', Object.assign(new Error(entry.text.split('\n')[0]), { stack: entry.text }));
  }
  /** In Playwright an app tells of main's console, and each page of its own. */
  #printedAs(message, page) {
    (page ?? this).emit('console', message);
  }
  #ended(code, signal, tail) {
    const how = signal ? `by ${signal}` : `with exit code ${code}`;
    const why = this.errors.at(-1)?.text ?? tail;
    const text = `the app has ended ${how} before that was done${why === '' ? '' : `:\n${why}`}${this.#next}`;
    const error = this.#failure ?? new Error(text);
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    for (const number of [...this.#pages.keys()]) this.#closed(number);
    this.emit('exit', code, signal);
  }
}

/**
 * Starts an app and waits until it is ready.
 *
 * Options: `app` (a folder or a main script; `.`), `inProcess` (in this process, and not in one of its own), `args`,
 * `env`, `cwd`, `userData` (a folder of its own, which is removed at the end), `dialogs` (answers: DIPOLE_DIALOG's
 * object), `timeout` (of each step, 5000 ms), `startTimeout`, `failOnError` (true: errors that nobody catches make
 * `close` reject), `node` and `execArgv` (the Node to run main in), `sandbox`.
 */
async function launch(options = {}) {
  const given = typeof options === 'string' ? { app: options } : options;
  const app = new App(given);
  await app._start({ timeout: given.startTimeout });
  return app;
}

module.exports = { launch, App, TimeoutError };
