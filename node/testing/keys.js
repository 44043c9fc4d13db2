'use strict';
// Keys by their names, as the events of a page have them.

const KEYS = {
  Enter: 13, Tab: 9, Escape: 27, Backspace: 8, Delete: 46, Insert: 45, Home: 36, End: 35, PageUp: 33, PageDown: 34,
  ArrowUp: 38, ArrowDown: 40, ArrowLeft: 37, ArrowRight: 39, Space: 32,
};

for (let number = 1; number <= 24; number++) KEYS[`F${number}`] = 111 + number;

/** A key and what is held with it, as the events of a page have them. */
function keyOf(text) {
  const [, held = '', name] = /^(.*\+)?(.+)$/s.exec(text) ?? [];
  const holds = (...names) => held.toLowerCase().split('+').some((one) => names.includes(one));
  const key = {
    key: name, code: '', keyCode: 0, ctrlKey: holds('control', 'ctrl', 'controlormeta'), shiftKey: holds('shift'),
    altKey: holds('alt'), metaKey: holds('meta', 'command'),
  };
  if (Object.hasOwn(KEYS, name)) return { ...key, key: name === 'Space' ? ' ' : name, code: name, keyCode: KEYS[name] };
  if ([...name].length > 1) {
    throw new Error(`there is no key '${name}': give a character, F1 to F24, or one of ${Object.keys(KEYS).filter((key) => !/^F\d/.test(key)).join(', ')}`);
  }
  if (/[A-Z]/.test(name) && !key.ctrlKey && !key.altKey && !key.metaKey) key.shiftKey = true;
  if (/[a-z]/i.test(name)) {
    const upper = name.toUpperCase();
    const typed = key.shiftKey ? upper : name.toLowerCase();
    Object.assign(key, { key: typed, code: `Key${upper}`, keyCode: upper.charCodeAt(0) });
  }
  if (/[0-9]/.test(name)) Object.assign(key, { code: `Digit${name}`, keyCode: name.charCodeAt(0) });
  return key;
}

module.exports = { keyOf };
