'use strict';
// An app's folder, main script and package.json, as `electron .` finds them.

const fs = require('node:fs');
const path = require('node:path');

/** What package.json says; nothing where there is none. */
function packageIn(folder) {
  const file = path.join(folder, 'package.json');
  if (!fs.existsSync(file)) return {};
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new Error(`'${file}' is no JSON: ${error.message}. Correct it`, { cause: error });
  }
}

function find(app) {
  const place = path.resolve(app);
  if (!fs.existsSync(place)) {
    const next = 'give the path of its main script, or of the folder of its package.json';
    throw new Error(`there is no app at '${app}': ${next}`);
  }
  if (!fs.statSync(place).isDirectory()) {
    const folder = path.dirname(place);
    return { main: place, appPath: folder, package: packageIn(folder) };
  }
  const found = packageIn(place);
  const named = path.join(place, found.main ?? 'index.js');
  const places = [named, `${named}.js`, `${named}.cjs`, `${named}.mjs`, path.join(named, 'index.js')];
  const main = places.find((one) => fs.existsSync(one) && fs.statSync(one).isFile());
  if (main === undefined) {
    const name = found.main ?? 'index.js';
    const next = 'build the app, or correct "main" in its package.json';
    throw new Error(`'${place}' has the main script '${name}', which does not exist: ${next}`);
  }
  return { main, appPath: place, package: found };
}

module.exports = { find };
