'use strict';
// Range and Selection: parts of the document. Ranges do not follow later changes of the tree by themselves.

const { define } = require('internal/web_class');
const { fire } = require('dom/target');
const { later } = require('dom/core');

const lengthOf = (node) => (node.nodeType === 10 ? 0 : node.data !== undefined ? node.data.length : node.childNodes.length);
const indexOf = (node) => Array.prototype.indexOf.call(node.parentNode.childNodes, node);

function check(node, offset) {
  if (typeof node !== 'object' || node === null || typeof node.nodeType !== 'number') {
    throw new TypeError("Failed to execute a method on 'Range': parameter 1 is not of type 'Node'.");
  }
  if (offset !== undefined && !(offset >= 0 && offset <= lengthOf(node))) {
    throw new DOMException(`The offset ${offset} is larger than the node's length (${lengthOf(node)}).`, 'IndexSizeError');
  }
}

function parentOf(node) {
  if (node.parentNode === null) throw new DOMException('The given Node has no parent.', 'InvalidNodeTypeError');
  return node.parentNode;
}

// Which of two places comes first: -1, 0, 1.
function compare([a, at], [b, to]) {
  if (a === b) return Math.sign(at - to);
  const chain = (node) => {
    const all = [];
    for (let up = node; up !== null; up = up.parentNode) all.unshift(up);
    return all;
  };
  const [left, right] = [chain(a), chain(b)];
  let same = 0;
  while (same < left.length && left[same] === right[same]) same += 1;
  if (same === left.length) return at <= indexOf(right[same]) ? -1 : 1;
  if (same === right.length) return indexOf(left[same]) < to ? -1 : 1;
  return indexOf(left[same]) < indexOf(right[same]) ? -1 : 1;
}

class Range {
  #start = [document, 0];
  #end = [document, 0];

