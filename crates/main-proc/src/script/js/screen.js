'use strict';
// screen: there is none, so one is made up, of a common size. Programs size their windows by it.

const EventEmitter = require('events');

const SIZE = { width: 1920, height: 1080 };
const rectangle = () => ({ x: 0, y: 0, ...SIZE });

// What `screen.getPrimaryDisplay()` gives, made anew for each caller.
function display() {
  return {
    id: 1, label: 'Dipole', bounds: rectangle(), workArea: rectangle(), size: { ...SIZE }, workAreaSize: { ...SIZE }, scaleFactor: 1,
    rotation: 0, internal: false, touchSupport: 'unknown', accelerometerSupport: 'unknown', monochrome: false, colorDepth: 24,
    colorSpace: '{primaries:BT709, transfer:SRGB, matrix:RGB, range:FULL}', depthPerComponent: 8, displayFrequency: 60,
    maximumCursorSize: { width: 0, height: 0 }, nativeOrigin: { x: 0, y: 0 }, detected: true,
  };
}

function numbers(value, names) {
  for (const name of names) {
    if (typeof value?.[name] !== 'number') throw new TypeError('Error processing argument at index 0, conversion failure');
  }
  return value;
}

const point = (given) => ({ x: numbers(given, ['x', 'y']).x, y: given.y });

const screen = Object.assign(new EventEmitter(), {
  getCursorScreenPoint: () => ({ x: 0, y: 0 }),
  getPrimaryDisplay: display,
  getAllDisplays: () => [display()],
  getDisplayNearestPoint(given) { point(given); return display(); },
  getDisplayMatching(given) { numbers(given, ['x', 'y', 'width', 'height']); return display(); },
  dipToScreenPoint: point,
  screenToDipPoint: point,
  dipToScreenRect: (window, rect) => ({ ...numbers(rect, ['x', 'y', 'width', 'height']) }),
  screenToDipRect: (window, rect) => ({ ...numbers(rect, ['x', 'y', 'width', 'height']) }),
});

module.exports = { screen, DISPLAY: display() };
