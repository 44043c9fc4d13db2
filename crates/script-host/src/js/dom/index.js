'use strict';
// Installs the DOM in a realm and is what the host of a page talks to.

const { Object, each, lists, text } = require('internal/intrinsics');
const core = require('dom/core');
const { b, wrap, hooks } = core;
const target = require('dom/target');
const { WINDOW, fire, fireAt, receive } = target;
const events = require('dom/events');
const handlers = require('dom/handlers');
const { hide, lazy } = require('dom/define');

const DOCUMENT = 0;

// Globals by the module that has them. Most worlds use few, so each is loaded when it is first looked at.
const GLOBALS = {
  'dom/node': 'Node CharacterData Text Comment DocumentType DocumentFragment',
  'dom/element': 'Element',
  'dom/shadow': 'ShadowRoot',
  'dom/custom': 'CustomElementRegistry',
  'dom/internals': 'ElementInternals CustomStateSet ValidityState',
  'dom/document': 'Document HTMLDocument',
  'dom/walkers': 'TreeWalker NodeIterator NodeFilter',
  'dom/collections': 'NodeList HTMLCollection',
  'dom/attributes': 'Attr NamedNodeMap DOMTokenList DOMStringMap CSSStyleDeclaration',
  'dom/address': 'Location History',
  'dom/storage': 'Storage Clipboard',
  'dom/abort': 'AbortController AbortSignal',
  'dom/observer': 'MutationObserver MutationRecord',
  'dom/media': 'MediaQueryList',
  'internal/blob': 'Blob File',
  'internal/file_reader': 'FileReader FileList',
  'internal/readable': 'ReadableStream ReadableStreamDefaultReader ReadableStreamDefaultController',
  'internal/writable': 'WritableStream WritableStreamDefaultWriter WritableStreamDefaultController',
  'internal/transform': 'TransformStream TransformStreamDefaultController TextEncoderStream TextDecoderStream',
  'internal/compression': 'CompressionStream DecompressionStream',
  'internal/form_data': 'FormData',
  'internal/url_pattern': 'URLPattern',
  'internal/stream_queue': 'CountQueuingStrategy ByteLengthQueuingStrategy',
  'internal/fetch_classes': 'Headers Request Response',
  'internal/fetch': 'XMLHttpRequest XMLHttpRequestUpload XMLHttpRequestEventTarget',
  'internal/web_crypto': 'crypto Crypto SubtleCrypto CryptoKey',
  'internal/geometry': 'DOMPoint DOMPointReadOnly DOMRect DOMRectReadOnly DOMMatrix DOMMatrixReadOnly ImageData Path2D '
    + 'OffscreenCanvas ImageBitmap createImageBitmap',
  'internal/canvas': 'CanvasRenderingContext2D OffscreenCanvasRenderingContext2D CanvasGradient CanvasPattern TextMetrics',
  'internal/observers': 'ResizeObserver ResizeObserverEntry ResizeObserverSize IntersectionObserver IntersectionObserverEntry',
  'internal/performance': 'Performance PerformanceEntry PerformanceMark PerformanceMeasure PerformanceResourceTiming '
    + 'PerformanceObserver PerformanceObserverEntryList',
  'internal/css': 'CSS StyleSheet CSSStyleSheet StyleSheetList CSSRule CSSStyleRule CSSGroupingRule',
  'internal/scheduler': 'scheduler Scheduler TaskController TaskSignal',
  'internal/clipboard': 'ClipboardItem',
  'internal/ranges': 'Range Selection',
  'internal/parsing': 'DOMParser XMLSerializer',
  'internal/xpath': 'XPathEvaluator XPathExpression XPathResult',
  'internal/locks': 'Lock LockManager',
  'internal/messaging': 'BroadcastChannel DataTransfer',
  'internal/worker': 'Worker',
  'internal/shared_worker': 'SharedWorker',
  'internal/devices': 'WebSocket EventSource MediaStream MediaStreamTrack SpeechSynthesis SpeechSynthesisUtterance '
    + 'speechSynthesis Notification AudioContext OfflineAudioContext MediaRecorder RTCPeerConnection ServiceWorker ServiceWorkerContainer '
    + 'caches CacheStorage trustedTypes TrustedTypePolicyFactory',
  'internal/indexed_db': 'indexedDB IDBFactory IDBKeyRange IDBRequest IDBOpenDBRequest IDBDatabase IDBTransaction IDBObjectStore IDBIndex '
    + 'IDBCursor IDBCursorWithValue',
};
// What a worker has of them; its `Worker` is another.
const OF_WORKERS = lists.words('dom/abort internal/blob internal/file_reader internal/readable internal/writable internal/transform '
  + 'internal/compression internal/form_data internal/url_pattern internal/stream_queue internal/fetch_classes internal/fetch internal/web_crypto '
  + 'internal/geometry internal/canvas internal/performance internal/messaging internal/devices internal/indexed_db');
