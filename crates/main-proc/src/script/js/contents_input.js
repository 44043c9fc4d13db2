'use strict';
// What programs do in the user's place: keys that are pressed in a page, and files that are dragged out of it.

const { Event } = require('dipole/ipc_events');
const { unsupported } = require('dipole/support');

const KINDS = { keyDown: 'keyDown', rawKeyDown: 'keyDown', keyUp: 'keyUp', char: 'char' };
const MODIFIERS = { shift: 'shift', control: 'control', ctrl: 'control', alt: 'alt', meta: 'meta', command: 'meta', cmd: 'meta' };
// Names of accelerators that keys of pages have not.
const KEYS = {
  return: 'Enter', enter: 'Enter', esc: 'Escape', escape: 'Escape', space: ' ', up: 'ArrowUp', down: 'ArrowDown', left: 'ArrowLeft',
  right: 'ArrowRight', plus: '+', tab: 'Tab', backspace: 'Backspace', delete: 'Delete', insert: 'Insert', home: 'Home', end: 'End',
  pageup: 'PageUp', pagedown: 'PageDown',
};

function keyOf(code, isShifted) {
  if (code.length === 1) return isShifted ? code.toUpperCase() : code.toLowerCase();
  return KEYS[code.toLowerCase()] ?? code;
}

const codeOf = (key) => (/^[a-z]$/i.test(key) ? `Key${key.toUpperCase()}` : /^\d$/.test(key) ? `Digit${key}` : key === ' ' ? 'Space' : key);

/** Presses a key, or lets it go. What is to be done at a place of the page needs a display. */
function sendInputEvent(given) {
  if (given === null || typeof given !== 'object' || typeof given.type !== 'string') throw new TypeError('Invalid event object');
  const type = KINDS[given.type];
  if (type === undefined) throw unsupported(`webContents.sendInputEvent of the type '${given.type}' (keys alone can be sent)`);
  if (typeof given.keyCode !== 'string' || given.keyCode === '') throw new TypeError('Invalid event object');
  const held = new Set((Array.isArray(given.modifiers) ? given.modifiers : []).map((name) => MODIFIERS[String(name).toLowerCase()]));
  const key = keyOf(given.keyCode, held.has('shift'));
  const flags = { shift: held.has('shift'), control: held.has('control'), alt: held.has('alt'), meta: held.has('meta') };
  const input = { type, key, code: codeOf(key), isAutoRepeat: false, isComposing: false, location: 0, modifiers: [...held].filter(Boolean), ...flags };
  if (type !== 'char') {
    const event = new Event({ sender: this });
    this.emit('before-input-event', event, input);
    if (event.defaultPrevented || this.isDestroyed()) return;
  }
  if (type === 'char') {
    this.insertText(key === 'Enter' ? '\n' : key).catch(() => {});
    return;
  }
  const init = { key, code: input.code, shiftKey: flags.shift, ctrlKey: flags.control, altKey: flags.alt, metaKey: flags.meta, bubbles: true, cancelable: true };
  const name = type === 'keyDown' ? 'keydown' : 'keyup';
  this.executeJavaScript(`void (document.activeElement ?? document.body ?? document).dispatchEvent(new KeyboardEvent('${name}', ${JSON.stringify(init)}))`)
    .catch(() => {});
}

/** Nobody sees it: what a program could get wrong is told. */
function startDrag(item) {
  const files = item?.files ?? (typeof item?.file === 'string' ? [item.file] : undefined);
  if (!Array.isArray(files) || files.length === 0) throw new Error("Must specify either 'file' or 'files' option");
  const { icon } = item;
  const image = typeof icon === 'string' ? require('dipole/native_image').nativeImage.createFromPath(icon) : icon;
  if (image === undefined || image === null || typeof image.isEmpty !== 'function' || image.isEmpty()) throw new Error("Must specify non-empty 'icon' option");
}

module.exports = { sendInputEvent, startDrag };
