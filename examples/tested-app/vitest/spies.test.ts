// The same with an app in a process of its own, several at once: the spies are `dipole/test`'s, which `expect` takes too.
import path from 'node:path';
import { expect, test } from 'vitest';
import { launch } from 'dipole/test';

const root = path.join(__dirname, '..');

test.concurrent.each(['one', 'two'])('the dialog is asked once, in app %s', async (name) => {
  const app = await launch({ app: root, args: [name] });
  const open = await app.mock('dialog', 'showOpenDialog');
  await open.mockResolvedValue({ canceled: false, filePaths: [path.join(root, 'shopping.txt')] });
  const page = await app.firstWindow();
  await page.locator('#open').click();
  await page.waitForText('4 words');
  expect(open).toHaveBeenCalledTimes(1);
  expect(open).toHaveBeenCalledWith(expect.stringContaining('BrowserWindow'), expect.objectContaining({ properties: ['openFile'] }));
  expect(await app.evaluate(() => process.argv.at(-1))).toBe(name);
  await app.close();
});
