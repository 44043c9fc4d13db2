'use strict';
// Which addresses hosts have: main in Node asks the system.

const { NetError } = require('dipole/net_errors');
const { webFetch } = require('dipole/answers');

const FAMILIES = { A: 4, AAAA: 6 };
const V4 = /^(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/;

/** `{ endpoints }` of a host; `what` is the member that is asked. */
async function resolveHost(what, host, options) {
  if (typeof host !== 'string') throw new TypeError('Error processing argument at index 0, conversion failure');
  const { queryType } = options ?? {};
  const family = FAMILIES[queryType] ?? 0;
  const found = (await addressesOf(what, host.replace(/^\[|\]$/g, ''), family)).filter((one) => family === 0 || one.family === family);
  if (found.length === 0) throw new NetError(-105);
  return { endpoints: found.map(({ address, family: version }) => ({ address, family: `ipv${version}` })) };
}

async function addressesOf(what, host, family) {
  if (V4.test(host)) return [{ address: host, family: 4 }];
  if (URL.canParse(`http://[${host}]/`)) return [{ address: new URL(`http://[${host}]/`).hostname.slice(1, -1), family: 6 }];
  if (/^(?:.*\.)?localhost$/i.test(host)) return [{ address: '127.0.0.1', family: 4 }, { address: '::1', family: 6 }];
  if (webFetch() === undefined) {
    throw new Error(`${what} of other hosts than localhost is not supported with the built-in engine, which has no network: run main in Node ('--main node')`);
  }
  try {
    return await require('dns').promises.lookup(host, { all: true, family });
  } catch {
    throw new NetError(-105);
  }
}

module.exports = { resolveHost };
