'use strict';
// `webFrame`: running code in the page's worlds. What concerns display has no effect.

const native = binding('renderer');
const PAGE = 0;
const CLONE_ERROR = 'An object could not be cloned.';

function evaluate(id, codes) {
  try {
    let result;
    for (const code of codes) result = native.evaluate(id, code, '<anonymous>');
    return result;
  } catch (error) {
    throw require('internal/bridge').errorFrom(id, error);
  }
}

// A result that cannot be passed is an error of the script that had it.
async function pass(id, result) {
  try {
    return await require('internal/bridge').awaitFrom(id, result);
  } catch (error) {
    if (error?.message === CLONE_ERROR) error.message = `Uncaught Error: ${CLONE_ERROR}`;
    throw error;
  }
}

function run(id, codes, callback) {
  const outcome = (async () => pass(id, evaluate(id, codes)))();
  if (typeof callback === 'function') {
    outcome.then((value) => callback(value, undefined), (error) => callback(undefined, error));
  }
  return outcome;
}

function scripts(list) {
  if (!Array.isArray(list)) throw new TypeError('scripts must be an array of objects with code');
  return list.map(({ code }) => code);
}

let zoom = 1;

const webFrame = {
  executeJavaScript: (code, userGesture, callback) => run(PAGE, [code], callback ?? userGesture),
  executeJavaScriptInIsolatedWorld: (id, list, userGesture, callback) => run(id, scripts(list), callback ?? userGesture),
  setIsolatedWorldInfo() {},
  insertCSS: () => String(++styles),
  removeInsertedCSS() {},
  setZoomFactor(factor) {
    if (!(factor > 0)) throw new Error("'zoomFactor' must be a double greater than 0.0");
    zoom = factor;
  },
  getZoomFactor: () => zoom,
  // Each level is a fifth more than the one before.
  setZoomLevel(level) { zoom = 1.2 ** level; },
  getZoomLevel: () => (zoom === 1 ? 0 : Math.log(zoom) / Math.log(1.2)),
  setVisualZoomLevelLimits() {},
  setSpellCheckProvider() {},
  isWordMisspelled: () => false,
  getWordSuggestions: () => [],
  clearCache() {},
  getResourceUsage: () => ({ images: {}, scripts: {}, cssStyleSheets: {}, xslStyleSheets: {}, fonts: {}, other: {} }),
  // There is one frame in a page: itself.
  getFrameForSelector: () => null,
  findFrameByName: () => null,
  findFrameByToken: (token) => (token === native.frameToken ? webFrame : null),
  findFrameByRoutingId: (id) => (id === 1 ? webFrame : null),
  get frameToken() { return native.frameToken; },
  get top() { return webFrame; },
  opener: null,
  parent: null,
  firstChild: null,
  nextSibling: null,
  routingId: 1,
};

let styles = 0;

module.exports = webFrame;
