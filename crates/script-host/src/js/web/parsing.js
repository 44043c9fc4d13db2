'use strict';
// DOMParser and XMLSerializer.

const { createDocument } = require('dom/core');
const { contentTypes, documentWith } = require('dom/document');
const { define } = require('internal/web_class');

const HTML = 'http://www.w3.org/1999/xhtml';
const VOID = new Set('area base br col embed hr img input link meta source track wbr'.split(' '));
const TYPES = ['text/html', 'text/xml', 'application/xml', 'application/xhtml+xml', 'image/svg+xml'];

class DOMParser {
  parseFromString(text, type) {
    if (!TYPES.includes(type)) {
      throw new TypeError(`Failed to execute 'parseFromString' on 'DOMParser': The provided value '${String(type)}' is not a valid enum value of type SupportedType.`);
    }
    if (type === 'text/html') return documentWith('html', String(text), type);
    if (type === 'text/xml' || type === 'application/xml') {
      throw new DOMException(`DOMParser is not supported for '${type}': there is no parser for XML here`, 'NotSupportedError');
    }
    const template = document.createElement('template');
    template.innerHTML = String(text).replace(/^\s*<\?xml[^>]*\?>/, '');
    const page = createDocument();
    contentTypes.set(page, type);
    page.append(template.content.firstElementChild ?? document.createElement('parsererror'));
    return page;
  }
}
define(DOMParser, 'DOMParser');

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
