'use strict';
// What modules export: names, kinds, plain values, and of classes what they extend and their methods.

// In this order: in Node.js some lack what they take from each other when the other is loaded first.
const NAMES = ['constants', 'async_hooks', 'child_process', 'cluster', 'crypto', 'dgram', 'diagnostics_channel', 'dns',
  'dns/promises', 'domain', 'http', 'http2', 'https', 'inspector', 'inspector/promises', 'net', 'perf_hooks', 'punycode',
  'readline', 'readline/promises', 'repl', 'stream', 'stream/consumers', 'stream/promises', 'stream/web', 'tls',
  'trace_events', 'tty', 'v8', 'vm', 'wasi', 'worker_threads', 'zlib', 'sea', 'test', 'test/reporters', '_http_agent',
  '_http_client', '_http_common', '_http_incoming', '_http_outgoing', '_http_server', '_stream_passthrough',
  '_stream_transform', '_stream_wrap', '_tls_common', '_tls_wrap'];
// Values of the process, and what has no part of its own in a table.
const OTHERS = new Set(['AsyncLocalStorage', 'rootCertificates', 'builtinModules', 'asyncWrapProviders', 'parsers', 'mock',
  'startupSnapshot', 'promiseHooks', 'webcrypto', 'subtle', 'performance', 'globalAgent', 'lcov', 'console', 'Network']);

function methods(value) {
  const all = Object.getOwnPropertyDescriptors(value.prototype ?? {});
  return Object.keys(all).filter((key) => key !== 'constructor' && typeof all[key].value === 'function');
}

function isClass(value, key) {
  return typeof value === 'function' && (methods(value).length > 0 || (/^[A-Z]/.test(key) && value.prototype));
}

function shown(value, key) {
  if (isClass(value, key) && !OTHERS.has(key)) return `class ${methods(value).sort()}`;
  if (typeof value !== 'object' || value === null || OTHERS.has(key)) {
    return typeof value === 'function' || typeof value === 'symbol' || OTHERS.has(key) ? typeof value : `${value}`;
  }
  return value instanceof RegExp ? String(value) : JSON.stringify(value, (_, part) => (
    typeof part === 'function' ? 'function' : part));
}

// Short: the answers of all are compared with a file.
function digest(text) {
  let hash = 5381;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 33) ^ text.charCodeAt(i)) >>> 0;
  return `${text.slice(0, 40)}... ${text.length} ${hash}`;
}

const extended = {
  http: ['IncomingMessage', 'OutgoingMessage', 'ServerResponse'], stream: ['Transform', 'PassThrough', 'Readable'],
  net: ['Socket'], child_process: ['ChildProcess'], zlib: [], tls: ['TLSSocket'], tty: ['ReadStream'],
};
const { AsyncLocalStorage, AsyncResource } = require('async_hooks');
const channels = require('diagnostics_channel');
const crypto = require('crypto');
const net = require('net');
const punycode = require('punycode');
const util = require('util');
const { builtinModules, isBuiltin } = require('module');

const failing = (f) => () => {
  try {
    return ['no error', f()];
  } catch (e) {
    return [e.name, e.code, e.message];
  }
};

