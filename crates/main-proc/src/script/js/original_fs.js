'use strict';
// fs without archives, of which this one knows none either.

module.exports = require('fs');
