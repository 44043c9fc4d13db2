'use strict';
// What the native side asks for: starting, ending, and the operations of its driver. Each operation tells its end by
// `native.done(token, ok, text)`.

const native = binding('dipole');
const { kState } = require('dipole/process_link');

const BARE_PREFERENCES = {
  nodeIntegration: true, contextIsolation: false, sandbox: false, webSecurity: true, additionalArguments: [],
};

// What waits for a window: whether one is wanted, and what to do with it.
let waiting = [];

function setUp({ env, ...known }) {
  Object.assign(process.env, env);
  const packaged = process.env.DIPOLE_PACKAGED ?? '';
  const isPackaged = packaged !== '' && packaged !== '0';
  if (isPackaged) delete process.defaultApp;
  Object.assign(require('dipole/info'), known, { isPackaged });
  require('dipole/dispatch').install();
}

function ready() {
  require('dipole/app').start();
}

function leave(code) {
  require('dipole/app_quit').end(code);
}

const SIGNALS = { 1: 'SIGHUP', 2: 'SIGINT', 3: 'SIGQUIT', 15: 'SIGTERM' };

// A signal has come: to the program's own listeners, if they are to hear of it, or else the app quits. Whether anything
// was done.
function signal(number, listeners) {
  const name = SIGNALS[number];
  if (name === undefined) return false;
  if (listeners && process.listenerCount(name) > 0) {
    process.emit(name, name, number);
    return true;
  }
  if (name === 'SIGQUIT') return false;
  native.quitsFor(128 + number);
  require('dipole/app_quit').bySignal(name === 'SIGTERM' ? 0 : 128 + number);
  return true;
}

function contentsOf(id) {
  const { webContents } = require('dipole/contents');
  const contents = webContents.fromId(id);
  if (contents === undefined) throw new Error(`there are no web contents with the number ${id}`);
  return contents;
}

// An error for the user of the command line; for a value that cannot be cloned, with the part that is to blame.
function textOf(error) {
  if (!(error instanceof Error)) return textOfValue(error);
  const { message, path } = error;
  if (typeof message !== 'string') return 'Error';
  return message.endsWith('An object could not be cloned.') && typeof path === 'string' ? `${message} (${path})` : message;
}

// What a page has rejected with may be anything: it is shown without running any code of its own.
function textOfValue(value) {
  if (value === null || typeof value !== 'object') return String(value);
  return require('util').inspect(value, { customInspect: false });
}

function nameOf(error) {
  const name = error instanceof Error ? error.name : undefined;
  return typeof name === 'string' ? name : 'Error';
}

// Runs an operation; what it throws or rejects with is its failure.
function operation(run) {
  return async (token, ...args) => {
    try {
      native.done(token, await run(...args));
    } catch (error) {
      native.failed(token, nameOf(error), textOf(error));
    }
  };
}

function ask(contents, channel, args) {
  return contents[kState].asks.whenLoaded(channel, args);
}

// Looks for a window's page, now or when the program has made one, and waits until it has loaded: the first window, or
// the one with that number, or with that text in its title or URL.
function page(kind, wanted) {
  const fits = {
    first: () => true,
    number: (contents) => contents.id === wanted,
    title: (contents) => contents[kState].title.includes(wanted),
    url: (contents) => contents[kState].url.includes(wanted),
  }[kind];
  const found = pages().find(fits);
  if (found !== undefined) return loaded(found);
  return new Promise((resolve, reject) => {
    waiting.push({ fits, found: (contents) => loaded(contents).then(resolve, reject) });
    require('dipole/contents_load').watchLoads(notice);
  });
}

// The pages that are the app's: those of its windows first, then those of its views.
function pages() {
  const { webContents } = require('dipole/contents');
  const windows = require('dipole/window').BrowserWindow.getAllWindows().map((window) => window.webContents);
  return [...windows, ...webContents.getAllWebContents().filter((contents) => !windows.includes(contents))];
}

function notice() {
  const all = pages();
  const left = [];
  for (const one of waiting.splice(0)) {
    const found = all.find(one.fits);
    if (found === undefined) left.push(one);
    else one.found(found);
  }
  waiting.push(...left);
}

function loaded(contents) {
  const state = contents[kState];
  return new Promise((resolve, reject) => {
    const ended = () => {
      if (state.destroyed) reject(new Error('the window was closed before its page had loaded'));
      else if (state.crashed) reject(new Error(`the renderer process of the window ${state.goneText}`));
      else if (state.lastFailure !== null) reject(new Error(state.lastFailure));
      else resolve(contents.id);
    };
    state.asks.later({ run: ended, reject });
  });
}

