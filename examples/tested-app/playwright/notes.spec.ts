// With Playwright's test runner: `npm run test:playwright`. No browser is needed, and `_electron` is that of `dipole/test`.
import path from 'node:path';
import { expect, test as base, type ElectronApplication } from '@playwright/test';
import { _electron as electron } from 'dipole/test';

const root = path.join(__dirname, '..');
const note = path.join(root, 'shopping.txt');

const test = base.extend<{ electronApp: ElectronApplication }>({
  electronApp: async ({}, use) => {
    // To Playwright's types it is one of its own.
    const app = await electron.launch({ args: [root] }) as unknown as ElectronApplication;
    await use(app);
    await app.close();
  },
});

test('a note is opened and shown', async ({ electronApp }) => {
  await electronApp.evaluate(({ dialog }, file) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [file] });
  }, note);
  const window = await electronApp.firstWindow();
  expect(await window.title()).toBe('Notes');
  await window.locator('#open').click();
  await expect(window.getByTestId('count')).toHaveText('4 words');
});

test('a second window is an event', async ({ electronApp }) => {
  await electronApp.firstWindow();
  const [second] = await Promise.all([
    electronApp.waitForEvent('window', (page) => page !== electronApp.windows()[0]),
    electronApp.evaluate(({ BrowserWindow }) => { void new BrowserWindow().loadURL('data:text/html,<title>Second</title>'); }),
  ]);
  expect(await second.title()).toBe('Second');
});
