import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { launch } from 'dipole/test';

test('a note is kept in a file and shown', async () => {
  const app = await launch({ app: import.meta.dirname, timeout: 20_000 });
  const page = await app.firstWindow();
  assert.equal(await page.title(), 'Forge notes');
  await page.fill('#text', 'buy bread');
  await page.click('#add');
  await page.waitForSelector('li');
  assert.equal(await page.textContent('#notes'), 'buy bread');
  const folder = await app.evaluate(({ app }) => app.getPath('userData'));
  assert.equal(fs.readFileSync(path.join(folder, 'notes.txt'), 'utf8'), 'buy bread\n');
  await app.close();
});

test('what main refuses is shown as its error', async () => {
  const app = await launch({ app: import.meta.dirname, timeout: 20_000 });
  const page = await app.firstWindow();
  await page.click('#add');
  await page.waitForText('a note needs some text');
  assert.deepEqual(await app.invoke('notes:all'), []);
  await app.close();
});
