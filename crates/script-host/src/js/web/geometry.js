'use strict';
// Points, rectangles, matrices; images and paths without pixels.

const { define } = require('internal/web_class');

const number = (value, standard = 0) => (value === undefined ? standard : Number(value));

class DOMPointReadOnly {
  #at;
  constructor(x, y, z, w) { this.#at = [number(x), number(y), number(z), number(w, 1)]; }
  get x() { return this.#at[0]; }
  get y() { return this.#at[1]; }
  get z() { return this.#at[2]; }
  get w() { return this.#at[3]; }
  static fromPoint({ x, y, z, w } = {}) { return new this(x, y, z, w); }
  matrixTransform(matrix) { return DOMMatrixReadOnly.fromMatrix(matrix).transformPoint(this); }
  toJSON() { return { x: this.x, y: this.y, z: this.z, w: this.w }; }
  static at(point) { return point.#at; }
}
const { at } = DOMPointReadOnly;
delete DOMPointReadOnly.at;
define(DOMPointReadOnly, 'DOMPointReadOnly');

class DOMPoint extends DOMPointReadOnly {}
['x', 'y', 'z', 'w'].forEach((name, index) => settable(DOMPoint, DOMPointReadOnly, name, (point, value) => { at(point)[index] = Number(value); }));
define(DOMPoint, 'DOMPoint');

function settable(Class, Base, name, write) {
  const { get } = Object.getOwnPropertyDescriptor(Base.prototype, name);
  Object.defineProperty(Class.prototype, name, { get, set(value) { write(this, value); }, enumerable: true, configurable: true });
}

class DOMRectReadOnly {
  #box;
  constructor(x, y, width, height) { this.#box = { x: number(x), y: number(y), width: number(width), height: number(height) }; }
  get x() { return this.#box.x; }
  get y() { return this.#box.y; }
  get width() { return this.#box.width; }
  get height() { return this.#box.height; }
  get top() { return Math.min(this.y, this.y + this.height); }
  get right() { return Math.max(this.x, this.x + this.width); }
  get bottom() { return Math.max(this.y, this.y + this.height); }
  get left() { return Math.min(this.x, this.x + this.width); }
  static fromRect({ x, y, width, height } = {}) { return new this(x, y, width, height); }
  toJSON() {
    const { x, y, width, height, top, right, bottom, left } = this;
    return { x, y, width, height, top, right, bottom, left };
  }
  static box(rect) { return rect.#box; }
}
const { box } = DOMRectReadOnly;
delete DOMRectReadOnly.box;
define(DOMRectReadOnly, 'DOMRectReadOnly');

class DOMRect extends DOMRectReadOnly {}
for (const name of ['x', 'y', 'width', 'height']) settable(DOMRect, DOMRectReadOnly, name, (rect, value) => { box(rect)[name] = Number(value); });
define(DOMRect, 'DOMRect');

// Columns one after the other, as in CSS's matrix3d().
const IDENTITY = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
const FLAT = { a: 0, b: 1, c: 4, d: 5, e: 12, f: 13 };

function product(left, right) {
  return IDENTITY.map((_, place) => {
    const [column, row] = [Math.trunc(place / 4), place % 4];
    let sum = 0;
    for (let i = 0; i < 4; i++) sum += left[i * 4 + row] * right[column * 4 + i];
    return sum;
  });
}

function cellsOf(init) {
  if (init === undefined) return [...IDENTITY];
  if (typeof init === 'string') return parsed(init);
  const list = Array.from(init, Number);
  if (list.length === 16) return list;
  if (list.length !== 6) throw new TypeError("Failed to construct 'DOMMatrix': The sequence must contain 6 elements for a 2D matrix or 16 elements for a 3D matrix.");
  const cells = [...IDENTITY];
  Object.values(FLAT).forEach((place, index) => { cells[place] = list[index]; });
  return cells;
}

function parsed(text) {
  if (text.trim() === '' || text.trim() === 'none') return [...IDENTITY];
  const found = /^\s*matrix(3d)?\(([^)]*)\)\s*$/.exec(text);
  if (found === null) {
    throw new DOMException(`Failed to construct 'DOMMatrix': '${text}' is not a matrix() or matrix3d(), which alone are supported`, 'SyntaxError');
  }
  return cellsOf(found[2].split(',').map(Number));
}

const radians = (degrees) => (degrees * Math.PI) / 180;

function turned(x, y, z, degrees) {
  const length = Math.hypot(x, y, z);
  if (length === 0) return [...IDENTITY];
  const [u, v, w] = [x / length, y / length, z / length];
  const [c, s] = [Math.cos(radians(degrees)), Math.sin(radians(degrees))];
  const t = 1 - c;
  return [
    t * u * u + c, t * u * v + s * w, t * u * w - s * v, 0, t * u * v - s * w, t * v * v + c, t * v * w + s * u, 0,
    t * u * w + s * v, t * v * w - s * u, t * w * w + c, 0, 0, 0, 0, 1,
  ];
}

// By Gauss and Jordan; NaN all over for what has no inverse.
function inverted(cells) {
  const rows = [0, 1, 2, 3].map((row) => [0, 1, 2, 3].map((column) => cells[column * 4 + row]).concat([0, 1, 2, 3].map((i) => (i === row ? 1 : 0))));
  for (let i = 0; i < 4; i++) {
    let best = i;
    for (let row = i + 1; row < 4; row++) if (Math.abs(rows[row][i]) > Math.abs(rows[best][i])) best = row;
    if (rows[best][i] === 0) return IDENTITY.map(() => NaN);
    [rows[i], rows[best]] = [rows[best], rows[i]];
    const pivot = rows[i][i];
    rows[i] = rows[i].map((value) => value / pivot);
    for (let row = 0; row < 4; row++) {
      const by = rows[row][i];
      if (row !== i) rows[row] = rows[row].map((value, column) => value - by * rows[i][column]);
    }
  }
  return IDENTITY.map((_, place) => rows[place % 4][4 + Math.trunc(place / 4)]);
}

class DOMMatrixReadOnly {
  #cells;
  constructor(init) { this.#cells = cellsOf(init); }
  get is2D() { return [2, 3, 6, 7, 8, 9, 11, 14].every((place) => this.#cells[place] === 0) && this.#cells[10] === 1 && this.#cells[15] === 1; }
  get isIdentity() { return this.#cells.every((value, place) => value === IDENTITY[place]); }
  multiply(other) { return made(product(this.#cells, cellsLike(other))); }
  translate(x = 0, y = 0, z = 0) { return made(product(this.#cells, [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, x, y, z, 1])); }
  scale(x = 1, y = x, z = 1, originX = 0, originY = 0, originZ = 0) {
    const scaled = [x, 0, 0, 0, 0, y, 0, 0, 0, 0, z, 0, 0, 0, 0, 1];
    return made(product(this.translate(originX, originY, originZ).#cells, scaled)).translate(-originX, -originY, -originZ);
  }
  rotate(x = 0, y, z) {
    if (y === undefined && z === undefined) return this.rotateAxisAngle(0, 0, 1, x);
    return this.rotateAxisAngle(0, 0, 1, z ?? 0).rotateAxisAngle(0, 1, 0, y ?? 0).rotateAxisAngle(1, 0, 0, x);
  }
  rotateAxisAngle(x = 0, y = 0, z = 0, angle = 0) { return made(product(this.#cells, turned(x, y, z, angle))); }
  rotateFromVector(x = 0, y = 0) { return this.rotate(x === 0 && y === 0 ? 0 : (Math.atan2(y, x) * 180) / Math.PI); }
  skewX(angle = 0) { return made(product(this.#cells, cellsOf([1, 0, Math.tan(radians(angle)), 1, 0, 0]))); }
  skewY(angle = 0) { return made(product(this.#cells, cellsOf([1, Math.tan(radians(angle)), 0, 1, 0, 0]))); }
  flipX() { return made(product(this.#cells, cellsOf([-1, 0, 0, 1, 0, 0]))); }
  flipY() { return made(product(this.#cells, cellsOf([1, 0, 0, -1, 0, 0]))); }
  inverse() { return made(inverted(this.#cells)); }
  transformPoint({ x = 0, y = 0, z = 0, w = 1 } = {}) {
    const c = this.#cells;
    return new DOMPoint(...[0, 1, 2, 3].map((row) => c[row] * x + c[4 + row] * y + c[8 + row] * z + c[12 + row] * w));
  }
  toFloat32Array() { return Float32Array.from(this.#cells); }
  toFloat64Array() { return Float64Array.from(this.#cells); }
  toJSON() {
    const all = { is2D: this.is2D, isIdentity: this.isIdentity };
    for (const name of NAMES) all[name] = this[name];
    return all;
  }
  toString() {
    return this.is2D ? `matrix(${Object.values(FLAT).map((place) => this.#cells[place]).join(', ')})` : `matrix3d(${this.#cells.join(', ')})`;
  }
  static fromMatrix(other = {}) { return new this(cellsLike(other)); }
  static fromFloat32Array(list) { return new this(list); }
  static fromFloat64Array(list) { return new this(list); }
  static cells(matrix) { return matrix.#cells; }
  static is(value) { return typeof value === 'object' && value !== null && #cells in value; }
}
const { cells, is } = DOMMatrixReadOnly;
delete DOMMatrixReadOnly.cells;
delete DOMMatrixReadOnly.is;

const PLACES = { ...FLAT };
for (let column = 0; column < 4; column++) for (let row = 0; row < 4; row++) PLACES[`m${column + 1}${row + 1}`] = column * 4 + row;
const NAMES = Object.keys(PLACES);
for (const name of NAMES) {
  Object.defineProperty(DOMMatrixReadOnly.prototype, name, { get() { return cells(this)[PLACES[name]]; }, enumerable: true, configurable: true });
}
define(DOMMatrixReadOnly, 'DOMMatrixReadOnly');

function cellsLike(other = {}) {
  if (is(other)) return [...cells(other)];
  const all = [...IDENTITY];
  for (const name of NAMES) if (other[name] !== undefined) all[PLACES[name]] = Number(other[name]);
  return all;
}

const made = (list) => new DOMMatrix(list);

class DOMMatrix extends DOMMatrixReadOnly {
  setMatrixValue(text) { return this.#take(parsed(String(text))); }
  preMultiplySelf(other) { return this.#take(product(cellsLike(other), cells(this))); }
  invertSelf() { return this.#take(inverted(cells(this))); }
  #take(list) {
    list.forEach((value, place) => { cells(this)[place] = value; });
    return this;
  }
  static {
    for (const name of ['multiply', 'translate', 'scale', 'rotate', 'rotateAxisAngle', 'rotateFromVector', 'skewX', 'skewY']) {
      const own = { [`${name}Self`](...given) { return this.#take([...cells(this[name](...given))]); } };
      Object.defineProperty(DOMMatrix.prototype, `${name}Self`, { value: own[`${name}Self`], writable: true, configurable: true });
    }
  }
}
for (const name of NAMES) settable(DOMMatrix, DOMMatrixReadOnly, name, (matrix, value) => { cells(matrix)[PLACES[name]] = Number(value); });
define(DOMMatrix, 'DOMMatrix');

class ImageData {
  #state;
  constructor(first, second, third) {
    const isData = ArrayBuffer.isView(first);
    const width = Math.trunc(Number(isData ? second : first));
    const height = Math.trunc(isData ? Number(third ?? first.length / (4 * width)) : Number(second));
    if (!(width > 0) || !(height > 0)) throw new DOMException("Failed to construct 'ImageData': The source width or height is zero or not a number.", 'IndexSizeError');
    if (isData && first.length !== width * height * 4) {
      throw new DOMException("Failed to construct 'ImageData': The input data length is not equal to (4 * width * height).", 'IndexSizeError');
    }
    this.#state = { width, height, data: isData ? first : new Uint8ClampedArray(width * height * 4) };
  }
  get width() { return this.#state.width; }
  get height() { return this.#state.height; }
  get data() { return this.#state.data; }
  get colorSpace() { return 'srgb'; }
}
define(ImageData, 'ImageData');

// What was drawn on a path nobody ever sees.
class Path2D {}
for (const name of ['addPath', 'arc', 'arcTo', 'bezierCurveTo', 'closePath', 'ellipse', 'lineTo', 'moveTo', 'quadraticCurveTo', 'rect', 'roundRect']) {
  Object.defineProperty(Path2D.prototype, name, { value: { [name]() {} }[name], writable: true, configurable: true });
}
define(Path2D, 'Path2D');

class OffscreenCanvas {
  constructor(width, height) {
    this.width = Math.trunc(Number(width)) || 0;
    this.height = Math.trunc(Number(height)) || 0;
  }
  getContext(kind) {
    const { contextOf, OffscreenCanvasRenderingContext2D } = require('internal/canvas');
    return contextOf(this, kind, OffscreenCanvasRenderingContext2D);
  }
  async convertToBlob() { throw new DOMException('OffscreenCanvas.convertToBlob is not supported: nothing is drawn here', 'NotSupportedError'); }
  transferToImageBitmap() { throw new DOMException('OffscreenCanvas.transferToImageBitmap is not supported: nothing is drawn here', 'NotSupportedError'); }
}
define(OffscreenCanvas, 'OffscreenCanvas');

class ImageBitmap {
  constructor() { throw new TypeError('Illegal constructor'); }
}
define(ImageBitmap, 'ImageBitmap');

async function createImageBitmap() {
  throw new DOMException('createImageBitmap is not supported: pictures are not decoded here', 'NotSupportedError');
}

module.exports = {
  DOMPoint, DOMPointReadOnly, DOMRect, DOMRectReadOnly, DOMMatrix, DOMMatrixReadOnly, ImageData, Path2D, OffscreenCanvas, ImageBitmap,
  createImageBitmap,
};
