// With Vitest: `npm run test:vitest`. The app runs in this process: spies and coverage are Vitest's own.
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { launch, type App, type Page } from 'dipole/test';

const root = path.join(__dirname, '..');
const note = path.join(root, 'shopping.txt');

let app: App;
let page: Page;
beforeEach(async () => {
  app = await launch({ app: root, inProcess: true });
  page = await app.firstWindow();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await app.close();
});

test('a note is opened and shown', async () => {
  const open = vi.spyOn(app.electron.dialog, 'showOpenDialog').mockResolvedValue({ canceled: false, filePaths: [note] });
  await page.click('#open');
  await page.waitForText('4 words');
  expect(open).toHaveBeenCalledOnce();
  expect(open.mock.lastCall?.at(-1)).toMatchObject({ properties: ['openFile'] });
});

test('nothing is shown when nobody chooses a file', async () => {
  const answer = page.waitForMessage((message) => message.verb === 'reply');
  await page.click('#open');
  expect((await answer).value).toBeNull();
  expect(await page.textContent('#title')).toBe('');
});

test('the last note is remembered', async () => {
  expect(await app.invoke('note:last')).toBeNull();
  await app.answerDialog('showOpenDialog', { filePaths: [note] });
  await page.evaluate(() => (window as any).notes.open());
  expect(await app.invoke('note:last')).toBe(note);
});
