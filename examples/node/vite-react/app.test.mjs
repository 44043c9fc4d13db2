import assert from 'node:assert/strict';
import test from 'node:test';
import { launch } from 'dipole/test';

test('the form is React\'s, and its greeting is main\'s', async () => {
  const app = await launch({ app: import.meta.dirname, timeout: 20_000 });
  const page = await app.firstWindow();
  await page.waitForText('Electron v');
  assert.equal(await page.evaluate(() => document.getElementById('greet').disabled), true);
  await page.fill('#name', 'Ada');
  await page.click('#greet');
  await page.waitForText(`Hello Ada, from Node ${process.versions.node.split('.')[0]}`);
  await app.close();
});

test('a link to the outside opens no window', async () => {
  const app = await launch({ app: import.meta.dirname, timeout: 20_000 });
  const page = await app.firstWindow();
  await page.waitForText('Electron v');
  await page.click('#docs');
  await app.idle();
  assert.equal((await app.windows()).length, 1);
  await app.close();
});
