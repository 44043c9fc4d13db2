'use strict';
// An error as plain data, for the other side of the link.

const { String } = require('internal/intrinsics');
const { texts } = require('internal/texts');

function text(value) {
  try {
    return String(value);
  } catch {
    return texts.kindOf(value);
  }
}

// A value that is no error, without running any of its code.
function shown(value) {
  try {
    return require('internal/inspect').inspect(value, { customInspect: false });
  } catch {
    return texts.kindOf(value);
  }
}

function member(error, name) {
  try {
    const value = error[name];
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

function causeOf(error) {
  try {
    return error.cause;
  } catch {
    return undefined;
  }
}

const UNCLONED = /An object could not be cloned\.$/;

module.exports = function describe(error) {
  const isObject = error !== null && (typeof error === 'object' || typeof error === 'function');
  if (!isObject || (member(error, 'message') === undefined && member(error, 'stack') === undefined)) {
    const told = isObject ? shown(error) : text(error);
    return { text: told, name: '', message: told, code: null, stack: null, cause: null };
  }
  const cause = causeOf(error);
  const message = member(error, 'message') ?? '';
  // Which part of a value could not be cloned; other errors keep their paths to themselves.
  const path = texts.test(message, UNCLONED) ? member(error, 'path') : undefined;
  return {
    ...(path !== undefined && { path }),
    text: text(error),
    name: member(error, 'name') ?? 'Error',
    message,
    code: member(error, 'code') ?? null,
    stack: member(error, 'stack') ?? null,
    cause: cause === undefined ? null : text(cause),
  };
};
