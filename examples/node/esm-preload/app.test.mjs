import assert from 'node:assert/strict';
import test from 'node:test';
import { launch } from 'dipole/test';

test('an order is checked in the preload script and placed in main', async () => {
  const app = await launch({ app: import.meta.dirname, timeout: 20_000 });
  const page = await app.firstWindow();
  await page.fill('#name', 'tea');
  await page.fill('#pieces', '3');
  await page.click('#place');
  await page.waitForText('order 1, by version 1.0.0');
  await page.waitForText('1 orders');
  await app.close();
});

test('a bad order does not get as far as main', async () => {
  const app = await launch({ app: import.meta.dirname, timeout: 20_000 });
  const page = await app.firstWindow();
  await page.fill('#name', 'tea');
  await page.fill('#pieces', 'some');
  await page.click('#place');
  await page.waitForText('pieces: ');
  assert.equal(await page.textContent('#count'), '0 orders');
  await app.close();
});
