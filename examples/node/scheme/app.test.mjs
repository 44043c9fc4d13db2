import assert from 'node:assert/strict';
import test from 'node:test';
import { launch } from 'dipole/test';

test('the page routes its paths itself, and main answers what it fetches', async () => {
  const app = await launch({ app: import.meta.dirname, timeout: 20_000 });
  const page = await app.firstWindow();
  assert.equal(await page.url(), 'app://shop/');
  await page.click('#open-2');
  await page.waitForText('butter costs 2.25');
  assert.equal(await page.url(), 'app://shop/goods/2');
  await page.click('#halve');
  await page.waitForText('butter costs 1.125');
  await page.click('#back');
  await page.waitForText('bread');
  await page.click('#about');
  await page.waitForText('a shop at app://shop');
  await app.close();
});

test('a path that is loaded anew is routed too, and what is not there is said', async () => {
  const app = await launch({ app: import.meta.dirname, timeout: 20_000 });
  const page = await app.firstWindow();
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].loadURL('app://shop/goods/7'));
  await page.waitForText('there is nothing at /api/goods/7');
  const refused = await page.evaluate(() => fetch('/assets/..%2f..%2fmain.js').then(({ status }) => status));
  assert.equal(refused, 403);
  await app.close();
});
