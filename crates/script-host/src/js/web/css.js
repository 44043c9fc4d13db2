'use strict';
// CSS, style sheets: their rules are kept as text. Nothing is laid out by them.

const { define } = require('internal/web_class');

function escape(given) {
  if (arguments.length === 0) throw new TypeError("Failed to execute 'escape' on 'CSS': 1 argument required, but only 0 present.");
  const text = String(given);
  let out = '';
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const isDigit = code >= 0x30 && code <= 0x39;
    if (code === 0) out += '\ufffd';
    else if (code < 0x20 || code === 0x7f || (isDigit && (at === 0 || (at === 1 && text[0] === '-')))) out += `\\${code.toString(16)} `;
    else if (at === 0 && text === '-') out += '\\-';
    else if (code >= 0x80 || isDigit || /[-\w]/.test(text[at])) out += text[at];
    else out += `\\${text[at]}`;
  }
  return out;
}

const CSS = {
  escape,
  // What is well formed is taken for supported, except what begins like a property of another browser.
  supports(property, value) {
    if (value !== undefined) return /^(--[\w-]+|[a-z-]+)$/.test(String(property)) && !/^-(moz|ms|o)-/.test(String(property)) && String(value).trim() !== '';
    return /^\s*\(?\s*[\w-]+\s*:\s*\S/.test(String(property)) || /^\s*selector\(/.test(String(property));
  },
};
Object.defineProperty(CSS, Symbol.toStringTag, { value: 'CSS', configurable: true });

// The elements that sheets are of.
const owners = new WeakMap();

class StyleSheet {
  get type() { return 'text/css'; }
  get href() { return null; }
  get title() { return null; }
  get ownerNode() { return owners.get(this) ?? null; }
  get parentStyleSheet() { return null; }
}
define(StyleSheet, 'StyleSheet');

// The rules of a text: each up to its block's end, or to a semicolon outside of blocks.
function rulesOf(text) {
  const rules = [];
  const bare = text.replace(/\/\*[\s\S]*?\*\//g, '');
  for (let at = 0, depth = 0, from = 0; at < bare.length; at++) {
    if (bare[at] === '{') depth += 1;
    const isEnd = (bare[at] === '}' && (depth = Math.max(0, depth - 1)) === 0) || (bare[at] === ';' && depth === 0);
    if (!isEnd) continue;
    rules.push(rule(bare.slice(from, at + 1).trim()));
    from = at + 1;
  }
  return rules;
}

const making = Symbol('making');

class CSSRule {
  constructor(key) { if (key !== making) throw new TypeError('Illegal constructor'); }
  get parentRule() { return null; }
}
define(CSSRule, 'CSSRule');

// Selectors and what they say, which may be changed.
class CSSStyleRule extends CSSRule {
  #body;
  #style;
  constructor(key, selectorText, body) {
    super(key);
    this.selectorText = selectorText;
    this.#body = body;
  }
  get type() { return 1; }
  get style() { return this.#style ??= new (require('dom/attributes').CSSStyleDeclaration)(() => this.#body, (css) => { this.#body = css; }); }
  get cssText() {
    const { cssText } = this.style;
    return `${this.selectorText} {${cssText === '' ? '' : ` ${cssText}`} }`;
  }
}
define(CSSStyleRule, 'CSSStyleRule');

// `@media` and its like, with rules within, and those that have none.
class CSSGroupingRule extends CSSRule {
  #rules;
  constructor(key, cssText, body) {
    super(key);
    this.cssText = cssText;
    this.#rules = body === null ? [] : rulesOf(body);
    const [, name, condition] = /^@([\w-]+)\s*([^{;]*)/.exec(cssText) ?? [];
    this.name = condition?.trim() ?? '';
    if (name === 'media') {
      this.media = { mediaText: this.name, length: 1 };
      this.conditionText = this.name;
    }
  }
  get type() { return { import: 3, media: 4, 'font-face': 5, page: 6, keyframes: 7, supports: 12 }[/^@([\w-]+)/.exec(this.cssText)?.[1]] ?? 0; }
  get cssRules() { return this.#rules; }
}
define(CSSGroupingRule, 'CSSGroupingRule');

function rule(cssText) {
  const brace = cssText.indexOf('{');
  const body = brace < 0 ? null : cssText.slice(brace + 1, cssText.lastIndexOf('}')).trim();
  return cssText[0] === '@' ? new CSSGroupingRule(making, cssText, body) : new CSSStyleRule(making, cssText.slice(0, Math.max(0, brace)).trim(), body ?? '');
}

class CSSStyleSheet extends StyleSheet {
  #rules = [];
  #media;
  constructor(options) {
    super();
    this.#media = String(options?.media ?? '');
    this.disabled = Boolean(options?.disabled);
  }
  get cssRules() { return this.#rules; }
  get rules() { return this.#rules; }
  get ownerRule() { return null; }
  get media() { return { mediaText: this.#media, length: this.#media === '' ? 0 : 1 }; }
  insertRule(text, index = 0) {
    if (!(index >= 0 && index <= this.#rules.length)) {
      throw new DOMException(`Failed to execute 'insertRule' on 'CSSStyleSheet': The index provided (${index}) is larger than the maximum index (${this.#rules.length}).`, 'IndexSizeError');
    }
    const found = rulesOf(String(text));
    if (found.length !== 1) throw new DOMException(`Failed to execute 'insertRule' on 'CSSStyleSheet': Failed to parse the rule '${text}'.`, 'SyntaxError');
    this.#rules.splice(index, 0, found[0]);
    return index;
  }
  deleteRule(index) {
    if (!(index >= 0 && index < this.#rules.length)) {
      throw new DOMException(`Failed to execute 'deleteRule' on 'CSSStyleSheet': The index provided (${index}) is larger than the maximum index (${this.#rules.length - 1}).`, 'IndexSizeError');
    }
    this.#rules.splice(index, 1);
  }
  addRule(selector, style, index = this.#rules.length) {
    this.insertRule(`${selector} { ${style} }`, index);
    return -1;
  }
  removeRule(index = 0) { this.deleteRule(index); }
  replaceSync(text) { this.#rules.splice(0, this.#rules.length, ...rulesOf(String(text))); }
  async replace(text) {
    this.replaceSync(text);
    return this;
  }
}
define(CSSStyleSheet, 'CSSStyleSheet');

// Sheets of elements, with the text that they were made of: another text is another sheet.
const sheets = new WeakMap();

function sheetOf(element) {
  if (!element.isConnected) return null;
  const text = element.textContent;
  const known = sheets.get(element);
  if (known?.text === text) return known.sheet;
  const sheet = new CSSStyleSheet({ media: element.media });
  sheet.replaceSync(text);
  owners.set(sheet, element);
  sheets.set(element, { text, sheet });
  return sheet;
}

let isMaking = false;

class StyleSheetList {
  constructor() {
    if (!isMaking) throw new TypeError('Illegal constructor');
  }
  get length() { return Object.keys(this).length; }
  item(at) { return this[at] ?? null; }
  [Symbol.iterator]() { return Object.values(this)[Symbol.iterator](); }
}
define(StyleSheetList, 'StyleSheetList');

// What a document has in its elements now: none where nothing shows it.
function sheetsOf(document) {
  isMaking = true;
  try {
    const all = [...document.querySelectorAll('style')].map(sheetOf);
    return Object.assign(new StyleSheetList(), all.filter((sheet) => sheet !== null));
  } finally {
    isMaking = false;
  }
}

module.exports = { CSSRule, CSSStyleRule, CSSGroupingRule, CSS, StyleSheet, CSSStyleSheet, StyleSheetList, sheetOf, sheetsOf };
