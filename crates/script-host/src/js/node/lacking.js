'use strict';
// For modules that are built in: what Node's have besides, and what throws when it is used. See absent.js.

const { defineLazies } = binding('host');

module.exports = function lacking(exports, module, names) {
  defineLazies(exports, names, true, (name) => require('internal/absent').one(module, name));
};