// Names that scripts ask for with `instanceof`, of what is not there.
const UNSEEN = 'AbstractRange Animation BarProp CDATASection CSSMediaRule CSSRuleList CSSKeyframesRule DataTransferItem '
  + 'DataTransferItemList DocumentTimeline DOMImplementation DOMStringList FileSystemHandle FileSystemFileHandle FileSystemDirectoryHandle '
  + 'FontFaceSet HTMLAllCollection HTMLFormControlsCollection HTMLOptionsCollection KeyframeEffect MathMLElement MediaError MediaList '
  + 'PerformanceNavigationTiming PermissionStatus ProcessingInstruction RadioNodeList Screen ScreenOrientation StaticRange '
  + 'TextTrack TimeRanges '
  + 'Touch TrustedHTML TrustedScript TrustedScriptURL VisualViewport WebGLRenderingContext WebGL2RenderingContext';
const REFUSED = 'FontFace MediaSource XSLTProcessor';
const ELEMENTS = 'HTMLElement HTMLAnchorElement HTMLAreaElement HTMLAudioElement HTMLBRElement HTMLBaseElement HTMLBodyElement '
  + 'HTMLButtonElement HTMLCanvasElement HTMLDListElement HTMLDataElement HTMLDataListElement HTMLDetailsElement '
  + 'HTMLDialogElement HTMLDivElement HTMLFieldSetElement HTMLFormElement HTMLHRElement HTMLHeadElement '
  + 'HTMLHeadingElement HTMLHtmlElement HTMLIFrameElement HTMLImageElement HTMLInputElement HTMLLIElement '
  + 'HTMLLabelElement HTMLLegendElement HTMLLinkElement HTMLMediaElement HTMLMetaElement HTMLMeterElement '
  + 'HTMLOListElement HTMLOptGroupElement HTMLOptionElement HTMLOutputElement HTMLParagraphElement '
  + 'HTMLPictureElement HTMLPreElement HTMLProgressElement HTMLQuoteElement HTMLScriptElement HTMLSelectElement '
  + 'HTMLSlotElement HTMLSpanElement HTMLStyleElement HTMLTableCaptionElement HTMLTableCellElement HTMLTableColElement '
  + 'HTMLTableElement HTMLTableRowElement HTMLTableSectionElement HTMLTemplateElement HTMLTextAreaElement '
  + 'HTMLTimeElement HTMLTitleElement HTMLUListElement HTMLUnknownElement HTMLVideoElement '
  + 'SVGElement SVGGraphicsElement SVGGeometryElement SVGTextContentElement SVGSVGElement SVGAElement SVGCircleElement SVGClipPathElement '
  + 'SVGDefsElement SVGEllipseElement SVGFilterElement SVGForeignObjectElement SVGGElement SVGImageElement SVGLineElement '
  + 'SVGLinearGradientElement SVGMarkerElement SVGMaskElement SVGPathElement SVGPatternElement SVGPolygonElement SVGPolylineElement '
  + 'SVGRadialGradientElement SVGRectElement SVGStopElement SVGStyleElement SVGSwitchElement SVGSymbolElement SVGTSpanElement SVGTextElement '
  + 'SVGTextPathElement SVGTitleElement SVGUseElement';

/** Puts the globals of a page on the global object and joins the page's other worlds. */
function install() {
  // The page could replace it later and look at what other worlds send.
  hooks.clone ??= globalThis.structuredClone ?? null;
  binding('host').hooks.page = rejections;
  if (b.isWorker) return installWorker();
  const { installWindow, showNames, Window } = require('dom/window');
  b.join(receive, showNames, b.isPage);
  core.classes.load = loadNodes;
  target.setActivate((element) => require('dom/clicks').activate(element));
  target.setTree((on) => (on === globalThis ? WINDOW : core.nodes.idOf(on)), handlers.prepareInline);
  hide(globalThis, 'EventTarget', target.EventTarget);
  hide(globalThis, 'Event', events.Event);
  hide(globalThis, 'Window', Window);
  lazy(events.names, false, events.interfaceOf);
  lazy(namesOf(Object.keys(GLOBALS)), false, globalOf);
  lazy(ELEMENTS, false, (name) => loadNodes().classOf(name));
  lazy(UNSEEN, false, (name) => require('internal/unseen').classOf(name));
  lazy(REFUSED, false, (name) => require('internal/unseen').refusing(name));
  lazy('webkitURL', false, () => globalThis.URL);
  lazy('Image', false, () => make('Image', 'img', ['width', 'height']));
  lazy('Audio', false, () => make('Audio', 'audio', ['src']));
  lazy('Option', false, makeOption);
  installWindow();
}