function openBare() {
  const contents = require('dipole/contents').create(BARE_PREFERENCES, null);
  contents[kState].hidden = true;
  const loaded = contents.loadURL('about:blank');
  native.isCommandLine(contents[kState].link);
  return loaded.then(() => contents.id);
}

function call(id, verb, channel, args) {
  return ask(contentsOf(id), 'call', [verb, channel, args]);
}

// Runs code in a page, with `await` at its top level. Only the text itself is at fault for what cannot be compiled: then
// the error says where.
function evaluate(id, code) {
  return ask(contentsOf(id), 'evaluate', [code]).catch((error) => {
    const place = error instanceof SyntaxError ? /^SyntaxError: .*\n *at <anonymous>:(\d+):(\d+)$/.exec(error.stack) : null;
    if (place !== null) error.message += ` (line ${place[1]}, column ${place[2]})`;
    throw error;
  });
}

// A key that the user presses in a page is told before the page has it; whether the page is to have it.
function tellKey(contents, type, { key, code, shiftKey: shift, ctrlKey: control, altKey: alt, metaKey: meta }) {
  if (contents.isDestroyed()) return false;
  const flags = { shift, control, alt, meta };
  const modifiers = Object.keys(flags).filter((name) => flags[name]);
  const { Event } = require('dipole/ipc_events');
  const event = new Event({ sender: contents });
  contents.emit('before-input-event', event, { type, key, code, isAutoRepeat: false, isComposing: false, location: 0, modifiers, ...flags });
  return !event.defaultPrevented && !contents.isDestroyed();
}

// Does something in a page in the user's place. The page waits for what it is to be done to; where another page comes
// before that, that one is asked, for the time that is left.
async function act(id, verb, args, ms) {
  if (verb !== 'press') return perform(id, verb, args, ms);
  // Main may listen to keys before the page has them.
  const contents = contentsOf(id);
  await loaded(contents);
  native.acts();
  const done = tellKey(contents, 'keyDown', args[0]) ? await perform(id, verb, args, ms) : undefined;
  tellKey(contents, 'keyUp', args[0]);
  return done;
}

function perform(id, verb, args, ms) {
  const contents = contentsOf(id);
  const state = contents[kState];
  const end = Date.now() + ms;
  return new Promise((resolve, reject) => {
    let settled = false;
    const settle = (how) => (value) => {
      if (settled) return;
      settled = true;
      state.asks.acting = null;
      how(value);
    };
    const attempt = () => {
      if (settled) return;
      const version = state.frameVersion;
      const left = Math.max(0, end - Date.now());
      const failed = settle(reject);
      ask(contents, 'act', [verb, left, args]).then(
        settle(resolve), (error) => { if (state.frameVersion === version || state.crashed || state.destroyed) failed(error); });
    };
    state.asks.acting = attempt;
    attempt();
  });
}

// Runs a script whose value nobody wants, so that it may be anything.
function run(id, code) {
  return evaluate(id, code).then(() => undefined, (error) => {
    const isValue = error instanceof Error && error.message === 'An object could not be cloned.' && /^result\b/.test(error.path);
    if (!isValue) throw error;
  });
}

function listen(id, channel) {
  native.tell(contentsOf(id)[kState].link, 'listen', [channel]);
}

// What the driver asks without waiting: JSON.

function windows() {
  return JSON.stringify(require('dipole/window').BrowserWindow.getAllWindows().map((window) => window.webContents.id));
}

// What can be said of the pages to act on.
function pageList() {
  return JSON.stringify(pages().map((contents) => ({
    number: contents.id, title: contents[kState].title, url: contents[kState].url,
  })));
}

// All pages that the program knows of.
function describePages() {
  const { webContents } = require('dipole/contents');
  return JSON.stringify(webContents.getAllWebContents().map((contents) => {
    const { window, title, url, loading, crashed } = contents[kState];
    return { id: contents.id, window: window !== null, title: title || (window?.getTitle() ?? ''), url, loading, crashed };
  }));
}

// The channels that any page reaches, whatever it is.
function channels() {
  const { ipcMain, handlersOf } = require('dipole/ipc_main');
  const listened = ipcMain.eventNames().filter((name) => typeof name === 'string' && name !== 'error');
  return JSON.stringify({ handled: [...ipcMain[handlersOf].keys()].map(String), listened });
}

// For a prompt; loaded with the first use.
const prompt = (name) => (...args) => require('dipole/prompt')[name](...args);

module.exports = {
  setUp, ready, leave, signal, windows, pageList, describePages, channels,
  page: operation(page), openBare: operation(openBare), call: operation(call),
  evaluate: operation(evaluate), run: operation(run), act: operation(act), listen: operation(listen),
  promptOpen: operation(prompt('open')), promptRun: operation(prompt('run')), promptComplete: operation(prompt('complete')),
};
