'use strict';
// How util.inspect shows errors.

const { prefix } = require('internal/inspect_kinds');
const types = binding('types');

const FRAME = '\n    at';

function isError(value) {
  return types.isNativeError(value) || value instanceof Error;
}

/** The stack with its first line: engines differ in whether `stack` has it. */
function stackOf(error) {
  const stack = error.stack;
  if (!stack) {
    if (stack !== '' || !isError(error)) return Error.prototype.toString.call(error);
    return headOf(error);
  }
  const text = String(stack).replace(/\n+$/, '');
  return text.startsWith('    at ') ? `${headOf(error)}\n${text}` : withLateName(error, text);
}

/** Stacks begin with the name that an error is made with; programs give theirs a name of its own just after that. */
function withLateName(error, text) {
  if (!types.isNativeError(error) || !Object.hasOwn(error, 'name')) return text;
  const { name } = Object.getPrototypeOf(error) ?? {};
  const early = Error.prototype.toString.call({ name, message: error.message });
  const rest = text.slice(early.length);
  return text.startsWith(early) && (rest === '' || rest[0] === '\n') ? `${headOf(error)}${rest}` : text;
}

function headOf(error) {
  return Error.prototype.toString.call(error);
}

/** Shows `error` (without the braces of its extra keys) and drops the keys the stack shows. */
function formatError(error, constructor, tag, ctx, keys) {
  const name = error.name !== undefined && error.name !== null ? String(error.name) : 'Error';
  let stack = stackOf(error);
  dropShown(ctx, keys, error, stack);
  if ('cause' in error && !keys.includes('cause')) keys.push('cause');
  if (Array.isArray(Object.getOwnPropertyDescriptor(error, 'errors')?.value) && !keys.includes('errors')) {
    keys.push('errors');
  }
  stack = withClassName(stack, constructor, name, tag);

  const message = error.message;
  const at = (message && stack.indexOf(message)) || -1;
  const from = at === -1 ? at : at + message.length;
  const start = stack.indexOf(FRAME, from);
  if (start === -1) {
    stack = `[${stack}]`;
  } else {
    const frames = withoutCauseFrames(ctx, error, stack.slice(start + 1));
    const lines = ctx.colors ? frames.map((line) => colorFrame(ctx, line)) : frames;
    stack = `${stack.slice(0, start)}\n${lines.join('\n')}`;
  }
  if (ctx.indentationLvl !== 0) {
    stack = stack.replaceAll('\n', `\n${' '.repeat(ctx.indentationLvl)}`);
  }
  return stack;
}

function dropShown(ctx, keys, error, stack) {
  if (ctx.showHidden || keys.length === 0) return;
  for (const name of ['name', 'message', 'stack']) {
    const at = keys.indexOf(name);
    if (at !== -1 && (typeof error[name] !== 'string' || stack.includes(error[name]))) keys.splice(at, 1);
  }
}

// Classes that do not set `name` would show as their base class.
function withClassName(stack, constructor, name, tag) {
  let length = name.length;
  const startsWithName = name.endsWith('Error') && stack.startsWith(name) &&
    (stack.length === length || stack[length] === ':' || stack[length] === '\n');
  if (constructor !== null && !startsWithName) return stack;
  let fallback = 'Error';
  if (constructor === null) {
    const start = /^([A-Z][a-z_ A-Z0-9[\]()-]+)(?::|\n\s+at)/.exec(stack) ||
      /^([a-z_A-Z0-9-]*Error)$/.exec(stack);
    fallback = start?.[1] ?? '';
    length = fallback.length;
    fallback = fallback || 'Error';
  }
  const wanted = prefix(constructor, tag, fallback).slice(0, -1);
  if (name === wanted) return stack;
  if (!wanted.includes(name)) return `${wanted} [${name}]${stack.slice(length)}`;
  return length === 0 ? `${wanted}: ${stack}` : `${wanted}${stack.slice(length)}`;
}

// Frames that the cause has too are shown once, with the cause.
function withoutCauseFrames(ctx, error, text) {
  const frames = text.split('\n');
  const cause = 'cause' in error ? error.cause : undefined;
  if (!isError(cause)) return frames;
  const causeStack = stackOf(cause);
  const start = causeStack.indexOf(FRAME);
  if (start === -1) return frames;
  const { length, offset } = commonRun(frames, causeStack.slice(start + 1).split('\n'));
  if (length > 3) {
    const skipped = length - 2;
    const note = `    ... ${skipped} lines matching cause stack trace ...`;
    frames.splice(offset + 1, skipped, ctx.stylize(note, 'undefined'));
  }
  return frames;
}

/** The first run of more than three lines of `a` that occurs in `b` at the same distance. */
function commonRun(a, b) {
  for (let i = 0; i < a.length - 3; i++) {
    const at = b.indexOf(a[i]);
    if (at === -1) continue;
    const rest = b.length - at;
    if (rest <= 3) continue;
    const most = Math.min(rest, a.length - i);
    let length = 1;
    while (length < most && a[i + length] === b[at + length]) length++;
    if (length > 3) return { length, offset: i };
  }
  return { length: 0, offset: 0 };
}

function colorFrame(ctx, line) {
  return /\((?:node:|native)/.test(line) ? ctx.stylize(line, 'undefined') : line;
}

Object.assign(exports, { formatError, isError, stackOf });
