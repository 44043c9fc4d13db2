'use strict';
// What the tests of the addon share: it loads the addon, makes and reads plain values, and starts a host whose hooks print
// what they are called with. `node kit.js ADDON RENDERER SCRIPT`.

const [, , addon, renderer, script] = process.argv;

function load() {
  const module = { exports: {} };
  process.dlopen(module, addon);
  return module.exports;
}

// Plain values as docs/protocol.md has them: enough of it for what the tests send.

function encode(value) {
  const out = [];
  const length = (n) => (n < 251 ? out.push(n) : out.push(251, n & 255, n >> 8));
  const text = (tag, string) => {
    const bytes = Buffer.from(string);
    out.push(tag);
    length(bytes.length);
    out.push(...bytes);
  };
  const put = (one) => {
    if (one === undefined) out.push(0);
    else if (one === null) out.push(1);
    else if (one === false || one === true) out.push(one ? 3 : 2);
    else if (typeof one === 'number') { out.push(4); length(one * 2); }
    else if (typeof one === 'string') text(8, one);
    else if (Array.isArray(one)) { out.push(11); one.forEach(put); out.push(25); }
    else { out.push(12); for (const [key, held] of Object.entries(one)) { text(23, key); put(held); } out.push(25); }
  };
  put(value);
  return [Uint8Array.from(out), out.length];
}

function decode(bytes) {
  let at = 0;
  const keys = [];
  const length = () => { const n = bytes[at++]; if (n < 251) return n; at += 2; return bytes[at - 2] | bytes[at - 1] << 8; };
  const text = () => { const n = length(); at += n; return Buffer.from(bytes.subarray(at - n, at)).toString(); };
  const take = () => {
    switch (bytes[at++]) {
      case 0: return undefined;
      case 1: return null;
      case 2: return false;
      case 3: return true;
      case 4: { const n = length(); return n % 2 === 0 ? n / 2 : -(n + 1) / 2; }
      case 8: return text();
      case 11: { const list = []; while (bytes[at] !== 25) list.push(take()); at++; return list; }
      case 12: {
        const object = {};
        while (bytes[at] !== 25) {
          let key;
          if (bytes[at++] === 24) key = keys[length()];
          else keys.push(key = text());
          object[key] = take();
        }
        at++;
        return object;
      }
      default: return `token ${bytes[at - 1]}`;
    }
  };
  return take();
}

let inbox = null;
const value = (payload) => {
  if (typeof payload === 'number') return decode(inbox.subarray(0, payload));
  if (Array.isArray(payload)) return { lengths: payload.slice(1).map((part) => part.byteLength) };
  return decode(payload);
};

const PREFERENCES = { nodeIntegration: true, contextIsolation: false, sandbox: false, additionalArguments: [] };

/** Starts a host whose hooks do what `on` says. */
function start(native, on = {}, options = {}) {
  const hooks = {};
  const names = ['system', 'send', 'sync', 'invoke', 'post', 'port', 'portRoom', 'portClosed', 'linkReady', 'linkIdle', 'linkSilent',
    'linkGone', 'settled', 'output', 'secondInstance', 'heard', 'collect', 'failed', 'trace', 'hears'];
  for (const name of names) hooks[name] = (...args) => on[name]?.(...args);
  hooks.print = (isError, text) => (on.print ?? ((_, text) => process.stdout.write(text)))(isError, text);
  const answer = native.start(hooks, JSON.stringify({ addon, renderer: { program: renderer, args: ['--type=renderer'] }, ...options }));
  inbox = new Uint8Array(answer.inbox);
  return answer;
}

/** Asks the process of a link for an empty page with that preload script. */
function show(native, link, preload) {
  native.tell(link, 'load', ...encode([{
    url: 'about:blank', preload, preferences: PREFERENCES, appPath: __dirname, argv: [], ownOutput: [false, false], navigation: 1,
  }]));
}

const fs = require('node:fs'), os = require('node:os'), path = require('node:path');
/** A file with that preload script, which goes with this process. */
function preload(text) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dipole-addon-'));
  process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'preload.js');
  fs.writeFileSync(file, text);
  return file;
}

module.exports = { file: __filename, load, encode, decode, value, start, show, preload, addon, renderer };
if (require.main === module) {
  // A worker is given the same arguments.
  const { Worker, workerData } = require('node:worker_threads');
  const body = `(async (kit, native, Worker, workerData) => { ${script} })`;
  require('node:vm').runInThisContext(body, { filename: 'script' })(module.exports, load(), Worker, workerData);
}