  get startContainer() { return this.#start[0]; }
  get startOffset() { return this.#start[1]; }
  get endContainer() { return this.#end[0]; }
  get endOffset() { return this.#end[1]; }
  get collapsed() { return compare(this.#start, this.#end) === 0; }
  get commonAncestorContainer() {
    let node = this.#start[0];
    while (!node.contains(this.#end[0])) node = node.parentNode;
    return node;
  }

  setStart(node, offset) {
    check(node, offset);
    this.#start = [node, offset];
    if (node.getRootNode() !== this.#end[0].getRootNode() || compare(this.#start, this.#end) > 0) this.#end = [node, offset];
  }
  setEnd(node, offset) {
    check(node, offset);
    this.#end = [node, offset];
    if (node.getRootNode() !== this.#start[0].getRootNode() || compare(this.#start, this.#end) > 0) this.#start = [node, offset];
  }
  setStartBefore(node) { this.setStart(parentOf(node), indexOf(node)); }
  setStartAfter(node) { this.setStart(parentOf(node), indexOf(node) + 1); }
  setEndBefore(node) { this.setEnd(parentOf(node), indexOf(node)); }
  setEndAfter(node) { this.setEnd(parentOf(node), indexOf(node) + 1); }
  collapse(toStart = false) {
    if (toStart) this.#end = this.#start;
    else this.#start = this.#end;
  }
  selectNode(node) {
    const at = indexOf((parentOf(node), node));
    this.#start = [node.parentNode, at];
    this.#end = [node.parentNode, at + 1];
  }
  selectNodeContents(node) {
    check(node);
    this.#start = [node, 0];
    this.#end = [node, lengthOf(node)];
  }
  compareBoundaryPoints(how, other) {
    const points = [[this.#start, other.#start], [this.#end, other.#start], [this.#end, other.#end], [this.#start, other.#end]][how];
    if (points === undefined) throw new DOMException('The comparison method provided must be one of the four constants.', 'NotSupportedError');
    return compare(...points);
  }
  comparePoint(node, offset) {
    check(node, offset);
    return compare([node, offset], this.#start) < 0 ? -1 : compare([node, offset], this.#end) > 0 ? 1 : 0;
  }
  isPointInRange(node, offset) { return node.getRootNode() === this.#start[0].getRootNode() && this.comparePoint(node, offset) === 0; }
  intersectsNode(node) {
    if (node.parentNode === null) return true;
    const at = indexOf(node);
    return compare([node.parentNode, at], this.#end) < 0 && compare([node.parentNode, at + 1], this.#start) > 0;
  }
  cloneRange() {
    const range = new Range();
    range.#start = this.#start;
    range.#end = this.#end;
    return range;
  }
  detach() {}

  // The texts in it, with how much of each.
  #texts() {
    const found = [];
    const root = this.commonAncestorContainer;
    const walker = root.nodeType === 3 ? null : document.createTreeWalker(root, 4);
    for (let node = walker === null ? root : walker.nextNode(); node !== null; node = walker === null ? null : walker.nextNode()) {
      const from = node === this.#start[0] ? this.#start[1] : 0;
      const to = node === this.#end[0] ? this.#end[1] : node.data.length;
      const isIn = compare([node, to], this.#start) > 0 && compare([node, from], this.#end) < 0;
      if (isIn && to > from) found.push(node.data.slice(from, to));
    }
    return found;
  }
  toString() { return this.#texts().join(''); }

  cloneContents() { return this.#take(false); }
  extractContents() { return this.#take(true); }
  deleteContents() { this.#take(true); }

  // What is in it, as a copy or the nodes themselves; of those that are in it in part, copies of what is in it.
  #take(move) {
    const fragment = document.createDocumentFragment();
    if (this.collapsed) return fragment;
    const [first, from] = this.#start;
    const [last, to] = this.#end;
    const root = this.commonAncestorContainer;
    const cut = (node, begin, finish) => {
      const copy = node.cloneNode(false);
      copy.data = node.data.slice(begin, finish);
      if (move) node.data = node.data.slice(0, begin) + node.data.slice(finish);
      return copy;
    };
    const take = (node) => (move ? node : node.cloneNode(true));
    if (root.data !== undefined) {
      fragment.append(cut(root, from, to));
      this.collapse(true);
      return fragment;
    }
    // From a boundary up to the child of `root` that it is in: the copy of that child.
    const partial = (container, offset, isStart) => {
      let copy = container.data !== undefined
        ? (isStart ? cut(container, offset, container.data.length) : cut(container, 0, offset))
        : container.cloneNode(false);
      if (container.data === undefined) {
        for (const child of isStart ? [...container.childNodes].slice(offset) : [...container.childNodes].slice(0, offset)) copy.append(take(child));
      }
      for (let node = container; node.parentNode !== root; node = node.parentNode) {
        const outer = node.parentNode.cloneNode(false);
        const siblings = [...node.parentNode.childNodes];
        const at = siblings.indexOf(node);
        if (isStart) outer.append(copy, ...siblings.slice(at + 1).map(take));
        else outer.append(...siblings.slice(0, at).map(take), copy);
        copy = outer;
      }
      return copy;
    };
    const childOf = (container) => {
      let node = container;
      while (node.parentNode !== root) node = node.parentNode;
      return node;
    };
    const children = [...root.childNodes];
    const begin = first === root ? from : children.indexOf(childOf(first)) + 1;
    const finish = last === root ? to : children.indexOf(childOf(last));
    const place = first === root ? [root, from] : [root, children.indexOf(childOf(first)) + 1];
    if (first !== root) fragment.append(partial(first, from, true));
    for (const child of children.slice(begin, finish)) fragment.append(take(child));
    if (last !== root) fragment.append(partial(last, to, false));
    if (move) this.#start = this.#end = place;
    return fragment;
  }

  insertNode(node) {
    const [container, offset] = this.#start;
    if (container.nodeType === 3) {
      const rest = container.cloneNode(false);
      rest.data = container.data.slice(offset);
      container.data = container.data.slice(0, offset);
      container.after(node, rest);
      this.#start = [container.parentNode, indexOf(container) + 1];
    } else container.insertBefore(node, container.childNodes[offset] ?? null);
    if (compare(this.#start, this.#end) >= 0) this.#end = [node.parentNode, indexOf(node) + 1];
  }
  surroundContents(parent) {
    parent.replaceChildren(this.extractContents());
    this.insertNode(parent);
    this.selectNode(parent);
  }
  createContextualFragment(html) {
    const template = document.createElement('template');
    template.innerHTML = html;
    return template.content;
  }
  getBoundingClientRect() { return new DOMRect(); }
  getClientRects() { return []; }
}
['START_TO_START', 'START_TO_END', 'END_TO_END', 'END_TO_START'].forEach((name, value) => {
  for (const place of [Range, Range.prototype]) Object.defineProperty(place, name, { value, enumerable: true });
});
define(Range, 'Range');

const own = {};

class Selection {
  #range = null;
  #backward = false;

  constructor(token) { if (token !== own) throw new TypeError('Illegal constructor'); }

  get rangeCount() { return this.#range === null ? 0 : 1; }
  get isCollapsed() { return this.#range === null || this.#range.collapsed; }
  get type() { return this.#range === null ? 'None' : this.#range.collapsed ? 'Caret' : 'Range'; }
  #side(isStart) { return this.#range === null ? [null, 0] : isStart !== this.#backward ? [this.#range.startContainer, this.#range.startOffset] : [this.#range.endContainer, this.#range.endOffset]; }
  get anchorNode() { return this.#side(true)[0]; }
  get anchorOffset() { return this.#side(true)[1]; }
  get focusNode() { return this.#side(false)[0]; }
  get focusOffset() { return this.#side(false)[1]; }
  get direction() { return this.isCollapsed ? 'none' : this.#backward ? 'backward' : 'forward'; }

  #set(range, backward = false) {
    this.#range = range;
    this.#backward = backward;
    later(() => fire(document, 'Event', 'selectionchange', {}));
  }

  getRangeAt(index) {
    if (index !== 0 || this.#range === null) throw new DOMException(`Failed to execute 'getRangeAt' on 'Selection': ${index} is not a valid index.`, 'IndexSizeError');
    return this.#range;
  }
  addRange(range) { if (this.#range === null) this.#set(range); }
  removeRange(range) { if (this.#range === range) this.#set(null); }
  removeAllRanges() { if (this.#range !== null) this.#set(null); }
  empty() { this.removeAllRanges(); }
  collapse(node, offset = 0) {
    if (node === null) return this.removeAllRanges();
    const range = new Range();
    range.setStart(node, offset);
    range.collapse(true);
    return this.#set(range);
  }
  setPosition(node, offset) { this.collapse(node, offset); }
  collapseToStart() { this.collapse(this.getRangeAt(0).startContainer, this.#range.startOffset); }
  collapseToEnd() { this.collapse(this.getRangeAt(0).endContainer, this.#range.endOffset); }
  extend(node, offset = 0) { this.setBaseAndExtent(this.anchorNode, this.anchorOffset, node, offset); }
  setBaseAndExtent(anchor, from, focus, to) {
    const backward = compare([anchor, from], [focus, to]) > 0;
    const range = new Range();
    range.setStart(...(backward ? [focus, to] : [anchor, from]));
    range.setEnd(...(backward ? [anchor, from] : [focus, to]));
    this.#set(range, backward);
  }
  selectAllChildren(node) {
    const range = new Range();
    range.selectNodeContents(node);
    this.#set(range);
  }
  containsNode(node, partly = false) {
    if (this.#range === null || !this.#range.intersectsNode(node)) return false;
    if (partly) return true;
    const whole = new Range();
    whole.selectNode(node);
    return whole.compareBoundaryPoints(0, this.#range) >= 0 && whole.compareBoundaryPoints(2, this.#range) <= 0;
  }
  deleteFromDocument() { this.#range?.deleteContents(); }
  modify() {}
  toString() { return this.#range === null ? '' : this.#range.toString(); }
}
define(Selection, 'Selection');

module.exports = { Range, Selection, selection: new Selection(own) };
