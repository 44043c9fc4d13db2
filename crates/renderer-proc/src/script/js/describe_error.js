'use strict';
// An error as plain data, for the other side of the link.

const { Object, String } = require('internal/intrinsics');
function text(value) {
  try {
    return String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}

// A value that is no error, without running any of its code.
function shown(value) {
  try {
    return require('internal/inspect').inspect(value, { customInspect: false });
  } catch {
    return Object.prototype.toString.call(value);
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

function tellsOfPath(message) {
  try {
    return message.endsWith('An object could not be cloned.');
  } catch {
    return false; // the page has replaced that
  }
}

module.exports = function describe(error) {
  const isObject = error !== null && (typeof error === 'object' || typeof error === 'function');
  if (!isObject || (member(error, 'message') === undefined && member(error, 'stack') === undefined)) {
    const told = isObject ? shown(error) : text(error);
    return { text: told, name: '', message: told, code: null, stack: null, cause: null };
  }
  const cause = causeOf(error);
  const message = member(error, 'message') ?? '';
  // Which part of a value could not be cloned; other errors keep their paths to themselves.
  const path = tellsOfPath(message) ? member(error, 'path') : undefined;
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
