'use strict';
// The keys of a keyboard as accelerators name them: what a page is told of one that is pressed.

// Keys without a character: their names in accelerators, `key` (which is `code` too) and `keyCode`.
const NAMED = new Map([
  ['return', 'Enter', 13], ['enter', 'Enter', 13], ['esc', 'Escape', 27], ['escape', 'Escape', 27], ['tab', 'Tab', 9],
  ['backspace', 'Backspace', 8], ['delete', 'Delete', 46], ['insert', 'Insert', 45], ['home', 'Home', 36], ['end', 'End', 35],
  ['pageup', 'PageUp', 33], ['pagedown', 'PageDown', 34], ['up', 'ArrowUp', 38], ['down', 'ArrowDown', 40],
  ['left', 'ArrowLeft', 37], ['right', 'ArrowRight', 39], ['capslock', 'CapsLock', 20], ['numlock', 'NumLock', 144],
  ['scrolllock', 'ScrollLock', 145], ['printscreen', 'PrintScreen', 44], ['volumeup', 'AudioVolumeUp', 175],
  ['volumedown', 'AudioVolumeDown', 174], ['volumemute', 'AudioVolumeMute', 173], ['medianexttrack', 'MediaTrackNext', 176],
  ['mediaprevioustrack', 'MediaTrackPrevious', 177], ['mediastop', 'MediaStop', 178], ['mediaplaypause', 'MediaPlayPause', 179],
].map(([name, key, keyCode]) => [name, { key, shifted: key, code: key, keyCode }]));

// Of a keyboard of the United States: what the key prints, with shift too, its `code` and `keyCode`.
const SIGNS = [
  ['`', '~', 'Backquote', 192], ['-', '_', 'Minus', 189], ['=', '+', 'Equal', 187], ['[', '{', 'BracketLeft', 219],
  [']', '}', 'BracketRight', 221], ['\\', '|', 'Backslash', 220], [';', ':', 'Semicolon', 186], ["'", '"', 'Quote', 222],
  [',', '<', 'Comma', 188], ['.', '>', 'Period', 190], ['/', '?', 'Slash', 191], [' ', ' ', 'Space', 32],
  ...[...')!@#$%^&*('].map((sign, digit) => [String(digit), sign, `Digit${digit}`, 48 + digit]),
];
const PRINTED = new Map();
for (const [key, shifted, code, keyCode] of SIGNS) {
  PRINTED.set(shifted, { key, shifted, code, keyCode, isShifted: shifted !== key });
  PRINTED.set(key, { key, shifted, code, keyCode, isShifted: false });
}

function found(name) {
  if (/^[a-z]$/i.test(name)) {
    const shifted = name.toUpperCase();
    return { key: name.toLowerCase(), shifted, code: `Key${shifted}`, keyCode: shifted.charCodeAt(0) };
  }
  const function_ = /^f([1-9]|1\d|2[0-4])$/i.exec(name);
  if (function_ !== null) return { key: `F${function_[1]}`, shifted: `F${function_[1]}`, code: `F${function_[1]}`, keyCode: 111 + Number(function_[1]) };
  return PRINTED.get(name) ?? NAMED.get(name.toLowerCase()) ?? { key: name, shifted: name, code: name.length === 1 ? '' : name, keyCode: 0 };
}

const WORDS = new Map([['plus', '+'], ['space', ' ']]);

/** The key of that name, which is a character or the name of an accelerator; `text` is what it types. */
function keyNamed(given, hasShift) {
  const name = WORDS.get(given.toLowerCase()) ?? given;
  const { key, shifted, code, keyCode, isShifted = false } = found(name);
  const shift = hasShift || isShifted;
  const text = name.length === 1 ? name : key === 'Enter' ? '\n' : '';
  return { key: shift ? shifted : key, code, keyCode, shift, text };
}

const MODIFIERS = ['cmd', 'command', 'ctrl', 'control', 'cmdorctrl', 'commandorcontrol', 'alt', 'option', 'altgr', 'shift', 'super', 'meta'];

function isKey(name) {
  return /^(?:[a-z]|f(?:[1-9]|1\d|2[0-4])|num(?:\d|dec|add|sub|mult|div))$/.test(name) || PRINTED.has(name) || NAMED.has(name) || WORDS.has(name);
}

/** Whether Electron takes that for an accelerator: keys and modifiers that it knows, and not modifiers alone. */
function isAccelerator(text) {
  const names = text.split('+').map((name) => name.trim().toLowerCase());
  return names.every((name) => MODIFIERS.includes(name) || isKey(name)) && names.some(isKey);
}

module.exports = { keyNamed, isAccelerator };
