'use strict';
// app.commandLine: the switches of the app's own arguments, and those that the program adds.

const { text } = require('dipole/support');

const switches = new Map();
const args = [];

for (const argument of process.argv.slice(2)) {
  if (!argument.startsWith('--')) {
    args.push(argument);
    continue;
  }
  const cut = argument.indexOf('=');
  if (cut < 0) switches.set(argument.slice(2).toLowerCase(), '');
  else switches.set(argument.slice(2, cut).toLowerCase(), argument.slice(cut + 1));
}

module.exports = {
  appendSwitch(name, value) { switches.set(text(name).toLowerCase(), value === undefined ? '' : String(value)); },
  appendArgument(value) { args.push(text(value)); },
  hasSwitch(name) { return switches.has(text(name)); },
  getSwitchValue(name) { return switches.get(text(name)) ?? ''; },
  removeSwitch(name) { switches.delete(text(name)); },
};
