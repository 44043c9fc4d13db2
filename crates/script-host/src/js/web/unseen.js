'use strict';
// Classes of which a page has no object here, as nothing of their kind is there. Scripts ask whether something is one.

const { define } = require('internal/web_class');

/** The class of that name. */
function classOf(name) {
  return define({ [name]: class { constructor() { throw new TypeError('Illegal constructor'); } } }[name], name);
}

/** The same of which objects could be made elsewhere. */
function refusing(name) {
  return define({ [name]: class {
    constructor() { throw new DOMException(`Failed to construct '${name}': it is not supported here`, 'NotSupportedError'); }
  } }[name], name);
}

module.exports = { classOf, refusing };
