'use strict';
// Menu and MenuItem: kept as they were built; their items can be clicked by program.

const EventEmitter = require('events');

let applicationMenu = null;
let lastCommand = 0;

class MenuItem {
  constructor(options) {
    if (typeof options !== 'object' || options === null) throw new TypeError('Invalid template for MenuItem');
    const { click, submenu, ...rest } = options;
    Object.assign(this, rest);
    this.submenu = Array.isArray(submenu) ? Menu.buildFromTemplate(submenu) : submenu ?? null;
    this.type = options.type ?? (this.submenu ? 'submenu' : 'normal');
    if (this.type === 'submenu' && !this.submenu) throw new Error('Invalid submenu');
    this.label = options.label ?? (options.role ? String(options.role) : '');
    this.sublabel = options.sublabel ?? '';
    this.enabled = options.enabled !== false;
    this.visible = options.visible !== false;
    this.checked = options.checked === true;
    this.commandId = ++lastCommand;
    this.menu = null;
    this.click = (event, window, contents) => {
      if (this.type === 'checkbox') this.checked = !this.checked;
      if (this.type === 'radio') this.checked = true;
      if (typeof click === 'function') click(this, window, event);
      else role(this.role, window ?? require('dipole/window').BrowserWindow.getFocusedWindow(), contents);
    };
  }
}

// What the roles do that mean something without a display.
function role(name, window) {
  switch (String(name ?? '').toLowerCase()) {
    case 'quit': return require('dipole/app').app.quit();
    case 'close': return window?.close();
    case 'reload': return window?.webContents.reload();
    case 'forcereload': return window?.webContents.reloadIgnoringCache();
    case 'minimize': return window?.minimize();
    case 'togglefullscreen': return window?.setFullScreen(!window.isFullScreen());
    default: return undefined;
  }
}

class Menu extends EventEmitter {
  items = [];

  append(item) { this.insert(this.items.length, item); }

  insert(at, item) {
    if (!(item instanceof MenuItem)) throw new TypeError('Invalid item');
    if (at < 0) throw new RangeError(`Position ${at} cannot be less than 0`);
    if (at > this.items.length) throw new RangeError(`Position ${at} cannot be greater than the total MenuItem count`);
    item.menu = this;
    this.items.splice(at, 0, item);
  }

  // Depth first, without recursion.
  getMenuItemById(id) {
    const stack = this.items.toReversed();
    while (stack.length > 0) {
      const item = stack.pop();
      if (item.id === id) return item;
      if (item.submenu) stack.push(...item.submenu.items.toReversed());
    }
    return null;
  }

  popup(options) {
    this.emit('menu-will-show', {});
    this.emit('menu-will-close', {});
    options?.callback?.();
  }

  closePopup() {}

  static buildFromTemplate(template) {
    if (!Array.isArray(template)) throw new TypeError('Invalid template for Menu: Menu template must be an array');
    const menu = new Menu();
    for (const item of template) menu.append(item instanceof MenuItem ? item : new MenuItem(item));
    return menu;
  }

  static setApplicationMenu(menu) {
    if (menu !== null && !(menu instanceof Menu)) throw new TypeError('Invalid menu');
    applicationMenu = menu;
  }

  static getApplicationMenu() { return applicationMenu; }
  static sendActionToFirstResponder() {}
}

module.exports = { Menu, MenuItem };
