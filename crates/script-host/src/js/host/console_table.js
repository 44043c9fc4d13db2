'use strict';
// console.table as text.

const { inspect } = require('util');

function cell(value) {
  return inspect(value, { maxArrayLength: 3, breakLength: Infinity, depth: value !== null && typeof value === 'object' ? 0 : 2 });
}

function line(cells, widths, [left, between, right], fit) {
  return left + cells.map((text, i) => fit(text, widths[i])).join(between) + right;
}

function pad(text, width) {
  return ` ${text}`.padEnd(width);
}

function render(head, columns) {
  const rows = Math.max(0, ...columns.map((column) => column.length));
  const widths = head.map((text, i) => Math.max(text.length, ...columns[i].map((value) => value.length)) + 2);
  const rule = widths.map((width) => '─'.repeat(width));
  const plain = (text) => text;
  const lines = [line(rule, widths, ['┌', '┬', '┐'], plain), line(head, widths, ['│', '│', '│'], pad),
    line(rule, widths, ['├', '┼', '┤'], plain)];
  for (let row = 0; row < rows; row++) {
    lines.push(line(columns.map((column) => column[row] ?? ''), widths, ['│', '│', '│'], pad));
  }
  lines.push(line(rule, widths, ['└', '┴', '┘'], plain));
  return lines.join('\n');
}

// The rows of what is shown: [index text, value].
function rowsOf(data) {
  if (data instanceof Map) return [...data].map(([key, value], i) => [`${i}`, value, cell(key)]);
  if (data instanceof Set) return [...data].map((value, i) => [`${i}`, value]);
  return Object.keys(data).map((key) => [key, data[key]]);
}

module.exports = function table(data, only) {
  const rows = rowsOf(data);
  const keyed = data instanceof Map;
  const iterates = keyed || data instanceof Set;
  const fields = new Map();
  const values = [];
  rows.forEach(([, value], row) => {
    if (value === null || (typeof value !== 'object' && typeof value !== 'function') || keyed) {
      values[row] = cell(value);
      return;
    }
    for (const key of only ?? Object.keys(value)) {
      if (!fields.has(key)) fields.set(key, []);
      if (Object.hasOwn(value, key)) fields.get(key)[row] = cell(value[key]);
    }
  });
  const head = [iterates ? '(iteration index)' : '(index)'];
  const columns = [rows.map(([index]) => index)];
  if (keyed) {
    head.push('Key');
    columns.push(rows.map(([,, key]) => key));
  }
  for (const [key, column] of fields) {
    head.push(key);
    columns.push(Array.from(rows, (_, row) => column[row] ?? ''));
  }
  if (values.length > 0) {
    head.push('Values');
    columns.push(Array.from(rows, (_, row) => values[row] ?? ''));
  }
  return render(head, columns);
};
