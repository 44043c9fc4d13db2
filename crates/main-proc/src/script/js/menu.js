'use strict';
// Menu and MenuItem: kept as they were built; their items can be clicked by program.

const EventEmitter = require('events');
const native = binding('dipole');
const info = require('dipole/info');
const { Event } = require('dipole/ipc_events');

const TYPES = ['normal', 'separator', 'submenu', 'checkbox', 'radio', 'header', 'palette'];

let applicationMenu = null;
let lastCommand = 0;

class MenuItem {
  constructor(options) {
    if (typeof options !== 'object' || options === null) throw new TypeError('Invalid template for MenuItem');
    const { roles } = require('dipole/menu_roles');
    const { click, submenu, role, ...rest } = options;
    Object.assign(this, rest);
    this.role = role;
    const known = roles[String(role ?? '').toLowerCase()];
    const below = submenu ?? known?.submenu?.();
    this.submenu = Array.isArray(below) ? Menu.buildFromTemplate(below) : below ?? null;
    if (this.submenu !== null && !(this.submenu instanceof Menu)) throw new Error('Invalid submenu');
    this.type = options.type ?? (this.submenu ? 'submenu' : known?.type ?? 'normal');
    if (this.type === 'submenu' && !this.submenu) throw new Error('Invalid submenu');
    if (!TYPES.includes(this.type)) throw new Error(`Unknown menu item type: ${this.type}`);
    this.label = options.label ?? known?.label ?? '';
    this.sublabel = options.sublabel ?? '';
    this.toolTip = options.toolTip ?? '';
    this.accelerator = options.accelerator ?? known?.accelerator;
    this.userAccelerator = null;
    this.icon = options.icon ?? null;
    this.enabled = options.enabled !== false;
    this.visible = options.visible !== false;
    this.checked = options.checked === true;
    this.acceleratorWorksWhenHidden = options.acceleratorWorksWhenHidden !== false;
    this.registerAccelerator = options.registerAccelerator ?? known?.registerAccelerator !== false;
    this.commandId = ++lastCommand;
    this.menu = null;
    this.click = (event, window, contents) => {
      if (this.type === 'checkbox') this.checked = !this.checked;
      if (this.type === 'radio') check(this);
      const target = window ?? require('dipole/window').BrowserWindow.getFocusedWindow() ?? undefined;
      if (typeof click === 'function') click(this, target, event);
      else known?.click?.(target, contents ?? target?.webContents);
    };
  }

  getDefaultRoleAccelerator() { return require('dipole/menu_roles').roles[String(this.role ?? '').toLowerCase()]?.accelerator; }
}
native.markUncloneable(MenuItem.prototype);

// Of the radio items that stand together one is checked.
function check(item) {
  const items = item.menu?.items ?? [item];
  const at = items.indexOf(item);
  let first = at;
  while (first > 0 && items[first - 1].type === 'radio') first -= 1;
  for (let i = first; i < items.length && items[i].type === 'radio'; i++) items[i].checked = i === at;
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
    if (options !== undefined && (typeof options !== 'object' || options === null)) {
      throw new TypeError('Options must be an object');
    }
    info.popped?.(this);
    this.emit('menu-will-show', new Event({ sender: this }));
    this.emit('menu-will-close', new Event({ sender: this }));
    options?.callback?.();
  }

  closePopup() {}

  static buildFromTemplate(template) {
    if (!Array.isArray(template)) throw new TypeError('Invalid template for Menu: Menu template must be an array');
    for (const item of template) {
      const isItem = typeof item === 'object' && item !== null && ('label' in item || 'role' in item || item.type === 'separator');
      if (!isItem) throw new TypeError('Invalid template for MenuItem: must have at least one of label, role or type');
    }
    const menu = new Menu();
    for (const item of placed(template)) menu.append(item instanceof MenuItem ? item : new MenuItem(item));
    return menu;
  }

  static setApplicationMenu(menu) {
    if (menu !== null && !(menu instanceof Menu)) throw new TypeError('Invalid menu');
    applicationMenu = menu;
  }

  static getApplicationMenu() { return applicationMenu; }
  static sendActionToFirstResponder() {}
}
native.markUncloneable(Menu.prototype);

// A template in the order that `before` and `after` ask for, without separators that separate nothing.
function placed(template) {
  const list = [...template];
  for (const item of template) {
    const [ids, by] = item.after !== undefined ? [item.after, 1] : [item.before, 0];
    if (!Array.isArray(ids)) continue;
    list.splice(list.indexOf(item), 1);
    const at = list.findIndex((other) => other.id !== undefined && ids.includes(other.id));
    if (at < 0) list.push(item);
    else list.splice(at + by, 0, item);
  }
  const shown = (item) => item.visible !== false;
  const isLine = (item) => item.type === 'separator';
  return list.filter((item, at) => {
    if (!isLine(item) || !shown(item)) return true;
    const before = list.slice(0, at).filter(shown);
    const after = list.slice(at + 1).filter(shown);
    return before.length > 0 && !isLine(before.at(-1)) && after.some((one) => !isLine(one));
  });
}

module.exports = { Menu, MenuItem };
