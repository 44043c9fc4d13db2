'use strict';
// Chromium's errors of requests, by their numbers.

const NAMES = {
  [-1]: 'ERR_IO_PENDING', [-2]: 'ERR_FAILED', [-3]: 'ERR_ABORTED', [-4]: 'ERR_INVALID_ARGUMENT', [-5]: 'ERR_INVALID_HANDLE',
  [-6]: 'ERR_FILE_NOT_FOUND', [-7]: 'ERR_TIMED_OUT', [-8]: 'ERR_FILE_TOO_BIG', [-9]: 'ERR_UNEXPECTED', [-10]: 'ERR_ACCESS_DENIED',
  [-11]: 'ERR_NOT_IMPLEMENTED', [-12]: 'ERR_INSUFFICIENT_RESOURCES', [-20]: 'ERR_BLOCKED_BY_CLIENT', [-21]: 'ERR_NETWORK_CHANGED',
  [-100]: 'ERR_CONNECTION_CLOSED', [-101]: 'ERR_CONNECTION_RESET', [-102]: 'ERR_CONNECTION_REFUSED', [-104]: 'ERR_CONNECTION_FAILED',
  [-105]: 'ERR_NAME_NOT_RESOLVED', [-106]: 'ERR_INTERNET_DISCONNECTED', [-109]: 'ERR_ADDRESS_UNREACHABLE', [-118]: 'ERR_CONNECTION_TIMED_OUT',
  [-300]: 'ERR_INVALID_URL', [-301]: 'ERR_DISALLOWED_URL_SCHEME', [-302]: 'ERR_UNKNOWN_URL_SCHEME', [-310]: 'ERR_TOO_MANY_REDIRECTS',
  [-311]: 'ERR_UNSAFE_REDIRECT', [-320]: 'ERR_INVALID_RESPONSE', [-324]: 'ERR_EMPTY_RESPONSE',
};

class NetError extends Error {
  constructor(errno, text = '') {
    const code = NAMES[errno] ?? 'ERR_FAILED';
    super(`net::${code}`);
    this.errno = code === 'ERR_FAILED' ? -2 : errno;
    this.code = code;
    // What that means here.
    Object.defineProperty(this, 'text', { value: text });
  }
}

// Whatever was thrown, as such an error.
function netError(error, otherwise = -2) {
  return error instanceof NetError ? error : new NetError(otherwise, String(error?.message ?? error));
}

module.exports = { NetError, netError };
