import assert from 'node:assert/strict';
import test from 'node:test';
import { launch } from 'dipole/test';

test('queries, mutations and subscriptions go by IPC, with their types', async () => {
  const app = await launch({ app: import.meta.dirname, timeout: 20_000 });
  const page = await app.waitForWindow({ title: 'Posts, listening' });
  await page.fill('#title', 'rain');
  await page.click('#add');
  await page.waitForText('rain of 1970');
  await page.waitForText('told of post 1');
  assert.deepEqual((await app.handlers()).listened, ['trpc-electron']);
  await app.close();
});

test('errors of procedures and of their inputs come to the page', async () => {
  const app = await launch({ app: import.meta.dirname, timeout: 20_000 });
  const page = await app.waitForWindow({ title: 'Posts, listening' });
  await page.click('#missing');
  await page.waitForText('there is no post 9');
  await page.fill('#title', 'no');
  await page.click('#add');
  await page.waitForText('too_small');
  await app.close();
});
