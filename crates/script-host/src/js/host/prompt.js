'use strict';
// What a prompt needs of a realm: lines are evaluated here, their values shown as text, names completed.

const { evaluate } = binding('prompt');

const words = require('internal/prompt_words');

let count = 0;
// What `_` and `_error` are, as long as the program does not use these names itself.
const last = { _: undefined, _error: undefined };
const ours = new Set();
const declared = new Set();

/**
 * Runs code as a script whose names stay, with `await` at its top level.
 *
 * The result is text (JSON): `incomplete` where more lines have to follow; else what is to be shown of the value, or of
 * the error, and whether there is something to show.
 */
async function run(code, colors) {
  const file = `REPL${count + 1}`;
  let promise;
  try {
    promise = start(code, file);
  } catch (error) {
    if (isIncomplete(error, code)) return JSON.stringify({ kind: 'incomplete' });
    count += 1;
    return failed(error, colors, pointer(error, code));
  }
  count += 1;
  for (const name of words.declared(code)) declared.add(name);
  try {
    const { value } = await promise;
    remember('_', value);
    return JSON.stringify({ kind: 'value', text: inspect(value, colors) });
  } catch (error) {
    return failed(error, colors, '');
  }
}

// Braces alone are meant as an object; where that makes no sense, as a block.
function start(code, file) {
  if (/^\s*\{/.test(code) && !/;\s*$/.test(code)) {
    try {
      return evaluate(`(${code.trim()}\n)`, file);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  return evaluate(code, file);
}

function inspect(value, colors) {
  return require('internal/inspect').inspect(value, { colors, showProxy: true });
}

// --- errors --------------------------------------------------------------------------------------

function placeOf(error) {
  const [, line, column] = /\bat REPL\d+:(\d+):(\d+)/.exec(error.stack) ?? [];
  return { line: Number(line), column: Number(column) };
}

// Whether the code stops where something is still to come.
function isIncomplete(error, code) {
  if (!(error instanceof SyntaxError)) return false;
  if (error.message === 'unexpected end of comment' || error.message === 'Unexpected end of input') return true;
  const { line, column } = placeOf(error);
  const lines = code.split('\n');
  // A column counts characters.
  const text = [...(lines[line - 1] ?? '')];
  if (error.message === 'unexpected end of string') {
    return text[column - 1] === '`' || text[column - 1] === '}' || text.at(-1) === '\\';
  }
  return line === lines.length && column > text.length;
}

// The line that cannot be read, and a mark below the place.
function pointer(error, code) {
  if (!(error instanceof SyntaxError)) return '';
  const { line, column } = placeOf(error);
  const text = code.split('\n')[line - 1];
  return text === undefined ? '' : `${text}\n${' '.repeat(Math.max(0, column - 1))}^\n\n`;
}

function failed(error, colors, head) {
  remember('_error', error);
  let text;
  try {
    text = inspect(error, colors);
  } catch {
    text = 'an error that cannot be shown';
  }
  text = head === '' ? withoutCallers(text) : text.split('\n')[0].replace(/^\[(.*)\]$/s, '$1');
  return JSON.stringify({ kind: 'error', text: head + uncaught(text) });
}

// The frames below those of the line are the prompt's own.
function withoutCallers(text) {
  const lines = text.split('\n');
  const last = lines.findLastIndex((line) => /^ {4}at .*\bREPL\d+:\d+:\d+/.test(line));
  if (last < 0) return text;
  let end = last + 1;
  while (end < lines.length && lines[end].startsWith('    at ')) end += 1;
  const [lowest = ''] = lines.splice(last + 1, end - last - 1).slice(-1);
  // Further properties of the error follow behind the last frame.
  if (lowest.endsWith(' {')) lines[last] += ' {';
  return lines.join('\n');
}

// Marked as Node does it: in the line that names the error.
function uncaught(text) {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => /^\[?([A-Z][a-z0-9_]*)*Error/.test(line));
  if (at < 0) return lines.length === 1 ? `Uncaught ${text}` : `Uncaught:\n${text}`;
  lines[at] = lines[at].length <= 80 ? `Uncaught ${lines[at]}` : `Uncaught:\n${lines[at]}`;
  return lines.join('\n');
}

// --- what came last ------------------------------------------------------------------------------

function remember(name, value) {
  last[name] = value;
  if (ours.has(name) || name in globalThis) return;
  ours.add(name);
  Object.defineProperty(globalThis, name, {
    get: () => last[name],
    // From now on it is the program's.
    set: (own) => {
      Object.defineProperty(globalThis, name, { value: own, writable: true, enumerable: true, configurable: true });
    },
    enumerable: false,
    configurable: true,
  });
}

exports.run = run;
exports.complete = (text) => JSON.stringify(require('internal/prompt_complete').complete(text, declared));
