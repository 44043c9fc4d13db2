'use strict';
// What a program can do that has asked for what only Node has, or for what is not installed.

const ELSEWHERE = 'leave it out where process.versions.dipole is set';
// By the kind of process that asks.
const ADVICE = {
  __proto__: null,
  browser: `run main in Node ('--main node', or "dipole": { "main": "node" } in the app's package.json), or ${ELSEWHERE}`,
  utility: `run main in Node ('--main node'), whose utility processes are Node too, or ${ELSEWHERE}`,
  renderer: `ask main for it with ipcRenderer.invoke() and run main in Node ('--main node'), or ${ELSEWHERE}`,
};

// Node's globals that are not there. As they are undefined, programs that can do without them find that out.
const GLOBALS = ['BroadcastChannel', 'CloseEvent', 'CustomEvent', 'MessageChannel', 'MessageEvent', 'MessagePort', 'Navigator', 'Storage', 'WebAssembly',
  'WebSocket', 'localStorage', 'navigator', 'sessionStorage'];

const instead = () => ADVICE[process.type] ?? ELSEWHERE;

/** What to do about an error, as text behind it; nothing where that is not known. */
function about(error) {
  let name, message, code;
  try {
    ({ name, message, code } = error);
  } catch {
    return '';
  }
  if (typeof message !== 'string') return '';
  const [, missing] = (name === 'ReferenceError' && /^(\w+) is not defined$/.exec(message)) || [];
  if (GLOBALS.includes(missing)) return `\n${missing} is Node's, and this is not Node.js: ${instead()}`;
  if (code !== 'MODULE_NOT_FOUND' && code !== 'ERR_MODULE_NOT_FOUND') return '';
  const [, asked] = /^Cannot find (?:module|package) '([^']+)'/.exec(message) ?? [];
  if (asked === undefined || /^(?:[./#]|file:)/.test(asked)) return '';
  const part = asked.split('/').slice(0, asked.startsWith('@') ? 2 : 1).join('/');
  return `\nThe package '${part}' is not installed: run \`npm install\` in the app's folder.`;
}

module.exports = instead;
module.exports.about = about;
