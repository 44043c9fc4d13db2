'use strict';
// Set-up of a page's world: message ports, and copies of values for `postMessage` and `structuredClone`.

const native = binding('renderer');
const { defineLazy } = binding('host');
const ports = () => require('internal/message_ports');

for (const name of ['MessageChannel', 'MessagePort']) defineLazy(globalThis, name, false, () => ports()[name]);

require('dom').setHooks({
  clone: (value, transfer) => (transfer === undefined || transfer.length === 0 ? native.clone(value) : ports().copy(value, transfer)),
  sendPorts: (transfer) => ports().send(transfer),
  receivePorts: (ids) => ports().adopt(ids),
});
