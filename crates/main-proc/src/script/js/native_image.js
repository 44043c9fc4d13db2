'use strict';
// nativeImage: pictures as files and as pixels. PNG and JPEG pictures keep the bytes that they came in, and are decoded when
// their pixels are asked for.

const fs = require('fs');
const native = binding('dipole');
const { Buffer } = require('buffer');
const { unsupported } = require('dipole/support');

const NONE = { kind: 'empty', bytes: Buffer.alloc(0), width: 0, height: 0 };

// The kind and size of an encoded picture; `undefined` for what is none.
function read(bytes) {
  if (bytes.length >= 24 && bytes.readUInt32BE(0) === 0x89504e47 && bytes.readUInt32BE(12) === 0x49484452) {
    return { kind: 'png', bytes, width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
  }
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) return undefined;
  // The segments of a JPEG up to the one of a frame, which has the size.
  for (let at = 2; at + 9 < bytes.length && bytes[at] === 0xff;) {
    const marker = bytes[at + 1];
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return { kind: 'jpeg', bytes, width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) };
    }
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return undefined;
}

class NativeImage {
  #picture;
  #template = false;
  #scales = [1];

  constructor(picture = NONE) {
    this.#picture = picture;
  }

  // As a bitmap; nothing if the file is broken, as Chromium has it.
  #pixels() {
    const { kind, bytes } = this.#picture;
    if (kind === 'bitmap' || kind === 'empty') return this.#picture;
    try {
      const { width, height, bytes: pixels } = native.decodePicture(bytes);
      return { kind: 'bitmap', bytes: Buffer.from(pixels), width, height };
    } catch {
      return NONE;
    }
  }

  toPNG() {
    const { kind, bytes } = this.#picture;
    if (kind === 'png') return Buffer.from(bytes);
    const { width, height, bytes: pixels } = this.#pixels();
    return pixels.length === 0 ? Buffer.alloc(0) : Buffer.from(native.encodePicture(width, height, pixels));
  }

  toJPEG(quality) {
    const { kind, bytes } = this.#picture;
    if (kind === 'jpeg' || kind === 'empty') return Buffer.from(bytes);
    throw unsupported(`NativeImage.toJPEG of a ${kind === 'png' ? 'PNG picture' : 'bitmap'}`);
  }

  toBitmap() { return Buffer.from(this.#pixels().bytes); }
  getBitmap() { return this.toBitmap(); }

  toDataURL() {
    const { kind, bytes } = this.#picture;
    if (kind === 'empty') return 'data:image/png;base64,';
    const [type, data] = kind === 'jpeg' ? ['jpeg', bytes] : ['png', this.toPNG()];
    return `data:image/${type};base64,${data.toString('base64')}`;
  }

  getNativeHandle() { throw unsupported('NativeImage.getNativeHandle'); }
  isEmpty() { return this.#picture.kind === 'empty'; }
  getSize() { return { width: this.#picture.width, height: this.#picture.height }; }
  getAspectRatio() { return this.isEmpty() ? 1 : this.#picture.width / this.#picture.height; }
  getScaleFactors() { return [...this.#scales]; }
  setTemplateImage(on) { this.#template = Boolean(on); }
  isTemplateImage() { return this.#template; }
  get isMacTemplateImage() { return this.#template; }
  set isMacTemplateImage(on) { this.#template = Boolean(on); }

  crop(rect) {
    const from = this.#pixels();
    const x = Math.min(Math.max(0, Math.trunc(rect?.x ?? 0)), from.width);
    const y = Math.min(Math.max(0, Math.trunc(rect?.y ?? 0)), from.height);
    const width = Math.min(Math.max(0, Math.trunc(rect?.width ?? 0)), from.width - x);
    const height = Math.min(Math.max(0, Math.trunc(rect?.height ?? 0)), from.height - y);
    return picked(from, width, height, (column, row) => [x + column, y + row]);
  }

  resize(options) {
    const from = this.#pixels();
    if (from.kind === 'empty') return new NativeImage();
    const ratio = from.width / from.height;
    const width = Math.max(1, Math.trunc(options?.width ?? (options?.height ?? from.height) * ratio));
    const height = Math.max(1, Math.trunc(options?.height ?? width / ratio));
    return picked(from, width, height,
      (column, row) => [Math.trunc((column * from.width) / width), Math.trunc((row * from.height) / height)]);
  }

  addRepresentation(options) {
    const scale = options?.scaleFactor ?? 1;
    if (!this.#scales.includes(scale)) this.#scales.push(scale);
    if (!this.isEmpty()) return;
    const given = options?.dataURL !== undefined ? createFromDataURL(options.dataURL)
      : options?.buffer !== undefined ? createFromBuffer(options.buffer, options) : new NativeImage();
    this.#picture = given.#picture;
  }
}

// A bitmap of which each pixel is one of another's.
function picked(from, width, height, place) {
  if (width === 0 || height === 0) return new NativeImage();
  const bytes = Buffer.alloc(width * height * 4);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const [x, y] = place(column, row);
      from.bytes.copy(bytes, (row * width + column) * 4, (y * from.width + x) * 4, (y * from.width + x + 1) * 4);
    }
  }
  return new NativeImage({ kind: 'bitmap', bytes, width, height });
}

function bytesOf(given) {
  if (!ArrayBuffer.isView(given)) throw new TypeError('buffer must be a node Buffer');
  return Buffer.from(given.buffer.slice(given.byteOffset, given.byteOffset + given.byteLength));
}

function createFromBitmap(given, options) {
  const bytes = bytesOf(given);
  const { width, height } = options ?? {};
  if (!Number.isInteger(width) || width <= 0) throw new Error('width is required');
  if (!Number.isInteger(height) || height <= 0) throw new Error('height is required');
  if (bytes.length !== width * height * 4) throw new Error('invalid buffer size');
  return new NativeImage({ kind: 'bitmap', bytes, width, height });
}

function createFromBuffer(given, options) {
  const bytes = bytesOf(given);
  const picture = read(bytes);
  if (picture !== undefined) return new NativeImage(picture);
  const { width, height } = options ?? {};
  const fits = Number.isInteger(width) && Number.isInteger(height) && width > 0 && bytes.length === width * height * 4;
  return fits ? createFromBitmap(bytes, options) : new NativeImage();
}

function createFromDataURL(url) {
  const data = /^data:image\/(?:png|jpe?g);base64,(.*)$/is.exec(String(url))?.[1];
  return data === undefined ? new NativeImage() : new NativeImage(read(Buffer.from(data, 'base64')));
}

function createFromPath(file) {
  if (typeof file !== 'string') throw new TypeError('Error processing argument at index 0, conversion failure');
  try {
    return new NativeImage(read(fs.readFileSync(file)));
  } catch {
    return new NativeImage();
  }
}

module.exports = {
  NativeImage,
  nativeImage: {
    createEmpty: () => new NativeImage(), createFromBitmap, createFromBuffer, createFromDataURL, createFromPath,
    createFromNamedImage: () => new NativeImage(),
    async createThumbnailFromPath() { throw unsupported('nativeImage.createThumbnailFromPath'); },
  },
};