/** What a worker has of a page's globals; the rest is the part of who has begun it, see `worker_scope.js`. */
function installWorker() {
  b.join(target.receive, () => {}, false);
  hide(globalThis, 'EventTarget', target.EventTarget);
  hide(globalThis, 'Event', events.Event);
  lazy(events.names, false, events.interfaceOf);
  lazy(namesOf(OF_WORKERS), false, globalOf);
  lazy('Worker', false, () => require('dom/worker_scope').Worker);
}

/** The names of the globals of those modules, as one text: most are never looked at. */
function namesOf(modules) {
  let names = '';
  lists.forEach(modules, (module) => { names += GLOBALS[module] + ' '; });
  return names;
}

/** A global, of the module that has it. */
function globalOf(name) {
  const module = lists.find(Object.keys(GLOBALS), (one) => lists.includes(lists.words(GLOBALS[one]), name));
  return require(module)[name];
}

/** Loads the classes of all nodes. */
function loadNodes() {
  require('dom/document');
  const html = require('dom/html');
  core.classes.loaded = true;
  return html;
}

/** `new Image(width, height)`. */
function make(name, tag, attributes) {
  return { [name]: function (...given) {
    const element = wrap(core.create(1, tag));
    for (let at = 0; at < attributes.length; at++) {
      if (given[at] !== undefined) element.setAttribute(attributes[at], given[at]);
    }
    return element;
  } }[name];
}

function makeOption() {
  return function Option(label = '', value = undefined, standard = false, selected = false) {
    const element = wrap(core.create(1, 'option'));
    if (text(label) !== '') element.textContent = label;
    if (value !== undefined) element.setAttribute('value', value);
    if (standard) element.setAttribute('selected', '');
    element.selected = selected;
    return element;
  };
}

/** Fires an event of the page's life in all worlds. */
function fireLife(name) {
  core.settle();
  switch (name) {
    case 'readystatechange': return fireAt(DOCUMENT, 'Event', name, {});
    case 'DOMContentLoaded': return fireAt(DOCUMENT, 'Event', name, { bubbles: true });
    case 'beforeunload': return fireAt(WINDOW, 'BeforeUnloadEvent', name, { cancelable: true });
    case 'pageshow': case 'pagehide': return fireAt(WINDOW, 'PageTransitionEvent', name, {});
    default: return fireAt(WINDOW, 'Event', name, {});
  }
}

/** Tells listeners that another page has changed `localStorage`. */
function fireStorage(key = null, oldValue = null, newValue = null, url = '') {
  fireAt(WINDOW, 'StorageEvent', 'storage', { key, oldValue, newValue, url });
}

/** Tells this world's media queries of another theme, if it has any. */
function themeChanged() {
  if (core.hooks.theme !== null) core.hooks.theme();
}

let reporting = false;

/** Tells this world's listeners of an error nobody caught; whether one of them took it. */
function fireError(message, filename, lineno, error) {
  // An error in an error listener is not told to error listeners.
  if (reporting) return false;
  reporting = true;
  try {
    return !fire(globalThis, 'ErrorEvent', 'error', { cancelable: true, message, filename, lineno, error }, { local: true });
  } finally {
    reporting = false;
  }
}

/** Tells this world's listeners of promises that nobody handled, or that somebody has come to handle. */
const rejections = {
  __proto__: null,
  // Whether one of them took it.
  rejected: (reason, promise) => !fireRejection('unhandledrejection', { cancelable: true, reason, promise }),
  handled: (reason, promise) => fireRejection('rejectionhandled', { reason, promise }),
};
const fireRejection = (name, given) => fire(globalThis, 'PromiseRejectionEvent', name, given, { local: true });

/** Fires what a script element fires when its file was run, or could not be had. */
function scriptDone(id, ok) {
  const element = wrap(id);
  if (element !== null) fire(element, 'Event', ok ? 'load' : 'error', {});
}

/**
 * What the host provides: `clone(value, { transfer })`, which copies a value of any realm into this one;
 * `sendPorts(ports)`, which takes ports away and gives tokens; `receivePorts(tokens)`, which makes ports of them.
 */
function setHooks(given) {
  Object.assign(hooks, given);
}

module.exports = {
  install, fire: fireLife, fireStorage, themeChanged, takeMessage: (...given) => require('dom/opened').takeMessage(...given),
  goInPage: (url, by) => require('dom/address').goInPage(url, by),
  fireError, scriptDone, setHooks,
  refresh: core.settle,
  receiveMessage: (data, origin, tokens) => require('dom/message').receiveMessage(data, origin, tokens),
};
