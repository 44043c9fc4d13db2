'use strict';
// An app in this process.

const addon = require('../addon.js');
const { lines } = require('./own.js');

/** As `own.js` starts one. */
function start(settings, hears) {
  const inside = addon.load((name) => import(name)).require('./inside.js');
  const { args, env, node, execArgv, cwd } = settings.process;
  for (const [name, value] of Object.entries({ node, cwd, execArgv: execArgv.length > 0 ? execArgv : undefined })) {
    if (value === undefined) continue;
    throw new TypeError(`'${name}' is for an app in a process of its own: leave 'inProcess' out, or '${name}'`);
  }
  const line = lines(hears.line);
  const app = inside.start({ ...settings, args, env }, {
    told: hears.told,
    printed: (isError, text) => { if (!isError) line(text); },
    ended: (code) => hears.ended(code, null, ''),
  });
  return { child: null, electron: app.electron, say: app.say, hold() {}, kill() {}, given: (run) => run };
}

module.exports = { start };
