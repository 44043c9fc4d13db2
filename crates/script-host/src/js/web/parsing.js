'use strict';
// DOMParser and XMLSerializer.

const { define } = require('internal/web_class');

const HTML = 'http://www.w3.org/1999/xhtml';
const VOID = new Set('area base br col embed hr img input link meta source track wbr'.split(' '));
const TYPES = ['text/html', 'text/xml', 'application/xml', 'application/xhtml+xml', 'image/svg+xml'];

class DOMParser {
  // A document of its own would be another tree: what is parsed is a fragment of this one that answers as a document does.
  parseFromString(text, type) {
    if (!TYPES.includes(type)) {
      throw new TypeError(`Failed to execute 'parseFromString' on 'DOMParser': The provided value '${String(type)}' is not a valid enum value of type SupportedType.`);
    }
    if (type === 'text/xml' || type === 'application/xml') {
      throw new DOMException(`DOMParser is not supported for '${type}': there is no parser for XML here`, 'NotSupportedError');
    }
    const fragment = document.createDocumentFragment();
    if (type === 'text/html') {
      const root = document.createElement('html');
      root.innerHTML = String(text);
      fragment.append(root);
    } else {
      const template = document.createElement('template');
      template.innerHTML = String(text).replace(/^\s*<\?xml[^>]*\?>/, '');
      fragment.append(template.content.firstElementChild ?? document.createElement('parsererror'));
    }
    return asDocument(fragment, type);
  }
}
define(DOMParser, 'DOMParser');

function asDocument(fragment, contentType) {
  const find = (selector) => fragment.querySelector(selector);
  const getters = {
    documentElement: () => fragment.firstElementChild, head: () => find('head'), body: () => find('body'), contentType: () => contentType,
    title: () => (find('title')?.textContent ?? '').trim().replace(/\s+/g, ' '), URL: () => document.URL, documentURI: () => document.URL,
    defaultView: () => null, readyState: () => 'complete', characterSet: () => 'UTF-8', doctype: () => null, forms: () => fragment.querySelectorAll('form'),
    images: () => fragment.querySelectorAll('img'), links: () => fragment.querySelectorAll('a[href], area[href]'), scripts: () => fragment.querySelectorAll('script'),
  };
  for (const [name, get] of Object.entries(getters)) Object.defineProperty(fragment, name, { get, configurable: true });
  const methods = {
    getElementsByTagName: (name) => fragment.querySelectorAll(name),
    getElementsByClassName: (names) => fragment.querySelectorAll(String(names).trim().split(/\s+/).map((name) => `.${CSS.escape(name)}`).join('')),
  };
  for (const name of ['createElement', 'createElementNS', 'createTextNode', 'createComment', 'createDocumentFragment', 'importNode', 'adoptNode', 'createTreeWalker', 'createRange']) {
    methods[name] = (...given) => document[name](...given);
  }
  for (const [name, value] of Object.entries(methods)) Object.defineProperty(fragment, name, { value, writable: true, configurable: true });
  return fragment;
}

const escaped = (text) => text.replace(/[&<>]/g, (one) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[one]);
const quoted = (text) => escaped(text).replace(/"/g, '&quot;').replace(/[\t\n\r]/g, (one) => `&#${one.charCodeAt(0)};`);

class XMLSerializer {
  serializeToString(root) {
    if (typeof root?.nodeType !== 'number') throw new TypeError("Failed to execute 'serializeToString' on 'XMLSerializer': parameter 1 is not of type 'Node'.");
    let out = '';
    // Nodes that are to be written, and the ends of elements.
    const stack = [{ node: root, namespace: null }];
    while (stack.length > 0) {
      const { node, end, namespace } = stack.pop();
      if (end !== undefined) {
        out += end;
        continue;
      }
      switch (node.nodeType) {
        case 1: {
          const own = node.namespaceURI;
          const name = node.localName;
          out += `<${name}`;
          if (own !== namespace && !node.hasAttribute('xmlns')) out += ` xmlns="${quoted(own ?? '')}"`;
          for (const attribute of node.getAttributeNames()) out += ` ${attribute}="${quoted(node.getAttribute(attribute))}"`;
          const children = node.localName === 'template' && node.content ? [...node.content.childNodes] : [...node.childNodes];
          if (children.length === 0 && (own !== HTML || VOID.has(name))) {
            out += own === HTML ? ' />' : '/>';
            break;
          }
          out += '>';
          stack.push({ end: `</${name}>` });
          for (const child of children.reverse()) stack.push({ node: child, namespace: own });
          break;
        }
        case 3: out += escaped(node.data); break;
        case 8: out += `<!--${node.data}-->`; break;
        case 10: out += `<!DOCTYPE ${node.name}>`; break;
        default: for (const child of [...node.childNodes].reverse()) stack.push({ node: child, namespace });
      }
    }
    return out;
  }
}
define(XMLSerializer, 'XMLSerializer');

module.exports = { DOMParser, XMLSerializer };
