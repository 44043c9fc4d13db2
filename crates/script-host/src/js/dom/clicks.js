'use strict';
// What a click does by default.

const { lists } = require('internal/intrinsics');
const { texts } = require('internal/texts');
const { b, later, hooks } = require('dom/core');
const { idOf } = require('dom/node');
const { fire } = require('dom/target');
const { inputType, groupOf, setChecked, submitForm } = require('dom/forms');

const SCRIPT = /^javascript:/i;
const ACTIVE = 'button, input, a[href], area[href], label, summary';

/**
 * What a click on `target` does by default: `undo` if it is cancelled, `run` otherwise.
 * Boxes change before listeners see the click, as they do in a browser.
 */
function activate(target) {
  const on = target.nodeType === 1 ? target.closest(ACTIVE) : null;
  if (on === null || b.isDisabled(idOf(on))) return null;
  const nothing = () => {};
  switch (on.localName) {
    case 'input': return activateInput(on) ?? null;
    case 'button':
      return { undo: nothing, run: () => {
        const { form, type } = on;
        if (form !== null && type === 'submit') submitForm(form, on);
        if (form !== null && type === 'reset') form.reset();
      } };
    case 'label': {
      const { control } = on;
      // A click inside of the control itself is the control's.
      if (control === null || control.contains(target)) return null;
      return { undo: nothing, run: () => {
        control.focus();
        control.click();
      } };
    }
    case 'summary': {
      const details = on.parentNode;
      if (details?.localName !== 'details') return null;
      return { undo: nothing, run: () => {
        details.open = !details.open;
        later(() => fire(details, 'Event', 'toggle', {}));
      } };
    }
    default:
      return { undo: nothing, run: () => {
        if (texts.test(on.href, SCRIPT)) return;
        if (on.hasAttribute('download') && hooks.window !== null) download(on);
        else follow(on);
      } };
  }
}

const HERE = ['', '_self', '_parent', '_top'];

// A link whose target is no window of this page opens one, which does not know who has opened it unless that is said.
function follow(on) {
  const { href, target, rel } = on;
  const name = texts.lower(target);
  if (lists.includes(HERE, name)) return require('dom/address').go(href, false);
  const words = texts.split(texts.lower(rel), ' ');
  const isAlone = lists.includes(words, 'noopener') || (name === '_blank' && !lists.includes(words, 'opener'));
  return b.open(href, name === '_blank' ? name : target, lists.includes(words, 'noreferrer') ? 'noreferrer' : isAlone ? 'noopener' : '');
}

// Main keeps what is there as a file. What is a blob, this page alone has.
function download(on) {
  const { href, download: name } = on;
  const { blobAt, bytes } = texts.startsWith(href, 'blob:') ? require('internal/blob') : {};
  const blob = blobAt?.(href);
  try {
    if (blob !== undefined) hooks.window('download', href, name, bytes(blob), blob.type);
    else hooks.window('download', href, name);
  } catch (error) {
    require('internal/console').console.error('The download of ' + texts.slice(href, 0, 200) + ' was not begun: ' + error.message);
  }
}

function activateInput(on) {
  const type = inputType(on);
  const nothing = () => {};
  const tell = () => {
    if (!on.isConnected) return;
    fire(on, 'Event', 'input', { bubbles: true, composed: true });
    fire(on, 'Event', 'change', { bubbles: true });
  };
  if (type === 'checkbox') {
    const before = on.checked;
    b.setChecked(idOf(on), !before);
    return { undo: () => b.setChecked(idOf(on), before), run: tell };
  }
  if (type === 'radio') {
    const before = lists.find(groupOf(on), (one) => one.checked);
    if (before === on) return null;
    setChecked(on, true);
    return { undo: () => (before ? setChecked(before, true) : b.setChecked(idOf(on), false)), run: tell };
  }
  if (type === 'submit' || type === 'image') {
    return { undo: nothing, run: () => { if (on.form !== null) submitForm(on.form, on); } };
  }
  if (type === 'reset') return { undo: nothing, run: () => on.form?.reset() };
  return null;
}

module.exports = { activate };
