'use strict';
// What tests ask of main besides what the command line does (`dipole/test`): its windows as events, functions that are
// run in it, what a user does outside of pages, spies, a clock.

const vm = require('node:vm');
const { native } = require('./addon.js');
const { hex } = require('./asked.js');
const { createSpies } = require('./spies.js');

/** A function of the test: itself, where it is in this process, or its text. */
function functionOf(given) {
  if (typeof given === 'function') return given;
  try {
    return vm.runInThisContext(`(${given})`, { filename: 'evaluate' });
  } catch (error) {
    // A method's text is no expression.
    const name = /^(?:async\s+)?\*?\s*([\w$]+)\s*\(/.exec(given)?.[1];
    if (name === undefined) throw error;
    return vm.runInThisContext(`({ ${given} })`, { filename: 'evaluate' })[name];
  }
}

/** An accelerator's keys in one order, by one name each. */
function keysOf(accelerator) {
  const names = {
    commandorcontrol: 'ctrl', cmdorctrl: 'ctrl', controlormeta: 'ctrl', control: 'ctrl', command: 'meta', cmd: 'meta',
    super: 'meta', option: 'alt', return: 'enter', escape: 'esc',
  };
  const parts = String(accelerator).toLowerCase().split('+').map((part) => names[part.trim()] ?? part.trim());
  return parts.sort().join('+');
}

const labelOf = (item) => item.label.replace(/&(.)/g, '$1');

function* itemsOf(menu) {
  const stack = [...(menu?.items ?? [])].reverse();
  while (stack.length > 0) {
    const item = stack.pop();
    yield item;
    if (item.submenu) stack.push(...[...item.submenu.items].reverse());
  }
}

/** The item with these labels, one below the other, or with that id; or why there is none, in words. */
function findItem(menu, wanted) {
  if (!menu) return 'there is no such menu';
  if (!Array.isArray(wanted)) return menu.getMenuItemById(wanted.id) ?? `no item has the id '${wanted.id}'`;
  let item = null, items = menu.items;
  for (const label of wanted) {
    item = items.find((one) => one.visible && labelOf(one) === label);
    if (item === undefined) {
      const labels = items.filter((one) => one.label !== '').map((one) => `'${labelOf(one)}'`);
      return `there is no '${label}', but ${labels.join(', ') || 'nothing'}`;
    }
    items = item.submenu?.items ?? [];
  }
  return item;
}

const APIS = ['setTimeout', 'setInterval', 'setImmediate', 'Date'];

/** The operations. `idle` is told the numbers of those who wait until nothing is left to do. */
function createTested(main, driver, say, idle) {
  const { internal } = main.host;
  const electron = internal('electron');
  const { Event } = internal('dipole/ipc_events');
  let shownMenu = null;
  let isOurs = false;

  // What is told.
  electron.app.on('web-contents-created', (event, contents) => {
    if (isOurs) return;
    const { id } = contents;
    contents.once('destroyed', () => say({ event: 'closed', contents: id }));
    say({ event: 'contents', contents: id });
    const at = (event, url) => say({ event: 'at', contents: id, url });
    contents.on('did-navigate', at);
    contents.on('did-navigate-in-page', (event, url, isMainFrame) => { if (isMainFrame) at(event, url); });
  });
  internal('dipole/info').asked = (method, options, answer) => {
    let value;
    try {
      value = hex({ method, options, answer });
    } catch {
      // Something in it cannot be sent: its text can.
      const message = String(options.message ?? options.title ?? '');
      value = hex({ method, options: { message }, answer });
    }
    say({ event: 'dialog', value });
  };
  // A menu that is shown at a place is the one that its user clicks.
  internal('dipole/info').popped = (menu) => { shownMenu = menu; };

  const operation = (run) => async (id, ...args) => {
    try {
      driver.done(id, await run(...args));
    } catch (error) {
      driver.thrown(id, error?.name ?? 'Error', error?.message ?? String(error));
    }
  };
  function click(menu, wanted) {
    const item = findItem(menu, wanted);
    if (typeof item === 'string') return item;
    if (!item.enabled) return `'${labelOf(item)}' is disabled`;
    if (!item.visible) return `'${labelOf(item)}' is hidden`;
    const window = electron.BrowserWindow.getFocusedWindow() ?? undefined;
    item.click(new Event(), window, window?.webContents);
    return undefined;
  }
  const tray = (index) => [...internal('dipole/desktop').trays][index] ?? [null, null];
  const spies = createSpies(main, say, functionOf);

  // Of those that give a text, it is why it could not be done (yet).
  const operations = {
    evaluateMain: (run, ...args) => functionOf(run)(electron, ...args),
    evaluateWindow: (id, run, argument) => functionOf(run)(electron.BrowserWindow.fromWebContents(electron.webContents.fromId(id)), argument),
    clickMenu: (wanted) => click(electron.Menu.getApplicationMenu(), wanted),
    clickShownMenu: (wanted) => click(shownMenu, wanted),
    clickTray(index, name) {
      const [found] = tray(index);
      if (found === null) return `there is no tray ${index}`;
      found.emit(name, new Event({ sender: found }), found.getBounds(), { x: 0, y: 0 });
      return undefined;
    },
    clickTrayMenu(index, wanted) {
      const [found, menu] = tray(index);
      if (found === null) return `there is no tray ${index}`;
      return menu === null ? 'the tray has no menu' : click(menu, wanted);
    },
    pressShortcut(accelerator) {
      const keys = keysOf(accelerator);
      const { shortcuts, globalShortcut } = internal('dipole/desktop');
      for (const [key, run] of shortcuts) {
        if (keysOf(key) !== keys || globalShortcut.isSuspended()) continue;
        run();
        return undefined;
      }
      for (const item of itemsOf(electron.Menu.getApplicationMenu())) {
        if (!item.enabled || !item.accelerator || keysOf(item.accelerator) !== keys) continue;
        const window = electron.BrowserWindow.getFocusedWindow() ?? undefined;
        item.click(new Event(), window, window?.webContents);
        return undefined;
      }
      return `nothing is registered for it, but ${[...shortcuts.keys()].join(', ') || 'nothing'}`;
    },
    answerDialog(method, answers) {
      if (typeof electron.dialog[method] !== 'function') throw new Error(`dialog has no '${method}'`);
      const { dialogs } = internal('dipole/info');
      const name = method.replace(/Sync$/, '');
      dialogs[name] = [...(Array.isArray(dialogs[name]) ? dialogs[name] : []), ...answers];
    },
    clock(verb, value) {
      const { timers } = require('node:test').mock;
      switch (verb) {
        case 'install': return timers.enable({ apis: APIS, ...(value === undefined ? {} : { now: value }) });
        case 'tick': return timers.tick(value);
        case 'setTime': return timers.setTime(value);
        case 'runAll': return timers.runAll();
        default: return timers.reset();
      }
    },
    closeContents(id) {
      const contents = electron.webContents.fromId(id);
      (electron.BrowserWindow.fromWebContents(contents) ?? contents)?.close();
    },
    trace: () => native.setTrace(true),
    // Answers when everything that was said before has been heard.
    sync() {},
    ...spies,
  };

  const all = { idle };
  for (const [name, run] of Object.entries(operations)) all[name] = operation(run);
  all.openBare = (id) => {
    // A page that nobody sees, for calls from nowhere.
    isOurs = true;
    try {
      return main.control.openBare(id);
    } finally {
      isOurs = false;
    }
  };
  return all;
}

module.exports = { createTested };
