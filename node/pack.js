'use strict';
// What `npm pack` does here before and after (package.json's `prepack`, `postpack`): puts the addon, and the program
// that is renderer and command, into bin/, without what only debuggers read; and takes them away again, so that a checkout
// goes on with what cargo builds. They are built for release, unless DIPOLE_PACK_FROM names a folder that has them.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '..');
const bin = path.join(__dirname, 'bin');
/** What cargo builds, and what the package calls it. */
const PROGRAMS = [['main-proc', 'main-proc'], ['libnode_host.so', 'dipole.node']];
const LICENCES = ['LICENSE-APACHE', 'LICENSE-MIT'];

function fail(text) {
  process.stderr.write(`dipole: ${text}\n`);
  process.exit(1);
}

function build() {
  const args = ['build', '--release', '-p', 'main-proc', '-p', 'node-host'];
  const built = spawnSync('cargo', args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (built.error !== undefined) {
    const names = PROGRAMS.map(([name]) => name).join(' and ');
    const next = `Install Rust, or name a folder with ${names} in DIPOLE_PACK_FROM`;
    fail(`cargo cannot be started: ${built.error.message}. ${next}`);
  }
  if (built.status !== 0) fail('the build has failed');
  return path.join(process.env.CARGO_TARGET_DIR ?? path.join(root, 'target'), 'release');
}

function fill() {
  if (process.platform !== 'linux') fail(`packages are made on Linux, and this is ${process.platform}`);
  const from = process.env.DIPOLE_PACK_FROM ? path.resolve(process.env.DIPOLE_PACK_FROM) : build();
  clean();
  fs.mkdirSync(bin);
  for (const [name, packed] of PROGRAMS) {
    const [file, copy] = [path.join(from, name), path.join(bin, packed)];
    if (!fs.existsSync(file)) fail(`'${file}' is not there: cargo build --release -p main-proc -p node-host makes it`);
    // Where there is no such tool, the package is larger.
    if (spawnSync('strip', ['--strip-unneeded', '-o', copy, file]).status !== 0) fs.copyFileSync(file, copy);
    fs.chmodSync(copy, 0o755);
  }
  for (const name of LICENCES) fs.copyFileSync(path.join(root, name), path.join(__dirname, name));
}

function clean() {
  fs.rmSync(bin, { recursive: true, force: true });
  for (const name of LICENCES) fs.rmSync(path.join(__dirname, name), { force: true });
}

if (process.argv[2] === 'clean') clean();
else fill();
