'use strict';
// util.parseArgs, as Node has it.

const { coded, invalidArgType, invalidArgValue, needObject, received } = require('internal/errors');

const isLong = (arg) => arg.length > 2 && arg.startsWith('--');
const isShort = (arg) => arg.length > 1 && arg[0] === '-' && arg[1] !== '-';
// What looks like an option where a value is meant.
const isLikeOption = (value) => value !== null && value !== undefined && value.length > 1 && value[0] === '-';

function needType(value, name, type) {
  if (typeof value !== type) throw invalidArgType(name, type, value);
}

function needList(value, name, type) {
  if (!Array.isArray(value)) throw invalidArgType(name, 'Array', value);
  value.forEach((one, at) => needType(one, `${name}[${at}]`, type));
}

// The options that a program has said, by their long names.
function checked(options) {
  const known = new Map();
  for (const [name, option] of Object.entries(options)) {
    const place = `options.${name}`;
    needObject(option, place);
    const { type, short, multiple = false, default: otherwise } = option;
    if (type !== 'string' && type !== 'boolean') {
      throw coded(TypeError, 'ERR_INVALID_ARG_TYPE', `The "${place}.type" property must be ('string|boolean'). Received ${received(type)}`);
    }
    if (Object.hasOwn(option, 'short')) {
      needType(short, `${place}.short`, 'string');
      if (short.length !== 1) throw invalidArgValue(`${place}.short`, short, 'must be a single character');
    }
    needType(multiple, `${place}.multiple`, 'boolean');
    if (otherwise !== undefined) (multiple ? needList : needType)(otherwise, `${place}.default`, type);
    known.set(name, { type, short, multiple, otherwise });
  }
  return known;
}

function longOf(known, short) {
  for (const [name, option] of known) if (option.short === short) return name;
  return short;
}

const takesText = (known, name) => known.get(name)?.type === 'string';

function tokensOf(args, known, allowNegative) {
  const tokens = [];
  const rest = [...args];
  let index = -1;
  let expanded = 0;
  const option = (name, rawName, value, inlineValue) => tokens.push({ kind: 'option', name, rawName, index, value, inlineValue });
  // `--no-color` is `--color`, said the other way.
  const named = (name) => (allowNegative && name.startsWith('no-') && known.get(name.slice(3))?.type === 'boolean' ? name.slice(3) : name);
  const textBehind = (name) => (takesText(known, name) && rest.length > 0 ? rest.shift() : undefined);
  const optionWithNext = (name, rawName) => {
    const value = textBehind(name);
    option(name, rawName, value, value === undefined ? undefined : false);
    if (value !== undefined) index += 1;
  };
  while (rest.length > 0) {
    const arg = rest.shift();
    if (expanded > 0) expanded -= 1;
    else index += 1;
    if (typeof arg !== 'string') {
      tokens.push({ kind: 'positional', index, value: arg });
    } else if (arg === '--') {
      tokens.push({ kind: 'option-terminator', index });
      for (const value of rest) tokens.push({ kind: 'positional', index: ++index, value });
      break;
    } else if (isShort(arg) && arg.length === 2) {
      optionWithNext(longOf(known, arg[1]), arg);
    } else if (isShort(arg) && !takesText(known, longOf(known, arg[1]))) {
      // Several, of which the last may take a text.
      const parts = [];
      for (let at = 1; at < arg.length; at += 1) {
        const isText = takesText(known, longOf(known, arg[at]));
        parts.push(isText && at < arg.length - 1 ? `-${arg.slice(at)}` : `-${arg[at]}`);
        if (isText) break;
      }
      rest.unshift(...parts);
      expanded = parts.length;
    } else if (isShort(arg)) {
      option(longOf(known, arg[1]), `-${arg[1]}`, arg.slice(2), true);
    } else if (isLong(arg) && !arg.includes('=', 3)) {
      optionWithNext(named(arg.slice(2)), arg);
    } else if (isLong(arg)) {
      const at = arg.indexOf('=', 3);
      option(named(arg.slice(2, at)), arg.slice(0, at), arg.slice(at + 1), true);
    } else {
      tokens.push({ kind: 'positional', index, value: arg });
    }
  }
  return tokens;
}

function checkUsage({ name, rawName, value, inlineValue }, known, allowPositionals) {
  const option = known.get(name);
  if (option === undefined) {
    const hint = allowPositionals ? `. To specify a positional argument starting with a '-', place it at the end of the command after '--', as in '-- "${rawName}"` : '';
    throw coded(TypeError, 'ERR_PARSE_ARGS_UNKNOWN_OPTION', `Unknown option '${rawName}'${hint}`);
  }
  const both = `${option.short ? `-${option.short}, ` : ''}--${name}`;
  const fail = (text) => { throw coded(TypeError, 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE', text); };
  if (option.type === 'string' && typeof value !== 'string') fail(`Option '${both} <value>' argument missing`);
  if (option.type === 'boolean' && value !== undefined && value !== null) fail(`Option '${both}' does not take an argument`);
  if (inlineValue !== false || !isLikeOption(value)) return;
  const example = rawName.startsWith('--') ? `'${rawName}=-XYZ'` : `'--${name}=-XYZ' or '${rawName}-XYZ'`;
  fail(`Option '${rawName}' argument is ambiguous.\nDid you forget to specify the option argument for '${rawName}'?\nTo specify an option argument starting with a dash use ${example}.`);
}

function store(values, { name, rawName, value }, known, allowNegative) {
  if (name === '__proto__') return;
  const option = known.get(name);
  const isNegated = allowNegative && value === undefined && rawName.startsWith('--no-') && rawName.slice(5) === name;
  const given = value ?? !isNegated;
  if (option?.multiple) (values[name] ??= []).push(given);
  else values[name] = given;
}

module.exports = function parseArgs(config = { __proto__: null }) {
  const { args = process.argv.slice(2), strict = true, tokens: wantsTokens = false, allowNegative = false, options = {} } = config;
  const { allowPositionals = !strict } = config;
  if (!Array.isArray(args)) throw invalidArgType('args', 'Array', args);
  needType(strict, 'strict', 'boolean');
  needType(allowPositionals, 'allowPositionals', 'boolean');
  needType(wantsTokens, 'tokens', 'boolean');
  needType(allowNegative, 'allowNegative', 'boolean');
  needObject(options, 'options');
  const known = checked(options);
  const tokens = tokensOf(args, known, allowNegative);
  const result = { values: { __proto__: null }, positionals: [] };
  if (wantsTokens) result.tokens = tokens;
  for (const token of tokens) {
    if (token.kind === 'option') {
      if (strict) checkUsage(token, known, allowPositionals);
      store(result.values, token, known, allowNegative);
    } else if (token.kind === 'positional') {
      if (!allowPositionals) {
        throw coded(TypeError, 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL', `Unexpected argument '${token.value}'. This command does not take positional arguments`);
      }
      result.positionals.push(token.value);
    }
  }
  for (const [name, { otherwise }] of known) {
    if (otherwise !== undefined && result.values[name] === undefined && name !== '__proto__') result.values[name] = otherwise;
  }
  return result;
};
