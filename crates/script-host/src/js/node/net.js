'use strict';
// The part of net that needs no network.

const PART = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const V4 = new RegExp(`^(?:${PART}\\.){3}${PART}$`);

function isIPv4(text) {
  return V4.test(`${text}`);
}

function isIPv6(text) {
  const match = /^([0-9a-fA-F:.]{2,45})(?:%[\w.:-]+)?$/.exec(`${text}`);
  if (match === null) return false;
  let [, address] = match;
  const last = address.slice(address.lastIndexOf(':') + 1);
  if (last.includes('.')) {
    if (!isIPv4(last)) return false;
    address = `${address.slice(0, -last.length)}0:0`;
  }
  const halves = address.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return false;
  return halves.length === 2 ? groups.length < 8 : groups.length === 8;
}

function isIP(text) {
  if (isIPv4(text)) return 4;
  return isIPv6(text) ? 6 : 0;
}

require('internal/absent')(module, { isIP, isIPv4, isIPv6 });
