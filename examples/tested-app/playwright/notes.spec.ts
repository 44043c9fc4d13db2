// With Playwright's test runner: `npm run test:playwright`. No browser is needed, and `_electron` is that of `dipole/test`.
import path from 'node:path';
import { expect, test as base } from '@playwright/test';
import { _electron as electron, type App } from 'dipole/test';

const root = path.join(__dirname, '..');
const note = path.join(root, 'shopping.txt');

const test = base.extend<{ electronApp: App }>({
  electronApp: async ({}, use) => {
    const app = await electron.launch({ args: [root] });
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
  await expect.poll(() => window.getByTestId('count').textContent()).toBe('4 words');
});

test('a second window is an event', async ({ electronApp }) => {
  await electronApp.firstWindow();
  const [second] = await Promise.all([
    electronApp.waitForEvent('window', (page) => page !== electronApp.windows()[0]),
    electronApp.evaluate(({ BrowserWindow }) => { void new BrowserWindow().loadURL('data:text/html,<title>Second</title>'); }),
  ]);
  expect(await second.title()).toBe('Second');
});
