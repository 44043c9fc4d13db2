'use strict';
// net: there is no network stack.

const { noNetwork, rejecting, throwing } = require('dipole/support');

const net = { isOnline: () => false, online: false };
rejecting(net, 'net', ['fetch', 'resolveHost'], noNetwork);
throwing(net, 'net', ['request'], noNetwork);

module.exports = { net };
