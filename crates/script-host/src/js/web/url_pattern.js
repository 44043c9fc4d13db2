'use strict';
// URLPattern: which URLs are meant, part by part.

const { define } = require('internal/web_class');

const PARTS = ['protocol', 'username', 'password', 'hostname', 'port', 'pathname', 'search', 'hash'];
// What a name stands for: anything up to the next of these.
const SEGMENTS = { hostname: '[^.]+?', pathname: '[^\\/]+?' };
const STANDARD_PORTS = { http: '80', https: '443', ws: '80', wss: '443', ftp: '21' };
const LONGEST = 1 << 16;

const wrong = (text) => new TypeError(`Failed to construct 'URLPattern': ${text}`);
const escaped = (text) => text.replace(/[.+*?^${}()[\]|/\\]/g, '\\$&');

// Reads the pattern of one part: texts, and groups with what stands before and behind each.
class Reader {
  constructor(pattern, part) {
    this.pattern = pattern;
    this.part = part;
    this.at = 0;
    this.items = [];
    this.text = '';
    this.unnamed = 0;
    this.names = new Set();
    this.hasRegExp = false;
  }

  read() {
    while (this.at < this.pattern.length) {
      if (this.pattern[this.at] === '{') this.braces();
      else if (!this.group('', '')) this.text += this.char();
    }
    this.flush();
    return this.items;
  }

  flush() {
    if (this.text !== '') this.items.push({ text: this.text });
    this.text = '';
  }

  // One character of the text, which may be escaped.
  char() {
    if (this.pattern[this.at] === '\\') {
      this.at += 1;
      if (this.at === this.pattern.length) throw wrong(`the pattern '${this.pattern}' ends with a backslash`);
    } else if (this.pattern[this.at] === '}' || this.pattern[this.at] === ')') {
      throw wrong(`the pattern '${this.pattern}' has a '${this.pattern[this.at]}' without its beginning`);
    }
    const char = String.fromCodePoint(this.pattern.codePointAt(this.at));
    this.at += char.length;
    return char;
  }

  // A name, an expression or a wildcard, if one is here.
  matcher() {
    const name = /:([\p{ID_Start}$_][\p{ID_Continue}$]*)/yu;
    name.lastIndex = this.at;
    const found = name.exec(this.pattern);
    if (found !== null) this.at = name.lastIndex;
    if (this.pattern[this.at] === '(') return { name: found?.[1] ?? this.next(), regexp: this.expression() };
    if (found !== null) return { name: found[1], regexp: SEGMENTS[this.part] ?? '.+?' };
    if (this.pattern[this.at] !== '*') return null;
    this.at += 1;
    return { name: this.next(), regexp: '.*' };
  }

  next() { return String(this.unnamed++); }

  expression() {
    let depth = 0;
    const from = this.at;
    for (; this.at < this.pattern.length; this.at++) {
      const char = this.pattern[this.at];
      if (char === '\\') this.at += 1;
      else if (char === '(') {
        depth += 1;
        if (depth > 1 && this.pattern[this.at + 1] !== '?') throw wrong(`a group in the expression of '${this.pattern}' would capture`);
      } else if (char === ')') {
        depth -= 1;
        if (depth === 0) break;
      }
    }
    if (depth !== 0 || this.at - from < 2) throw wrong(`the expression in '${this.pattern}' is empty or has no end`);
    this.at += 1;
    this.hasRegExp = true;
    return this.pattern.slice(from + 1, this.at - 1);
  }

  modifier() {
    const char = this.pattern[this.at];
    if (char !== '?' && char !== '+' && char !== '*') return '';
    this.at += 1;
    return char;
  }

  group() {
    const found = this.matcher();
    if (found === null) return false;
    const modifier = this.modifier();
    let prefix = '';
    if (this.part === 'pathname' && this.text.endsWith('/') && modifier !== '' ) {
      prefix = '/';
      this.text = this.text.slice(0, -1);
    }
    this.add(prefix, found, '', modifier);
    return true;
  }

  braces() {
    this.at += 1;
    const side = () => {
      let text = '';
      while (this.at < this.pattern.length && this.pattern[this.at] !== '}' && !this.startsGroup()) text += this.char();
      return text;
    };
    const prefix = side();
    const found = this.matcher();
    const suffix = side();
    if (this.pattern[this.at] !== '}') throw wrong(`a group of '${this.pattern}' has no end`);
    this.at += 1;
    this.add(prefix, found, suffix, this.modifier());
  }

