'use strict';
// What a program can do that has asked for what only Node has.

const ELSEWHERE = 'leave it out where process.versions.dipole is set';
// By the kind of process that asks.
const ADVICE = {
  __proto__: null,
  browser: `run main in Node ('--main node', or "dipole": { "main": "node" } in the app's package.json), or ${ELSEWHERE}`,
  utility: `run main in Node ('--main node'), whose utility processes are Node too, or ${ELSEWHERE}`,
  renderer: `ask main for it with ipcRenderer.invoke() and run main in Node ('--main node'), or ${ELSEWHERE}`,
};

module.exports = () => ADVICE[process.type] ?? ELSEWHERE;
