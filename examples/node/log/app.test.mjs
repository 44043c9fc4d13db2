import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';
import { launch } from 'dipole/test';

test('main and page log to one file, and nothing below its level', async () => {
  const app = await launch({ app: import.meta.dirname, timeout: 20_000 });
  const page = await app.firstWindow();
  await page.click('#plain');
  await page.waitForText('plain is done');
  const file = await app.invoke('job:run', 'another');
  assert.ok(file.startsWith(await app.evaluate(({ app }) => app.getPath('userData'))), file);
  await app.idle();
  const lines = fs.readFileSync(file, 'utf8').trim().replaceAll(/ +/g, ' ').split('\n');
  assert.ok(lines.includes('[info] log 1.0.0 is ready'), lines.join('\n'));
  assert.ok(lines.includes('[info] the page is there'), lines.join('\n'));
  assert.ok(lines.includes("[warn] clicked { name: 'plain' }"), lines.join('\n'));
  assert.ok(lines.includes('[info] (jobs) running plain'), lines.join('\n'));
  assert.ok(!lines.some((line) => line.includes('too much to keep')));
  await app.close();
});

test('what nobody catches in main is in the file', async () => {
  const app = await launch({ app: import.meta.dirname, timeout: 20_000, failOnError: false });
  const page = await app.firstWindow();
  await page.click('#rejected');
  await page.waitForText('rejected is done');
  await app.idle();
  const text = fs.readFileSync(await app.invoke('job:run', 'another'), 'utf8');
  assert.match(text, /^\[error\].*this job was rejected/m);
  await app.close();
});
