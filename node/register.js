'use strict';
// `node --require dipole/register main.js`: from here on programs can require and import `electron` in this process.

require('./addon.js').load((name) => import(name)).require('./standalone.js');
