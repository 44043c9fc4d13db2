'use strict';
// Names in code, found by their looks: what is found is only looked for afterwards.

const NAME = /[A-Za-z_$][\w$]*/g;

/** The names that the code may declare with `let`, `const` or `class`: they are no properties of the global object. */
exports.declared = (code) => {
  const names = [];
  for (const [, pattern] of code.matchAll(/\b(?:let|const|class)\s+([^=;]{0,1000})/g)) {
    names.push(...(pattern.match(NAME) ?? []));
  }
  return names;
};

/**
 * What there is to complete at the end of a text: the names before the last dot, and the beginning of the name behind
 * it. Undefined where the last dot follows something that would have to be run: a call, an index.
 */
exports.target = (text) => {
  const [tail] = /(?:[A-Za-z_$][\w$]*|\?\.|\.)*$/.exec(text);
  const path = tail.split(/\?\.|\./);
  const prefix = path.pop();
  const before = text[text.length - tail.length - 1] ?? '';
  // A number, a text, or the end of one of those, has no names that could be looked up here.
  if (/["'`\d\])}]/.test(before) && path.length > 0) return undefined;
  if (/["'`\d]/.test(before) || path.some((name) => name === '')) return undefined;
  return { path, prefix };
};