module.exports = [
  // Of modules that are built in, nothing is missing.
  ...['assert', 'buffer', 'events', 'fs', 'fs/promises', 'os', 'path', 'querystring', 'string_decoder', 'timers',
    'timers/promises', 'url', 'util', 'util/types'].map((name) => () => {
    const exports = require(name);
    return Object.keys(exports).sort().filter((key) => !key.startsWith('_')).map((key) => `${key} ${typeof exports[key]}`);
  }),
  () => {
    const lines = { out: '', err: '' };
    const stream = (name) => ({ write(text) { lines[name] += text; return true; }, on() {}, once() {}, removeListener() {}, listenerCount() { return 0; } });
    const own = new console.Console(stream('out'), stream('err'));
    own.group('a %s', 'b');
    own.log({ x: 1 });
    own.groupEnd();
    own.error('bad');
    own.count();
    return [lines, require('console').Console === console.Console];
  },
  failing(() => new console.Console()),
  () => [typeof crypto.webcrypto.getRandomValues, globalThis.crypto.randomUUID().length],
  () => globalThis.crypto.getRandomValues(new Uint16Array(3)).length,
  () => [util.getSystemErrorName(-2), util._extend({ a: 1 }, { b: 2 }), util._extend({}, 'x')],
  () => Object.getPrototypeOf(require('fs').ReadStream.prototype) === require('stream').Readable.prototype,
  ...NAMES.map((name) => () => {
    const exports = require(`node:${name}`);
    const keys = Object.keys(exports).filter((key) => !(name === 'cluster' && key.startsWith('_'))).sort();
    const whole = typeof exports === 'function' ? shown(exports, '()') : typeof exports;
    return digest(`${name} ${whole}\n${keys.map((key) => `${key}: ${shown(exports[key], key)}`).join('\n')}`);
  }),
  ...Object.entries(extended).flatMap(([module, names]) => names.map((name) => () => {
    const Class = require(module)[name];
    class Own extends Class {}
    const parents = [];
    for (let at = Object.getPrototypeOf(Own.prototype); at !== Object.prototype; at = Object.getPrototypeOf(at)) {
      parents.push(at.constructor.name);
    }
    return parents;
  })),
  () => builtinModules.join(),
  () => ['test', 'node:test', 'http', 'node:http', 'sea', 'lodash', 'node:lodash'].map((name) => isBuiltin(name)),
  () => require('stream').Stream === require('stream') && require('_stream_readable') === require('stream').Readable,
  () => require('dns').promises === require('dns/promises') && require('sys') === require('util'),
  () => require('http').STATUS_CODES[404],
  () => require('crypto').constants.RSA_PKCS1_PADDING,
  // net
  () => ['1.2.3.4', '01.2.3.4', '256.1.1.1', '1.2.3', '::1', '::', '1::2::3', 'fe80::1%eth0', '::ffff:1.2.3.4',
    '1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7', '12345::', '', 'a', ':1', '1:'].map((text) => net.isIP(text)),
  // punycode
  () => ['mañana', 'ab', '☃-⌘', '', 'Bücher', '他们为什么不说中文'].map((text) => punycode.encode(text)),
  () => ['maana-pta', 'ab-', '--dqo34k', '', '-'].map((text) => punycode.decode(text)),
  () => [punycode.toASCII('mañana.com'), punycode.toASCII('джумла@джpумлатест.bрфa'), punycode.toUnicode('xn--maana-pta.com')],
  failing(() => punycode.decode('a-ü!')),
  failing(() => punycode.decode('ü-a')),
  failing(() => punycode.decode('\x80-')),
  // crypto
  () => [crypto.randomBytes(7).length, crypto.randomBytes(0).length, crypto.randomUUID().length],
  () => crypto.randomFillSync(Buffer.alloc(8), 4, 2).filter((byte) => byte !== 0).length <= 2,
  () => Array.from({ length: 50 }, () => crypto.randomInt(3, 5)).every((number) => number === 3 || number === 4),
  () => crypto.timingSafeEqual(Buffer.from('ab'), Buffer.from('ab')) && !crypto.timingSafeEqual(Buffer.from('a'), Buffer.from('b')),
  failing(() => crypto.timingSafeEqual(Buffer.from('a'), Buffer.from('bb'))),
  ...['md5', 'sha1', 'sha224', 'SHA256', 'sha384', 'sha512', 'sha512-256', 'RSA-SHA256'].flatMap((name) => [
    () => crypto.createHash(name).digest('hex'),
    () => crypto.createHash(name).update('grüße ').update(Buffer.from('日本')).update(new Uint16Array([1, 2])).digest('base64'),
    () => crypto.createHmac(name, 'key').update('x').digest('hex'),
    () => crypto.createHmac(name, Buffer.alloc(200, 7)).update('ff00', 'hex').digest('base64url'),
  ]),
  () => {
    const first = crypto.createHash('sha256').update('a');
    const second = first.copy().update('b');
    return [first.digest('hex'), second.digest('hex'), crypto.createHash('md5').update('a').digest() instanceof Buffer];
  },
  () => crypto.createHmac('md5', new Uint8Array([1, 2]).buffer).update('a').digest('latin1'),
  () => {
    const hmac = crypto.createHmac('sha1', '').update('a');
    return [hmac.digest('hex'), hmac.digest('hex'), hmac.digest().length];
  },
  failing(() => crypto.createHash('nope')),
  failing(() => crypto.createHash(5)),
  failing(() => crypto.createHash('md5').update(5)),
  failing(() => { const hash = crypto.createHash('md5'); hash.digest(); hash.digest(); }),
  failing(() => { const hash = crypto.createHash('md5'); hash.digest(); hash.update('a'); }),
  failing(() => { const hash = crypto.createHash('md5'); hash.digest(); hash.copy(); }),
  failing(() => crypto.createHmac('nope', 'a')),
  failing(() => crypto.createHmac('md5', 5)),
  failing(() => { const hmac = crypto.createHmac('md5', 'a'); hmac.digest(); hmac.update('a'); }),
  failing(() => crypto.randomBytes(-1)),
  failing(() => crypto.randomBytes('1')),
  failing(() => crypto.randomInt(5, 5)),
  () => new Promise((resolve) => { crypto.randomBytes(3, (error, bytes) => resolve([error, bytes.length])); }),
  // diagnostics_channel
  () => {
    const said = [];
    const hear = (message, name) => said.push(message, name);
    channels.subscribe('a', hear);
    channels.channel('a').publish({ x: 1 });
    said.push(channels.hasSubscribers('a'), channels.unsubscribe('a', hear), channels.unsubscribe('a', hear));
    channels.channel('a').publish({ x: 2 });
    return [...said, channels.hasSubscribers('a')];
  },
  () => {
    const said = [];
    const tracing = channels.tracingChannel('work');
    tracing.subscribe({ start: () => said.push('start'), end: () => said.push('end'), error: ({ error }) => said.push(error) });
    said.push(tracing.traceSync((a) => a + 1, {}, null, 1));
    try { tracing.traceSync(() => { throw 'bad'; }); } catch (error) { said.push(`threw ${error}`); }
    return said;
  },
  failing(() => channels.channel(1)),
  // async_hooks, within one call
  () => {
    const store = new AsyncLocalStorage();
    const bound = store.run(1, () => AsyncLocalStorage.bind(() => store.getStore()));
    const resource = store.run(2, () => new AsyncResource('x'));
    return [store.run(3, () => [store.getStore(), store.exit(() => store.getStore() ?? 'none')]), bound(),
      resource.runInAsyncScope(() => store.getStore()), store.getStore() ?? 'none'];
  },
  // parseArgs
  ...[
    [['-f', '--bar', 'b'], { foo: { type: 'boolean', short: 'f' }, bar: { type: 'string' } }],
    [['-fb', 'x', '-bx', '-fbx', '--bar=--y', '--bar='], { foo: { type: 'boolean', short: 'f' }, bar: { type: 'string', short: 'b', multiple: true } }],
    [['a', '--', '-b', '--c'], {}, { allowPositionals: true, tokens: true }],
    [['--no-foo', '--foo', '--no-color', '-xyz', '--q=1', 'p', '-', '--__proto__'], { foo: { type: 'boolean' } }, { strict: false, tokens: true }],
    [['--no-foo', '--no-bar'], { foo: { type: 'boolean' }, bar: { type: 'boolean', multiple: true } }, { allowNegative: true, tokens: true }],
    [['--no-foo'], { foo: { type: 'string' } }, { allowNegative: true }],
    [['--no-foo=1'], { foo: { type: 'boolean' } }, { allowNegative: true }],
    [[], { a: { type: 'string', default: 'x' }, b: { type: 'boolean', multiple: true, default: [true] }, c: { type: 'string' } }],
    [['--foo'], {}], [['--foo'], {}, { allowPositionals: true }], [['-x'], {}], [['p'], {}],
    [['--foo'], { foo: { type: 'string', short: 'f' } }], [['--foo=1'], { foo: { type: 'boolean', short: 'f' } }],
    [['--foo', '-x'], { foo: { type: 'string' } }], [['-f', '-x'], { foo: { type: 'string', short: 'f' } }], [['-f', '-'], { foo: { type: 'string', short: 'f' } }],
    [['--foo', 'x'], { foo: { type: 'number' } }], [[], { foo: {} }], [[], { foo: 5 }], [[], { foo: { type: 'string', short: 'fo' } }],
    [[], { foo: { type: 'string', short: 5 } }], [[], { foo: { type: 'string', multiple: 1 } }], [[], { foo: { type: 'string', default: 1 } }],
    [[], { foo: { type: 'string', multiple: true, default: 'a' } }], [[], { foo: { type: 'string', multiple: true, default: [1] } }],
    [5, {}], [[1], {}], [[], 5], [[], {}, { strict: 1 }], [['--', '--'], {}, { allowPositionals: true }], [['--foo', '--', 'x'], { foo: { type: 'string' } }],
    [['--=x'], {}, { strict: false }], [['--a=b=c', '---', '--a', ''], { a: { type: 'string' } }, { strict: false }],
  ].map(([args, options, more]) => failing(() => util.parseArgs({ args, options, ...more }))),
  failing(() => util.parseArgs(5)),
  // process
  failing(() => process.kill('a')),
  failing(() => process.kill(1, 'SIGX')),
  failing(() => process.kill(2 ** 30, 0)),
  failing(() => process.kill(process.pid, 99)),
  () => process.kill(process.pid, 0),
  () => Object.getOwnPropertyNames(Function.prototype).filter((name) => /Name|Number/.test(name)),
  () => require('os').constants,
];
