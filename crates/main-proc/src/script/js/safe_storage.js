'use strict';
// safeStorage: no keyring is there to keep a key in. As Electron without one, it encrypts nothing unless the program says
// that plain text will do, and then with the key that all know: what it writes is what Electron writes.

const native = binding('dipole');
const { Buffer } = require('buffer');

let plain = false;

function isEncryptionAvailable() {
  return plain && require('dipole/app').app.isReady();
}

const safeStorage = {
  isEncryptionAvailable,

  encryptString(text) {
    if (!isEncryptionAvailable()) {
      throw new Error('Error while encrypting the text provided to safeStorage.encryptString. Encryption is not available.');
    }
    if (typeof text !== 'string') throw new TypeError('Error processing argument at index 0, conversion failure');
    return Buffer.from(native.obscure(Buffer.from(text)));
  },

  decryptString(bytes) {
    if (!isEncryptionAvailable()) {
      throw new Error('Error while decrypting the ciphertext provided to safeStorage.decryptString. Decryption is not available.');
    }
    if (!ArrayBuffer.isView(bytes)) {
      throw new TypeError('Expected the first argument of decryptString() to be a buffer');
    }
    const text = native.reveal(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    if (text === null) throw new Error('Error while decrypting the ciphertext provided to safeStorage.decryptString.');
    return Buffer.from(text).toString();
  },

  setUsePlainTextEncryption(on) { plain = Boolean(on); },
  getSelectedStorageBackend: () => (require('dipole/app').app.isReady() ? 'basic_text' : 'unknown'),
};

module.exports = { safeStorage };
