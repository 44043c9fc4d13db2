'use strict';
// The context of a canvas: it keeps what it is told, and draws nothing. Libraries that draw load so, count and lay out, where
// without a context most of them do not begin. Its pixels are transparent, and it says so: no picture can be had of it.

const { define } = require('internal/web_class');
const { DOMMatrix, ImageData } = require('internal/geometry');

const KEY = {};
const STATE = {
  fillStyle: '#000000', strokeStyle: '#000000', globalAlpha: 1, globalCompositeOperation: 'source-over', filter: 'none',
  imageSmoothingEnabled: true, imageSmoothingQuality: 'low', lineWidth: 1, lineCap: 'butt', lineJoin: 'miter', miterLimit: 10,
  lineDashOffset: 0, shadowBlur: 0, shadowColor: 'rgba(0, 0, 0, 0)', shadowOffsetX: 0, shadowOffsetY: 0, font: '10px sans-serif',
  textAlign: 'start', textBaseline: 'alphabetic', direction: 'ltr', letterSpacing: '0px', wordSpacing: '0px', fontKerning: 'auto',
  fontStretch: 'normal', fontVariantCaps: 'normal', textRendering: 'auto',
};
const DRAWING = 'arc arcTo beginPath bezierCurveTo clearRect clip closePath drawFocusIfNeeded drawImage ellipse fill fillRect fillText lineTo '
  + 'moveTo putImageData quadraticCurveTo rect roundRect stroke strokeRect strokeText';
// More than any program saves, and little for a page that does nothing else.
const MOST_SAVED = 1 << 14;

class CanvasGradient {
  constructor(key) { if (key !== KEY) throw new TypeError('Illegal constructor'); }
  addColorStop(offset) {
    const at = Number(offset);
    if (!(at >= 0 && at <= 1)) {
      throw new DOMException(`Failed to execute 'addColorStop' on 'CanvasGradient': The provided value (${at}) is outside the range (0.0, 1.0).`, 'IndexSizeError');
    }
  }
}
define(CanvasGradient, 'CanvasGradient');

class CanvasPattern {
  constructor(key) { if (key !== KEY) throw new TypeError('Illegal constructor'); }
  setTransform() {}
}
define(CanvasPattern, 'CanvasPattern');

class TextMetrics {
  constructor(key, width, size) {
    if (key !== KEY) throw new TypeError('Illegal constructor');
    const all = {
      width, actualBoundingBoxLeft: 0, actualBoundingBoxRight: width, actualBoundingBoxAscent: size * 0.75, actualBoundingBoxDescent: size * 0.2,
      fontBoundingBoxAscent: size * 0.9, fontBoundingBoxDescent: size * 0.2, emHeightAscent: size * 0.8, emHeightDescent: size * 0.2,
      alphabeticBaseline: 0, hangingBaseline: size * 0.72, ideographicBaseline: -size * 0.2,
    };
    for (const name of Object.keys(all)) Object.defineProperty(this, name, { value: all[name], enumerable: true });
  }
}
define(TextMetrics, 'TextMetrics');

const UNITS = { px: 1, pt: 4 / 3, em: 16, rem: 16, '%': 0.16 };
/** The size that a font names, in pixels. */
function sizeOf(font) {
  const found = /(\d*\.?\d+)(px|pt|r?em|%)/.exec(font);
  return found === null ? 10 : Number(found[1]) * UNITS[found[2]];
}

