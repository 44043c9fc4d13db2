'use strict';
// Servers that ask for a name and a password: who is asked for them, and what has been said already.

const { Buffer } = require('buffer');

// What servers have accepted, by session and origin.
const known = new WeakMap();

const originOf = (url) => new URL(url).origin;
const isWeb = (url) => /^https?:/i.test(url);
const named = (headers, name) => headers.find(([one]) => one.toLowerCase() === name)?.[1];

/** What programs are told of a server that wants to know who asks; nothing for a way of asking that is not known here. */
function authInfoOf({ status, headers }, url) {
  const asked = status === 401 ? named(headers, 'www-authenticate') : undefined;
  if (asked === undefined || !/^\s*basic\b/i.test(asked)) return null;
  const { hostname, port, protocol } = new URL(url);
  const realm = /\brealm\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/i.exec(asked);
  return {
    isProxy: false, scheme: 'basic', host: hostname, port: Number(port) || (protocol === 'https:' ? 443 : 80),
    realm: (realm?.[1]?.replaceAll(/\\(.)/g, '$1') ?? realm?.[2]) ?? '',
  };
}

/** The request with what the server has accepted before. */
function withKnown(session, request) {
  if (!isWeb(request.url) || named(request.headers, 'authorization') !== undefined) return request;
  const said = known.get(session)?.get(originOf(request.url));
  return said === undefined ? request : signed(request, said);
}

const signed = (request, said) => ({
  ...request, headers: [...request.headers.filter(([name]) => name.toLowerCase() !== 'authorization'), ['authorization', said]],
});

/** The request with what `login` says to the answer, if it wants an answer and is given one; `login` is told where that is, and calls back with both, or none. */
async function answered(session, request, answer, login) {
  if (login === undefined || !isWeb(request.url)) return null;
  const info = authInfoOf(answer, request.url);
  if (info === null) return null;
  const said = await new Promise((resolve) => {
    const back = (user, password) => resolve(user === undefined ? null : `Basic ${Buffer.from(`${user}:${password ?? ''}`).toString('base64')}`);
    if (!login(request.url, info, back)) resolve(null);
  });
  if (said === null) return null;
  if (!known.has(session)) known.set(session, new Map());
  known.get(session).set(originOf(request.url), said);
  return signed(request, said);
}

const forget = (session) => known.delete(session);

module.exports = { answered, withKnown, forget };
