'use strict';
// The program that shows pages: what the environment names, or else (null) what the addon finds beside itself.

const path = require('node:path');

function renderer() {
  const program = process.env.DIPOLE_RENDERER;
  if (!program) return null;
  // The command is one where it is told so; any other program is asked by nothing but its link.
  return { program, args: path.basename(program) === 'main-proc' ? ['--type=renderer'] : [] };
}

module.exports = { renderer };