  startsGroup() { return /[(*{]|:[\p{ID_Start}$_]/yu.test(this.pattern.slice(this.at, this.at + 3)); }

  add(prefix, found, suffix, modifier) {
    if (found === null && modifier === '') {
      this.text += prefix + suffix;
      return;
    }
    this.flush();
    if (found !== null) {
      if (this.names.has(found.name)) throw wrong(`the name '${found.name}' is twice in '${this.pattern}'`);
      this.names.add(found.name);
    }
    this.items.push({ prefix, suffix, modifier, name: found?.name ?? null, regexp: found?.regexp ?? '' });
  }
}

// What a text of a pattern looks like in a URL.
function canonical(part, text) {
  switch (part) {
    case 'protocol': case 'hostname': return text.toLowerCase();
    case 'pathname': case 'search': case 'hash': return text.replace(/[^\0-\x7f]+/g, (some) => encodeURI(some.toWellFormed()));
    default: return text;
  }
}

function compile(pattern, part, ignoreCase) {
  if (pattern.length > LONGEST) throw wrong('the pattern is too long');
  const reader = new Reader(pattern, part);
  const items = reader.read();
  const names = [];
  let source = '';
  for (const item of items) {
    if (item.text !== undefined) {
      source += escaped(canonical(part, item.text));
      continue;
    }
    const prefix = escaped(canonical(part, item.prefix));
    const suffix = escaped(canonical(part, item.suffix));
    const { modifier, regexp, name } = item;
    if (name === null) {
      source += `(?:${prefix}${suffix})${modifier}`;
      continue;
    }
    names.push(name);
    const repeats = modifier === '+' || modifier === '*';
    if (prefix === '' && suffix === '') source += repeats ? `((?:${regexp})${modifier})` : `(${regexp})${modifier}`;
    else if (!repeats) source += `(?:${prefix}(${regexp})${suffix})${modifier}`;
    else source += `(?:${prefix}((?:${regexp})(?:${suffix}${prefix}(?:${regexp}))*)${suffix})${modifier === '*' ? '?' : ''}`;
  }
  try {
    return { pattern, names, hasRegExp: reader.hasRegExp, regexp: new RegExp(`^(?:${source})$`, ignoreCase ? 'ui' : 'u') };
  } catch (error) {
    throw wrong(`the expression of '${pattern}' is not valid: ${error.message}`);
  }
}

// Where a part of a whole pattern ends: at one of these, outside of groups.
function endOf(text, from, ends) {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const char = text[at];
    if (char === '\\') at += 1;
    else if (char === '{' || char === '(') depth += 1;
    else if (char === '}' || char === ')') depth -= 1;
    else if (depth === 0 && ends.includes(char)) {
      // Behind a group it says how often that may be there.
      const behindGroup = char === '?' && (/[)}*]$/.test(text.slice(from, at)) || /:[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(text.slice(from, at)));
      if (!behindGroup) return at;
    }
  }
  return text.length;
}