const NARROW = /[ !'(),.:;I[\]`fijlrt|]/;
const WIDE = /[MWm@%\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/;
/** About what a text takes in a usual font: there are no fonts here. */
function widthOf(text, font) {
  const isFixed = /mono|courier|consol|menlo/i.test(font);
  let ems = 0;
  for (const char of text) ems += isFixed ? 0.6 : char > '\u{ffff}' || WIDE.test(char) ? 1 : NARROW.test(char) ? 0.28 : 0.55;
  return ems * sizeOf(font);
}

class CanvasRenderingContext2D {
  #canvas;
  #state = { ...STATE };
  #matrix = new DOMMatrix();
  #dash = [];
  #saved = [];
  constructor(key, canvas) {
    if (key !== KEY) throw new TypeError('Illegal constructor');
    this.#canvas = canvas;
  }
  static {
    for (const name of Object.keys(STATE)) {
      const standard = STATE[name];
      Object.defineProperty(CanvasRenderingContext2D.prototype, name, {
        get() { return this.#state[name]; },
        set(given) {
          // What is no such value changes nothing.
          const value = typeof given === 'object' && given !== null && /Style$/.test(name) ? given : typeof standard === 'string' ? String(given)
            : typeof standard === 'number' ? Number(given) : !!given;
          if (typeof value !== 'number' || Number.isFinite(value)) this.#state[name] = value;
        },
        enumerable: true, configurable: true,
      });
    }
  }
  get canvas() { return this.#canvas; }
  getContextAttributes() { return { alpha: true, colorSpace: 'srgb', desynchronized: false, willReadFrequently: false }; }
  isContextLost() { return false; }
  save() {
    if (this.#saved.length < MOST_SAVED) this.#saved.push([{ ...this.#state }, this.#matrix, this.#dash]);
  }
  restore() {
    const saved = this.#saved.pop();
    if (saved !== undefined) [this.#state, this.#matrix, this.#dash] = saved;
  }
  reset() {
    this.#saved = [];
    this.#dash = [];
    this.#state = { ...STATE };
    this.#matrix = new DOMMatrix();
  }
  getTransform() { return DOMMatrix.fromMatrix(this.#matrix); }
  setTransform(...given) { this.#matrix = given.length > 1 ? new DOMMatrix(given.map(Number)) : DOMMatrix.fromMatrix(given[0]); }
  resetTransform() { this.#matrix = new DOMMatrix(); }
  transform(...given) { this.#matrix = this.#matrix.multiply(new DOMMatrix(given.map(Number))); }
  translate(x, y) { this.#matrix = this.#matrix.translate(Number(x), Number(y)); }
  scale(x, y) { this.#matrix = this.#matrix.scale(Number(x), Number(y)); }
  rotate(angle) { this.#matrix = this.#matrix.rotate(Number(angle) * 180 / Math.PI); }
  getLineDash() { return [...this.#dash]; }
  setLineDash(given) {
    const all = Array.from(given, Number);
    if (all.some((one) => !(one >= 0 && Number.isFinite(one)))) return;
    this.#dash = all.length % 2 === 0 ? all : [...all, ...all];
  }
  measureText(text) { return new TextMetrics(KEY, widthOf(String(text), this.#state.font), sizeOf(this.#state.font)); }
  isPointInPath() { return false; }
  isPointInStroke() { return false; }
  createLinearGradient() { return new CanvasGradient(KEY); }
  createRadialGradient() { return new CanvasGradient(KEY); }
  createConicGradient() { return new CanvasGradient(KEY); }
  createPattern() { return new CanvasPattern(KEY); }
  createImageData(first, height) { return typeof first === 'object' ? new ImageData(first.width, first.height) : new ImageData(Math.abs(first), Math.abs(height)); }
  getImageData(_x, _y, width, height) { return new ImageData(Math.abs(width), Math.abs(height)); }
}
for (const name of DRAWING.split(' ')) {
  Object.defineProperty(CanvasRenderingContext2D.prototype, name, { value: { [name]() {} }[name], writable: true, configurable: true });
}
define(CanvasRenderingContext2D, 'CanvasRenderingContext2D');

const OffscreenCanvasRenderingContext2D = define(
  { OffscreenCanvasRenderingContext2D: class extends CanvasRenderingContext2D {} }.OffscreenCanvasRenderingContext2D, 'OffscreenCanvasRenderingContext2D');

const contexts = new WeakMap();
/** The context of a canvas; null for any but `2d`, as where there is no such device. */
function contextOf(canvas, kind, Class = CanvasRenderingContext2D) {
  if (String(kind) !== '2d') return null;
  if (!contexts.has(canvas)) contexts.set(canvas, new Class(KEY, canvas));
  return contexts.get(canvas);
}

module.exports = {
  widthOf,
  CanvasRenderingContext2D, OffscreenCanvasRenderingContext2D, CanvasGradient, CanvasPattern, TextMetrics, contextOf,
};
