'use strict';
// clipboard: the app's own, since there is no desktop that has one.

const { Buffer } = require('buffer');
const { NativeImage } = require('dipole/native_image');

const board = new Map();
let findText = '';

function text(value) {
  if (typeof value !== 'string') throw new TypeError('Error processing argument at index 0, conversion failure');
  return value;
}

const clipboard = {
  readText: () => board.get('text/plain') ?? '',
  writeText(given) { clipboard.write({ text: text(given) }); },
  readHTML: () => board.get('text/html') ?? '',
  writeHTML(given) { clipboard.write({ html: text(given) }); },
  readRTF: () => board.get('text/rtf') ?? '',
  writeRTF(given) { clipboard.write({ rtf: text(given) }); },
  readImage: () => board.get('image/png') ?? new NativeImage(),
  writeImage(image) { clipboard.write({ image }); },
  readBookmark: () => ({ title: '', url: '', ...board.get('bookmark') }),
  writeBookmark(title, url) { clipboard.write({ bookmark: text(title), text: text(url) }); },
  readFindText: () => findText,
  writeFindText(given) { findText = text(given); },

  // All that it has is replaced by what is written.
  write(data) {
    if (typeof data !== 'object' || data === null) throw new TypeError('Error processing argument at index 0, conversion failure');
    if (data.image !== undefined && !(data.image instanceof NativeImage)) throw new TypeError('data.image must be a NativeImage');
    board.clear();
    if (data.text !== undefined) board.set('text/plain', String(data.text));
    if (data.html !== undefined) board.set('text/html', String(data.html));
    if (data.rtf !== undefined) board.set('text/rtf', String(data.rtf));
    if (data.image !== undefined) board.set('image/png', data.image);
    if (data.bookmark !== undefined) board.set('bookmark', { title: String(data.bookmark), url: String(data.text ?? '') });
  },

  read(format) {
    const found = board.get(text(format));
    return Buffer.isBuffer(found) ? found.toString() : typeof found === 'string' ? found : '';
  },
  readBuffer(format) {
    const found = board.get(text(format));
    return Buffer.isBuffer(found) ? Buffer.from(found) : Buffer.from(typeof found === 'string' ? found : '');
  },
  writeBuffer(format, buffer) {
    if (!ArrayBuffer.isView(buffer)) throw new TypeError('buffer must be a node Buffer');
    board.clear();
    board.set(text(format), Buffer.from(buffer));
  },
  availableFormats: () => [...board.keys()].filter((format) => format !== 'bookmark'),
  has: (format) => board.has(text(format)),
  clear() { board.clear(); },
};

module.exports = { clipboard };
