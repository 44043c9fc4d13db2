'use strict';
require('internal/absent')(module);
