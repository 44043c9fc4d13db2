'use strict';
// DOMParser and XMLSerializer.

const { b, createDocument, nodes } = require('dom/core');
const { contentTypes, documentWith } = require('dom/document');
const { define } = require('internal/web_class');

const HTML = 'http://www.w3.org/1999/xhtml';
const VOID = new Set('area base br col embed hr img input link meta source track wbr'.split(' '));
const TYPES = ['text/html', 'text/xml', 'application/xml', 'application/xhtml+xml', 'image/svg+xml'];

/** The document of an XML text; one that says what is wrong with it, if that is no such text. */
function xml(text, type) {
  const page = createDocument();
  contentTypes.set(page, type);
  const wrong = b.parseXml(nodes.idOf(page), text);
  if (wrong !== undefined) {
    const [line, column, message] = wrong;
    const error = document.createElement('parsererror');
    const parts = [['h3', 'This page contains the following errors:'], ['div', `error on line ${line} at column ${column}: ${message}\n`]];
    error.append(...parts.map(([name, said]) => Object.assign(document.createElement(name), { textContent: said })));
    page.append(error);
  }
  return page;
}

class DOMParser {
  parseFromString(text, type) {
    if (!TYPES.includes(type)) {
      throw new TypeError(`Failed to execute 'parseFromString' on 'DOMParser': The provided value '${String(type)}' is not a valid enum value of type SupportedType.`);
    }
    if (type === 'text/html') return documentWith('html', String(text), type);
    return xml(String(text), type);
  }
}
define(DOMParser, 'DOMParser');

const escaped = (text) => text.replace(/[&<>]/g, (one) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[one]);
const quoted = (text) => escaped(text).replace(/"/g, '&quot;').replace(/[\t\n\r]/g, (one) => `&#${one.charCodeAt(0)};`);

/** What prefixes mean within an element. */
function spaces(element, outer) {
  const own = element.getAttributeNames().filter((name) => name.startsWith('xmlns:'));
  return Object.assign(Object.create(outer), Object.fromEntries(own.map((name) => [name.slice(6), element.getAttribute(name)])));
}

class XMLSerializer {
  serializeToString(root) {
    if (typeof root?.nodeType !== 'number') throw new TypeError("Failed to execute 'serializeToString' on 'XMLSerializer': parameter 1 is not of type 'Node'.");
    let out = '';
    // Nodes that are to be written, and the ends of elements.
    const stack = [{ node: root, namespace: null, declared: {} }];
    while (stack.length > 0) {
      const { node, end, namespace, declared } = stack.pop();
      if (end !== undefined) {
        out += end;
        continue;
      }
      switch (node.nodeType) {
        case 1: {
          const own = node.namespaceURI;
          const { prefix } = node;
          const name = prefix === null ? node.localName : `${prefix}:${node.localName}`;
          const known = spaces(node, declared);
          out += `<${name}`;
          if (prefix !== null && known[prefix] !== own && prefix !== 'xml') {
            known[prefix] = own;
            out += ` xmlns:${prefix}="${quoted(own ?? '')}"`;
          } else if (prefix === null && own !== namespace && !node.hasAttribute('xmlns')) {
            out += ` xmlns="${quoted(own ?? '')}"`;
          }
          const inner = prefix === null ? own : node.getAttribute('xmlns') ?? namespace;
          for (const attribute of node.getAttributeNames()) out += ` ${attribute}="${quoted(node.getAttribute(attribute))}"`;
          const children = node.localName === 'template' && node.content ? [...node.content.childNodes] : [...node.childNodes];
          if (children.length === 0 && (own !== HTML || VOID.has(name))) {
            out += own === HTML ? ' />' : '/>';
            break;
          }
          out += '>';
          stack.push({ end: `</${name}>` });
          for (const child of children.reverse()) stack.push({ node: child, namespace: inner, declared: known });
          break;
        }
        case 3: out += escaped(node.data); break;
        case 8: out += `<!--${node.data}-->`; break;
        case 10: out += `<!DOCTYPE ${node.name}>`; break;
        default: for (const child of [...node.childNodes].reverse()) stack.push({ node: child, namespace, declared });
      }
    }
    return out;
  }
}
define(XMLSerializer, 'XMLSerializer');

module.exports = { DOMParser, XMLSerializer, xml };
