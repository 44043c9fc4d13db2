'use strict';
// The clock; entries and observers are not built in.

require('internal/absent')(module, { performance: globalThis.performance });
