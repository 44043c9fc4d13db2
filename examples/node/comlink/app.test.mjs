import assert from 'node:assert/strict';
import test from 'node:test';
import { launch } from 'dipole/test';

test('the page uses an object of a hidden window and one of main', async () => {
  const app = await launch({ app: import.meta.dirname, timeout: 20_000 });
  const page = await app.waitForWindow({ title: 'Words, ready' });
  await page.fill('#text', 'the cat and the dog');
  await page.click('#count');
  await page.waitForText('RangeError: main does not do that');
  assert.equal(await page.textContent('#out'), '4 words (the, cat, and, dog), the 2 times, counted');
  await app.close();
});

test('each object has a state of its own', async () => {
  const app = await launch({ app: import.meta.dirname, timeout: 20_000 });
  const page = await app.waitForWindow({ title: 'Words, ready' });
  for (const [text, out] of [['one', '1 words (one), one 1 times, counted'], ['two two', '1 words (two), two 2 times, counted']]) {
    await page.fill('#text', text);
    await page.click('#count');
    await page.waitForText(out);
  }
  await app.close();
});
