// With Node's own test runner: `npm test`.
import assert from 'node:assert/strict';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { launch } from 'dipole/test';

const here = path.dirname(fileURLToPath(import.meta.url));
const note = path.join(here, '../shopping.txt');

let app, page;
beforeEach(async () => {
  app = await launch({ app: path.join(here, '..') });
  page = await app.firstWindow();
});
afterEach(() => app.close());

test('a note is opened and shown', async () => {
  await app.answerDialog('showOpenDialog', { filePaths: [note] });
  await page.click('#open');
  await page.waitForText('4 words');
  assert.equal(await page.textContent('#title'), 'Shopping');
  assert.equal(await app.invoke('note:last'), note);
});

test('nothing is shown when nobody chooses a file', async () => {
  const [dialog] = await Promise.all([app.waitForEvent('dialog'), page.click('#open')]);
  assert.deepEqual(dialog.options.properties, ['openFile']);
  await app.idle();
  assert.equal(await page.textContent('#title'), '');
});

test('the menu clears the page', async () => {
  await page.fill('#text', 'something');
  await app.clickMenuItem('File', 'Clear');
  await page.waitForFunction(() => document.querySelector('textarea').value === '');
});
