import assert from 'node:assert/strict';
import test from 'node:test';
import { launch } from 'dipole/test';

test('tasks are kept in the database', async () => {
  const app = await launch({ app: import.meta.dirname, timeout: 20_000 });
  const page = await app.firstWindow();
  await page.fill('#title', 'wash up, sweep');
  await page.click('#add');
  await page.click('#task-2');
  await page.waitForText('sweep, done');
  assert.deepEqual(await app.invoke('tasks:find', 'sweep'), [{ id: 2, title: 'sweep', done: true }]);
  await app.close();
});

test('what the database refuses changes nothing, and is told', async () => {
  const app = await launch({ app: import.meta.dirname, timeout: 20_000 });
  const page = await app.firstWindow();
  await page.fill('#title', 'wash up, wash up');
  await page.click('#add');
  await page.waitForText('SqliteError: UNIQUE constraint failed: tasks.title');
  assert.deepEqual(await app.invoke('tasks:find', ''), []);
  await app.close();
});
