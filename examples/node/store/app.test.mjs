import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { launch } from 'dipole/test';

test('what a user has chosen is there at the next start', async () => {
  const userData = fs.mkdtempSync(path.join(os.tmpdir(), 'store-'));
  try {
    const first = await launch({ app: import.meta.dirname, timeout: 20_000, userData });
    const page = await first.firstWindow();
    assert.equal(await page.textContent('#theme'), 'the theme is light');
    await page.click('#dark');
    await page.waitForText('the theme is dark');
    await first.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].setSize(500, 400));
    assert.equal(path.dirname(await first.invoke('store:file')), userData);
    await first.close();

    const second = await launch({ app: import.meta.dirname, timeout: 20_000, userData });
    const again = await second.firstWindow();
    assert.equal(await again.textContent('#theme'), 'the theme is dark');
    assert.deepEqual(await second.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].getSize()), [500, 400]);
    await second.close();
  } finally {
    fs.rmSync(userData, { recursive: true });
  }
});

test('a value that the schema does not have is refused', async () => {
  const app = await launch({ app: import.meta.dirname, timeout: 20_000 });
  const page = await app.firstWindow();
  await page.click('#pink');
  await page.waitForText('must be equal to one of the allowed values');
  await app.close();
});
