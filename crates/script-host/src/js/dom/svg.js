'use strict';
// Elements of SVG. Nothing is laid out, so what asks for a place or a length hears of an empty drawing; a text is as wide as
// it about is.

const { Object, TypeError, each, lists } = require('internal/intrinsics');
const { b } = require('dom/core');
const { Element } = require('dom/element');
const { idOf } = require('dom/node');
const { DOMStringMap, CSSStyleDeclaration, setAttr } = require('dom/attributes');
const { COMMON, addHandlers } = require('dom/handlers');
const { classOf, recipes } = require('dom/html');

const FONT = '16px sans-serif';
const GEOMETRY = {
  __proto__: null, circle: 'SVGCircleElement', ellipse: 'SVGEllipseElement', line: 'SVGLineElement', path: 'SVGPathElement',
  polygon: 'SVGPolygonElement', polyline: 'SVGPolylineElement', rect: 'SVGRectElement',
};
const GRAPHICS = {
  __proto__: null, a: 'SVGAElement', defs: 'SVGDefsElement', foreignObject: 'SVGForeignObjectElement', g: 'SVGGElement', image: 'SVGImageElement',
  switch: 'SVGSwitchElement', use: 'SVGUseElement',
};
const TEXTS = { __proto__: null, text: 'SVGTextElement', textPath: 'SVGTextPathElement', tspan: 'SVGTSpanElement' };
const PLAIN = {
  __proto__: null, clipPath: 'SVGClipPathElement', filter: 'SVGFilterElement', linearGradient: 'SVGLinearGradientElement', marker: 'SVGMarkerElement',
  mask: 'SVGMaskElement', pattern: 'SVGPatternElement', radialGradient: 'SVGRadialGradientElement', stop: 'SVGStopElement',
  style: 'SVGStyleElement', symbol: 'SVGSymbolElement', title: 'SVGTitleElement',
};
const tags = { __proto__: null, svg: 'SVGSVGElement' };

const geometry = () => require('internal/geometry');
const rect = () => new (geometry().DOMRect)();
const point = () => new (geometry().DOMPoint)();
const matrix = () => new (geometry().DOMMatrix)();

/** The class of SVG's elements with that name. */
const classOfSvg = (name) => classOf(tags[name] ?? 'SVGElement');

recipes.SVGElement = {
  make() {
    class SVGElement extends Element {
      #style;
      #dataset;
      get dataset() { return (this.#dataset ??= new DOMStringMap(idOf(this))); }
      get style() {
        const id = idOf(this);
        return (this.#style ??= new CSSStyleDeclaration(() => b.attr(id, 'style') ?? '', (css) => setAttr(id, 'style', css)));
      }
      get ownerSVGElement() { return this.parentElement?.closest('svg') ?? null; }
      get viewportElement() { return this.ownerSVGElement; }
    }
    addHandlers(SVGElement.prototype, COMMON, idOf);
    return SVGElement;
  },
};

recipes.SVGGraphicsElement = {
  make: () => class SVGGraphicsElement extends classOf('SVGElement') {
    getBBox() { return rect(); }
    getCTM() { return matrix(); }
    getScreenCTM() { return matrix(); }
  },
};

recipes.SVGGeometryElement = {
  make: () => class SVGGeometryElement extends classOf('SVGGraphicsElement') {
    getTotalLength() { return 0; }
    getPointAtLength() { return point(); }
    isPointInFill() { return false; }
    isPointInStroke() { return false; }
  },
};

recipes.SVGTextContentElement = {
  make: () => class SVGTextContentElement extends classOf('SVGGraphicsElement') {
    getNumberOfChars() { return this.textContent.length; }
    getComputedTextLength() { return require('internal/canvas').widthOf(this.textContent, FONT); }
    getSubStringLength() { return 0; }
    getStartPositionOfChar() { return point(); }
    getEndPositionOfChar() { return point(); }
    getExtentOfChar() { return rect(); }
    getRotationOfChar() { return 0; }
    getCharNumAtPosition() { return -1; }
    selectSubString() {}
  },
};

recipes.SVGSVGElement = {
  make: () => class SVGSVGElement extends classOf('SVGGraphicsElement') {
    createSVGRect() { return rect(); }
    createSVGPoint() { return point(); }
    createSVGMatrix() { return matrix(); }
    createSVGNumber() { return { value: 0 }; }
    getElementById(id) {
      if (arguments.length === 0) throw new TypeError("Failed to execute 'getElementById' on 'SVGSVGElement': 1 argument required, but only 0 present.");
      return lists.find(lists.from(this.querySelectorAll('[id]')), (one) => one.id === '' + id) ?? null;
    }
    checkIntersection() { return false; }
    checkEnclosure() { return false; }
    getCurrentTime() { return 0; }
    setCurrentTime() {}
    animationsPaused() { return false; }
    pauseAnimations() {}
    unpauseAnimations() {}
    suspendRedraw() { return 0; }
    unsuspendRedraw() {}
    forceRedraw() {}
    deselectAll() {}
  },
};

for (const { 0: names, 1: base } of each([[GEOMETRY, 'SVGGeometryElement'], [GRAPHICS, 'SVGGraphicsElement'], [TEXTS, 'SVGTextContentElement'], [PLAIN, 'SVGElement']])) {
  for (const tag of each(Object.keys(names))) {
    const name = names[tag];
    tags[tag] = name;
    recipes[name] = { make: () => ({ [name]: class extends classOf(base) {} })[name] };
  }
}

module.exports = { classOfSvg };
