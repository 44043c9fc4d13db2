'use strict';
// The third argument of `window.open`, which is the page's: where the window is to be and how large. What else a page could
// ask for is the program's to say.

const PLACES = { left: 'x', x: 'x', screenx: 'x', top: 'y', y: 'y', screeny: 'y', width: 'width', innerwidth: 'width', height: 'height', innerheight: 'height' };
const FLAGS = ['resizable', 'minimizable', 'maximizable', 'closable', 'movable', 'frame', 'transparent', 'fullscreen', 'show'];
const LONGEST = 4096;

const isOn = (value) => value === '' || /^(?:yes|true|[1-9]\d*)$/i.test(value);

/** What a page asks for: options of the window, and how it is to be opened. */
function asked(features) {
  const all = new Map();
  for (const part of features.slice(0, LONGEST).split(/[,;]/)) {
    const [name, value = ''] = part.split('=').map((text) => text.trim());
    if (name !== '') all.set(name.toLowerCase(), value);
  }
  const options = {};
  for (const [name, value] of all) {
    if (Object.hasOwn(PLACES, name) && /^-?\d{1,6}(?:\.\d+)?$/.test(value)) options[PLACES[name]] = Math.trunc(Number(value));
    if (FLAGS.includes(name)) options[name] = isOn(value);
  }
  const flag = (name) => all.has(name) && isOn(all.get(name));
  const [noopener, noreferrer] = [flag('noopener'), flag('noreferrer')];
  const isPlain = [...all.keys()].every((name) => name === 'noopener' || name === 'noreferrer');
  // A window that has all the bars of a browser is a tab.
  const hasBars = ['location', 'menubar', 'scrollbars', 'status'].every((name) => flag(name)) && flag('resizable');
  const isPopup = all.has('popup') ? flag('popup') : !isPlain && !hasBars;
  return { options, noopener, noreferrer, isPopup };
}

module.exports = { asked };
