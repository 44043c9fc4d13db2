'use strict';
// Rules by which requests would go through proxies: kept, and told by `resolveProxy`. No request goes by them.

const MODES = ['direct', 'auto_detect', 'pac_script', 'fixed_servers', 'system'];
const PORTS = { http: 80, https: 443, socks: 1080, socks4: 1080, socks5: 1080, quic: 443 };
const NAMES = { http: 'PROXY', https: 'HTTPS', socks: 'SOCKS', socks4: 'SOCKS', socks5: 'SOCKS5', quic: 'QUIC' };
const SCHEMES = ['http', 'https', 'ftp', 'socks'];

class Proxies {
  // Lists by the schemes of requests; `''` is for all, or for all others.
  #lists = new Map();
  #isBypassed = () => false;

  /** Takes what a program says; `what` is the member that it has called. */
  set(given, what) {
    const config = given ?? {};
    const { pacScript, proxyRules, proxyBypassRules } = config;
    const mode = config.mode ?? (pacScript ? 'pac_script' : 'fixed_servers');
    if (!MODES.includes(mode)) throw new TypeError(`${what}: the mode '${String(mode)}' is none of ${MODES.join(', ')}`);
    if (mode === 'pac_script') throw new Error(`${what} with the mode 'pac_script' is not supported: nothing runs such scripts here. Use 'fixed_servers' with proxyRules`);
    const isFixed = mode === 'fixed_servers';
    // Neither the system's settings nor a network that is asked name any.
    this.#lists = isFixed && typeof proxyRules === 'string' ? listsOf(proxyRules) : new Map();
    this.#isBypassed = isFixed ? bypassOf(typeof proxyBypassRules === 'string' ? proxyBypassRules : '') : () => false;
  }

  /** What a request to that address would go by, as such scripts say it: `PROXY host:port;DIRECT`. */
  for(url) {
    if (this.#lists.size === 0 || !URL.canParse(url)) return 'DIRECT';
    const asked = new URL(url);
    if (this.#isBypassed(asked)) return 'DIRECT';
    const scheme = asked.protocol.slice(0, -1);
    const names = /^wss?$/.test(scheme) ? ['', 'https', 'http'] : [scheme, ''];
    const found = names.map((name) => this.#lists.get(name)).find((list) => list !== undefined);
    return found === undefined ? 'DIRECT' : found.join(';');
  }
}

// `http=foo:80;https=bar`, or `foo:80,direct://` for all.
function listsOf(rules) {
  const lists = new Map();
  for (const part of rules.split(';')) {
    const [, scheme, rest] = /^\s*(?:([a-z]+)\s*=)?(.*)$/is.exec(part);
    if (scheme !== undefined && !SCHEMES.includes(scheme.toLowerCase())) continue;
    const isOther = scheme === undefined || scheme.toLowerCase() === 'socks';
    const list = rest.split(',').map((one) => proxyOf(one.trim(), scheme?.toLowerCase() === 'socks' ? 'socks' : 'http')).filter((one) => one !== '');
    if (list.length > 0) lists.set(isOther ? '' : scheme.toLowerCase(), list);
  }
  return lists;
}

function proxyOf(text, usual) {
  const [, scheme = usual, rest] = /^(?:([a-z0-9]+):\/\/)?(.*)$/is.exec(text);
  const kind = scheme.toLowerCase();
  if (kind === 'direct') return 'DIRECT';
  const [, host, port] = /^(\[[^\]]+\]|[^:\s/=]+)(?::(\d+))?\/?$/.exec(rest) ?? [];
  if (host === undefined || NAMES[kind] === undefined) return '';
  return `${NAMES[kind]} ${host}:${port ?? PORTS[kind]}`;
}

// --- what needs none -----------------------------------------------------------------------------

const OWN = /^(?:localhost|.*\.localhost|127(?:\.\d+){3}|169\.254(?:\.\d+){2}|\[::1\]|\[fe[89ab][0-9a-f]:.*\])$/i;

// Rules of which one is enough: `*.example.org`, `.example.org`, `https://host:443`, `10.0.0.0/8`, `<local>`.
function bypassOf(text) {
  const rules = text.split(/[,;]/).map((one) => one.trim().toLowerCase()).filter((one) => one !== '');
  // What is of this machine needs none unless that is said.
  const isOwnBypassed = rules.lastIndexOf('<-loopback>') < 0;
  const tests = rules.map(ruleOf);
  return (url) => (isOwnBypassed && OWN.test(url.hostname)) || tests.some((test) => test(url));
}

const portOf = ({ port, protocol }) => Number(port) || PORTS[protocol.slice(0, -1).replace('ws', 'http')];

function ruleOf(rule) {
  if (rule === '<-loopback>') return () => false;
  if (rule === '<local>') return ({ hostname }) => !hostname.includes('.') && !hostname.startsWith('[');
  const [, scheme, host, bits, port] = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(\[[^\]]*\]|[^:/]*)(?:\/(\d+))?(?::(\d+))?$/.exec(rule) ?? [];
  if (host === undefined) return () => false;
  const fits = bits === undefined ? namesLike(host) : within(host, Number(bits));
  return (url) => (scheme === undefined || url.protocol === `${scheme}:`) && (port === undefined || portOf(url) === Number(port)) && fits(url.hostname.toLowerCase());
}

function namesLike(pattern) {
  const parts = (pattern.startsWith('.') ? `*${pattern}` : pattern).split('*');
  const [first, last] = [parts[0], parts[parts.length - 1]];
  return (name) => {
    if (parts.length === 1) return name === pattern;
    if (name.length < first.length + last.length || !name.startsWith(first) || !name.endsWith(last)) return false;
    let at = first.length;
    for (const part of parts.slice(1, -1)) {
      const found = name.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return at <= name.length - last.length;
  };
}

const numberOf = (address) => {
  const parts = /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address)?.slice(1).map(Number);
  return parts === undefined || parts.some((part) => part > 255) ? undefined : parts.reduce((all, part) => all * 256 + part, 0);
};

// Addresses of the fourth version with those first bits.
function within(network, bits) {
  const base = numberOf(network);
  if (base === undefined || bits > 32) return () => false;
  const size = 2 ** (32 - bits);
  return (name) => {
    const number = numberOf(name);
    return number !== undefined && Math.floor(number / size) === Math.floor(base / size);
  };
}

module.exports = { Proxies };
