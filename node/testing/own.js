'use strict';
// An app in a process of its own: Node, driven over a socket by the messages that main-proc uses too.

const { spawn } = require('node:child_process');
const addon = require('../addon.js');

/** So much of what Node says itself is kept for the error that it has ended. */
const TAIL = 16_384;

/** Whole lines of what comes in pieces. */
function lines(take) {
  let rest = '';
  return (text) => {
    const all = (rest + text).split('\n');
    rest = all.pop();
    for (const line of all) take(line);
  };
}

/** Starts Node. `hears` has `told(message)`, `line(text)`, `failed(error)` and `ended(code, signal, tail)`. */
function start(settings, hears) {
  const { file, sources } = addon.load((name) => import(name));
  const { node, execArgv, cwd, args, env } = settings.process;
  const program = node ?? (process.env.DIPOLE_NODE || process.execPath);
  const child = spawn(program, [...execArgv, '-e', sources.node['bootstrap.js'], settings.main, ...args], {
    cwd, stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    // A test runner's own settings are not the app's.
    env: {
      ...process.env, NODE_TEST_CONTEXT: undefined, ...env,
      DIPOLE_ADDON_FILE: file, DIPOLE_DRIVEN: JSON.stringify({ ...settings, process: undefined }), DIPOLE_CONTROL: '3',
    },
  });
  const socket = child.stdio[3];
  let tail = '';
  socket.setEncoding('utf8').on('data', lines((line) => hears.told(JSON.parse(line)))).on('error', () => {});
  child.stdout.setEncoding('utf8').on('data', lines(hears.line));
  child.stderr.setEncoding('utf8').on('data', (text) => { tail = (tail + text).slice(-TAIL); });
  child.on('error', (error) => {
    const text = `Node cannot be started from '${program}': ${error.message}. Correct 'node' or DIPOLE_NODE`;
    hears.failed(new Error(text, { cause: error }));
    hears.ended(null, null, '');
  });
  child.on('close', (code, signal) => hears.ended(code, signal, tail.trimEnd()));
  return {
    child,
    /** Whether this process waits for the app. */
    hold(on) { for (const one of [child, socket, child.stdout, child.stderr]) one[on ? 'ref' : 'unref'](); },
    say(message) { if (socket.writable) socket.write(`${JSON.stringify(message)}\n`); },
    kill() { child.kill('SIGKILL'); },
    given: (run) => String(run),
  };
}

module.exports = { start, lines };
