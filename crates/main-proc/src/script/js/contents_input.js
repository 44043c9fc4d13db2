'use strict';
// What programs do in the user's place: keys that are pressed in a page, and files that are dragged out of it.

const { Event } = require('dipole/ipc_events');
const { unsupported } = require('dipole/support');

const KINDS = { keyDown: 'keyDown', rawKeyDown: 'keyDown', keyUp: 'keyUp', char: 'char' };
const MODIFIERS = { shift: 'shift', control: 'control', ctrl: 'control', alt: 'alt', meta: 'meta', command: 'meta', cmd: 'meta' };

/** Presses a key, or lets it go. What is to be done at a place of the page needs a display. */
function sendInputEvent(given) {
  if (given === null || typeof given !== 'object' || typeof given.type !== 'string') throw new TypeError('Invalid event object');
  const type = KINDS[given.type];
  if (type === undefined) throw unsupported(`webContents.sendInputEvent of the type '${given.type}' (keys alone can be sent)`);
  if (typeof given.keyCode !== 'string' || given.keyCode === '') throw new TypeError('Invalid event object');
  const names = (Array.isArray(given.modifiers) ? given.modifiers : []).map((name) => String(name).toLowerCase());
  const held = new Set(names.map((name) => MODIFIERS[name]).filter(Boolean));
  const isAutoRepeat = names.includes('isautorepeat');
  const { key, code, keyCode, shift, text } = require('dipole/keys').keyNamed(given.keyCode, held.has('shift'));
  const flags = { shift, control: held.has('control'), alt: held.has('alt'), meta: held.has('meta') };
  if (type !== 'char') {
    const event = new Event({ sender: this });
    const input = { type, key, code, isAutoRepeat, isComposing: false, location: 0, modifiers: [...held], ...flags };
    this.emit('before-input-event', event, input);
    if (event.defaultPrevented || this.isDestroyed()) return;
  }
  const init = {
    key, code, keyCode, which: keyCode, repeat: isAutoRepeat, bubbles: true, cancelable: true, composed: true,
    shiftKey: flags.shift, ctrlKey: flags.control, altKey: flags.alt, metaKey: flags.meta,
  };
  let name = type.toLowerCase();
  let typed = 'undefined';
  if (type === 'char') {
    if (text === '') return;
    name = 'keypress';
    init.keyCode = init.which = init.charCode = text === '\n' ? 13 : text.codePointAt(0);
    typed = insertion(text);
  }
  const target = 'document.activeElement ?? document.body ?? document';
  this.executeJavaScript(`(${target}).dispatchEvent(new KeyboardEvent('${name}', ${JSON.stringify(init)})) && ${typed}`).catch(() => {});
}

// What puts a text into the field that has the focus, as if it had been typed.
function insertion(text) {
  return `(() => {
    const field = document.activeElement;
    if (field === null || typeof field.value !== 'string' || field.readOnly || field.disabled) return;
    const start = field.selectionStart ?? field.value.length;
    const end = field.selectionEnd ?? start;
    field.value = field.value.slice(0, start) + ${JSON.stringify(text)} + field.value.slice(end);
    if (field.selectionStart !== null) field.setSelectionRange(start + ${text.length}, start + ${text.length});
    field.dispatchEvent(new InputEvent('input', { bubbles: true, data: ${JSON.stringify(text)}, inputType: 'insertText' }));
  })()`;
}

async function insertText(text) {
  if (typeof text !== 'string') throw new TypeError('Error processing argument at index 0, conversion failure');
  await this.executeJavaScript(insertion(text));
}

/** Nobody sees it: what a program could get wrong is told. */
function startDrag(item) {
  const files = item?.files ?? (typeof item?.file === 'string' ? [item.file] : undefined);
  if (!Array.isArray(files) || files.length === 0) throw new Error("Must specify either 'file' or 'files' option");
  const { icon } = item;
  if (icon === undefined || icon === null) throw new Error("'icon' parameter is required");
  const image = typeof icon === 'string' ? require('dipole/native_image').nativeImage.createFromPath(icon) : icon;
  if (typeof icon === 'string' && image.isEmpty()) throw new Error(`Failed to load image from path '${icon}'`);
  if (typeof image.isEmpty !== 'function' || image.isEmpty()) throw new Error("Must specify non-empty 'icon' option");
}

module.exports = { insertText, sendInputEvent, startDrag };
