'use strict';
// Runs the case files and leaves in `globalThis.report` where the answers are not Node's.

const { FILES, answers, load } = require('./run.js');
const expected = require('./expected.json');

// The first character where two texts part, with what stands around it.
function parting(a, b) {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  const from = Math.max(0, at - 60);
  return `  expected ...${JSON.stringify(a.slice(from, at + 80))}\n  answered ...${JSON.stringify(b.slice(from, at + 80))}`;
}

answers().then((all) => {
  const lines = [];
  let count = 0;
  for (const file of FILES) {
    const cases = load(file);
    if (expected[file].length !== cases.length) {
      lines.push(`${file}: ${cases.length} cases, but ${expected[file].length} expectations; run run.js with Node`);
    }
    cases.forEach((body, i) => {
      count += 1;
      if (all[file][i] === expected[file][i]) return;
      lines.push(`${file}#${i} ${String(body).slice(0, 300)}\n${parting(expected[file][i], all[file][i])}`);
    });
  }
  globalThis.report = lines.length === 0 ? `${count} cases agree` : `${lines.length} of ${count} cases differ\n${lines.join('\n')}`;
}, (error) => {
  globalThis.report = `the cases did not run: ${error.stack}`;
});
