'use strict';
// Runs the case files. Each case gives one text, so that two engines can be compared.
//
//   node run.js > expected.json
//
// writes what the real Node.js answers.

const FILES = ['inspect', 'inspect_errors', 'format', 'util', 'events', 'path', 'buffer', 'url', 'misc', 'modules'];

function show(value) {
  if (typeof value === 'string') return value;
  if (value instanceof Error) return `${value.name} ${value.code}: ${value.message}`;
  return value === undefined ? 'undefined' : JSON.stringify(value);
}

async function answer(body) {
  try {
    return show(await body());
  } catch (error) {
    return `threw ${show(error)}`;
  }
}

exports.FILES = FILES;
exports.load = (file) => require(`./cases/${file}.js`);
exports.answers = async (load = exports.load) => {
  const all = {};
  for (const file of FILES) {
    all[file] = [];
    for (const body of load(file)) all[file].push(await answer(body));
  }
  return all;
};

if (require.main === module) {
  exports.answers().then((all) => console.log(JSON.stringify(all, null, 1)));
}