// The parts of a pattern that is written as a URL.
function split(text) {
  const parts = {};
  let at = 0;
  const scheme = /^((?:[a-z*][\w+.*-]*|[{(:][^/]*?)):(\/\/)?/i.exec(text);
  const isAbsolute = scheme !== null && (scheme[2] !== undefined || !/^:[\w]/.test(text.slice(scheme[1].length)));
  if (isAbsolute) {
    parts.protocol = scheme[1];
    at = scheme[0].length;
    if (scheme[2] !== undefined) {
      const end = endOf(text, at, '/?#');
      let authority = text.slice(at, end);
      const user = authority.lastIndexOf('@');
      if (user >= 0) {
        const colon = endOf(authority.slice(0, user), 0, ':');
        parts.username = authority.slice(0, colon);
        parts.password = authority.slice(colon + 1, user);
        authority = authority.slice(user + 1);
      }
      const port = /^(.*):([\d*]*|\{.*\}|\(.*\)[?+*]?)$/.exec(authority);
      parts.hostname = port === null ? authority : port[1];
      parts.port = port === null ? '' : port[2];
      at = end;
    }
  }
  const path = endOf(text, at, '?#');
  const hash = endOf(text, path, '#');
  if (path > at || isAbsolute) parts.pathname = text.slice(at, path) || (scheme?.[2] === undefined ? '' : '/');
  if (path < hash) parts.search = text.slice(path + 1, hash);
  if (hash < text.length) parts.hash = text.slice(hash + 1);
  return parts;
}

function partsOf(url) {
  return {
    protocol: url.protocol.slice(0, -1), username: url.username, password: url.password, hostname: url.hostname, port: url.port,
    pathname: url.pathname, search: url.search.slice(1), hash: url.hash.slice(1),
  };
}

// What is not said is as in the base, up to the last part that is said.
function inherit(given, base) {
  const first = PARTS.findIndex((part) => given[part] !== undefined && part !== 'username' && part !== 'password');
  const made = {};
  for (const [at, part] of PARTS.entries()) {
    if (given[part] !== undefined) made[part] = given[part];
    else if (base !== null && (first < 0 || at < first) && part !== 'username' && part !== 'password') made[part] = base[part];
  }
  if (base !== null && typeof made.pathname === 'string' && given.pathname !== undefined && !/^[/{*(:]/.test(made.pathname)) {
    made.pathname = base.pathname.slice(0, base.pathname.lastIndexOf('/') + 1) + made.pathname;
  }
  return made;
}

const stripped = (part, value) => (part === 'protocol' ? value.replace(/:$/, '') : part === 'search' ? value.replace(/^\?/, '')
  : part === 'hash' ? value.replace(/^#/, '') : value);

function initOf(given) {
  const parts = {};
  for (const part of PARTS) if (given[part] !== undefined) parts[part] = stripped(part, String(given[part]));
  return parts;
}

class URLPattern {
  #parts = {};

  constructor(input = {}, second, third) {
    const isText = typeof input !== 'object' || input === null;
    const hasBase = typeof second === 'string';
    const options = hasBase ? third : second;
    if (!isText && hasBase) throw wrong('Invalid baseURL provided with a URLPatternInit input; use the URLPatternInit.baseURL property instead.');
    const given = isText ? split(String(input)) : initOf(input);
    const baseUrl = isText ? (hasBase ? second : undefined) : input.baseURL;
    let base = null;
    if (baseUrl !== undefined) {
      try {
        base = partsOf(new URL(String(baseUrl)));
      } catch {
        throw wrong(`Invalid base URL '${String(baseUrl)}'`);
      }
      for (const part of PARTS) base[part] = base[part].replace(/[+*?:{}()\\]/g, '\\$&');
    } else if (isText && given.protocol === undefined) {
      throw wrong(`Relative constructor string '${String(input)}' must have a base URL passed as the second argument.`);
    }
    const made = inherit(given, base);
    // Behind what a text says there is nothing more.
    if (isText || base !== null) {
      const last = PARTS.findLastIndex((part) => made[part] !== undefined);
      for (const [at, part] of PARTS.entries()) {
        if (made[part] === undefined && at < last && part !== 'username' && part !== 'password') made[part] = '';
      }
    }
    if (STANDARD_PORTS[made.protocol] === made.port) made.port = '';
    for (const part of PARTS) this.#parts[part] = compile(made[part] ?? '*', part, Boolean(options?.ignoreCase));
  }

  get hasRegExpGroups() { return PARTS.some((part) => this.#parts[part].hasRegExp); }

  test(input, base) { return this.exec(input, base) !== null; }

  exec(input = {}, baseUrl) {
    let url;
    if (typeof input === 'object' && input !== null) {
      if (baseUrl !== undefined) throw new TypeError("Failed to execute 'exec' on 'URLPattern': Invalid baseURL provided with a URLPatternInit input; use the URLPatternInit.baseURL property instead.");
      let base = null;
      try {
        if (input.baseURL !== undefined) base = partsOf(new URL(String(input.baseURL)));
      } catch {
        return null;
      }
      url = inherit(initOf(input), base);
      if (STANDARD_PORTS[url.protocol] === url.port) url.port = '';
    } else {
      try {
        url = partsOf(new URL(String(input), baseUrl));
      } catch {
        return null;
      }
    }
    const answer = { inputs: baseUrl === undefined ? [input] : [input, baseUrl] };
    for (const part of PARTS) {
      const { regexp, names } = this.#parts[part];
      const value = url[part] ?? '';
      const found = regexp.exec(value);
      if (found === null) return null;
      answer[part] = { input: value, groups: Object.fromEntries(names.map((name, at) => [name, found[at + 1]])) };
    }
    return answer;
  }

  static {
    for (const part of PARTS) {
      Object.defineProperty(URLPattern.prototype, part, {
        get: { [part]() { return this.#parts[part].pattern; } }[part], enumerable: true, configurable: true,
      });
    }
  }
}
define(URLPattern, 'URLPattern');

module.exports = { URLPattern };
