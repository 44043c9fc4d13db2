'use strict';
// What is one site: hosts of one owner. Who owns what, a long list says that is not here; this is what its most used rules say.

// Below these second names of countries each name has an owner of its own, as below `co.uk`.
const SECOND = ['ac', 'co', 'com', 'edu', 'gov', 'mil', 'ne', 'net', 'or', 'org'];

const isAddress = (host) => /^[\d.]+$|^\[/.test(host);

/** Whether each name below that one has an owner of its own. */
function isShared(host) {
  const labels = host.split('.');
  return labels.length === 1 || (labels.length === 2 && labels[1].length === 2 && SECOND.includes(labels[0]));
}

// The part of a host that has an owner: `example.co.uk` of `www.example.co.uk`.
function ownedPart(host) {
  const labels = host.split('.');
  for (let count = 2; count <= labels.length; count += 1) {
    const part = labels.slice(-count).join('.');
    if (!isShared(part)) return part;
  }
  return host;
}

/** Whether both addresses are of one site; what has no host is of none. */
function isSameSite(one, other) {
  if (!URL.canParse(one) || !URL.canParse(other)) return false;
  const [a, b] = [new URL(one), new URL(other)];
  if (a.hostname === '' || a.protocol.replace(/^ws/, 'http') !== b.protocol.replace(/^ws/, 'http')) return false;
  return a.hostname === b.hostname || (!isAddress(a.hostname) && !isAddress(b.hostname) && ownedPart(a.hostname) === ownedPart(b.hostname));
}

module.exports = { isAddress, isShared, isSameSite };
