'use strict';
// How util.inspect puts the parts of one object on lines.

const { stripControl, width } = require('internal/inspect_text');

/** What the parts of `output` come from. */
const OBJECT = 0;
const ITEM = 1;
const ARRAY_EXTRAS = 2;

function fitsOneLine(ctx, output, start, base) {
  let total = output.length + start;
  if (total + output.length > ctx.breakLength) return false;
  for (const part of output) {
    total += ctx.colors ? stripControl(part).length : part.length;
    if (total > ctx.breakLength) return false;
  }
  return base === '' || !base.includes('\n');
}

/** Joins the parts: on one line when short, else one per line, and long arrays in columns. */
function join(ctx, parts, base, braces, kind, recurseTimes, value) {
  const before = base ? `${base} ` : '';
  if (ctx.compact === true) return joinTight(ctx, parts, base, braces);
  let output = parts;
  if (typeof ctx.compact === 'number' && ctx.compact >= 1) {
    if (kind === ARRAY_EXTRAS && parts.length > 6) output = columns(ctx, parts, value);
    // Only the innermost levels go on one line, and an array already in columns does not.
    if (ctx.currentDepth - recurseTimes < ctx.compact && parts.length === output.length) {
      const start = output.length + ctx.indentationLvl + braces[0].length + base.length + 10;
      if (fitsOneLine(ctx, output, start, base)) {
        const line = output.join(', ');
        if (!line.includes('\n')) return `${before}${braces[0]} ${line} ${braces[1]}`;
      }
    }
  }
  const indent = `\n${' '.repeat(ctx.indentationLvl)}`;
  return `${before}${braces[0]}${indent}  ${output.join(`,${indent}  `)}${indent}${braces[1]}`;
}

function joinTight(ctx, output, base, braces) {
  const after = base ? ` ${base}` : '';
  if (fitsOneLine(ctx, output, 0, base)) {
    return `${braces[0]}${after} ${output.join(', ')} ${braces[1]}`;
  }
  const indent = ' '.repeat(ctx.indentationLvl);
  const lead = base === '' && braces[0].length === 1 ? ' ' : `${after}\n${indent}  `;
  return `${braces[0]}${lead}${output.join(`,\n${indent}  `)} ${braces[1]}`;
}

/** Puts the items of a long array in columns, about 2.5 times as wide as high. */
function columns(ctx, output, value) {
  const separator = 2;
  // The "more items" line stays alone at the end.
  const count = ctx.maxArrayLength < output.length ? output.length - 1 : output.length;
  const widths = [];
  let total = 0;
  let widest = 0;
  for (let i = 0; i < count; i++) {
    widths[i] = width(output[i], ctx.colors);
    total += widths[i] + separator;
    widest = Math.max(widest, widths[i]);
  }
  const cell = widest + separator;
  const worthIt = cell * 3 + ctx.indentationLvl < ctx.breakLength && (total / cell > 5 || widest <= 6);
  if (!worthIt) return output;

  const biased = Math.max(cell - 3 - Math.sqrt(cell - total / output.length), 1);
  const across = Math.min(
    Math.round(Math.sqrt(2.5 * biased * count) / biased),
    Math.floor((ctx.breakLength - ctx.indentationLvl) / cell),
    ctx.compact * 4,
    15);
  if (across <= 1) return output;

  const columnWidths = [];
  for (let column = 0; column < across; column++) {
    let most = 0;
    for (let i = column; i < count; i += across) most = Math.max(most, widths[i]);
    columnWidths.push(most + separator);
  }
  const numeric = value === undefined || output.every(
    (_, i) => typeof value[i] === 'number' || typeof value[i] === 'bigint');
  const rows = [];
  for (let from = 0; from < count; from += across) {
    const last = Math.min(from + across, count) - 1;
    let row = '';
    for (let i = from; i < last; i++) {
      // Padding counts UTF-16 units; the widths count columns without colours.
      const length = columnWidths[i - from] + output[i].length - widths[i];
      row += numeric ? `${output[i]}, `.padStart(length) : `${output[i]}, `.padEnd(length);
    }
    if (numeric) {
      const length = columnWidths[last - from] + output[last].length - widths[last] - separator;
      row += output[last].padStart(length);
    } else {
      row += output[last];
    }
    rows.push(row);
  }
  if (count < output.length) rows.push(output[count]);
  return rows;
}

Object.assign(exports, { OBJECT, ITEM, ARRAY_EXTRAS, join });
