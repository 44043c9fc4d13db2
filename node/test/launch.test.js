'use strict';
const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const path = require('node:path');
const { promisify } = require('node:util');
const test = require('node:test');
const { launch, TimeoutError } = require('../test.js');

const app = path.join(__dirname, 'app');

test('a page is used as its user would, and main answers it', async () => {
  const notes = await launch({ app, timeout: 20_000 });
  const page = await notes.firstWindow();
  assert.equal(await page.title(), 'Notes');
  await page.fill('#text', 'old');
  await page.fill('#text', 'note');
  await page.click('#save');
  const hash = await notes.invoke('notes:hash', 'note');
  assert.match(hash, /^[0-9a-f]{64}$/);
  await page.waitForText(hash);
  assert.equal(await page.textContent('#result'), hash);
  assert.ok(notes.console.some((line) => line.text === 'saving' && line.process === 'renderer'));
  await notes.close();
});

test('main is looked at from the test, and has a folder of its own for its data', async () => {
  const notes = await launch({ app, timeout: 20_000 });
  const folder = await notes.evaluate(({ app }, name) => app.getPath(name), 'userData');
  assert.match(folder, /dipole-test-/);
  assert.deepEqual((await notes.handlers()).handled.sort(), ['notes:did', 'notes:fail', 'notes:hash', 'notes:help', 'notes:open']);
  await assert.rejects(notes.invoke('notes:fail'), /no such note/);
  await notes.idle();
  await notes.close();
});

test('what does not come is said, and so is an error that nobody catches', async () => {
  const notes = await launch({ app, timeout: 20_000 });
  const page = await notes.firstWindow();
  const short = await launch({ app, timeout: 1_500 });
  await (await short.firstWindow()).waitForSelector('#text');
  await assert.rejects((await short.firstWindow()).waitForSelector('#none'), /'#none'/);
  await short.evaluate(() => { setInterval(() => {}, 1_000); });
  const late = /nothing is left to do in the app \(it waits for main: a timer\): not within 1500 ms/;
  await assert.rejects(short.idle(), late);
  await short.close();
  await page.evaluate('setTimeout(() => { throw new Error("lost in the page"); }); 1');
  await notes.idle();
  await assert.rejects(notes.close(), /lost in the page/);
  assert.equal(new TimeoutError('x', 5).message, 'x: not within 5 ms');
});

test('an app that a failed test has left open neither keeps its runner nor outlives it', async () => {
  const script = `require(${JSON.stringify(path.join(__dirname, '../test.js'))}).launch(${JSON.stringify(app)}).then(({ pid }) => console.log(pid));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], { timeout: 20_000 });
  assert.match(stdout, /^\d+\n$/);
  const gone = () => {
    try {
      process.kill(Number(stdout), 0);
      return false;
    } catch {
      return true;
    }
  };
  for (const late = Date.now() + 10_000; !gone();) {
    assert.ok(Date.now() < late, `process ${stdout} is still there`);
    await new Promise(setImmediate);
  }
});

test('an app that wants to be started again is, with its arguments and its data', async () => {
  const first = await launch({ app, timeout: 20_000 });
  const folder = await first.evaluate(({ app }) => app.getPath('userData'));
  await assert.rejects(first.waitForRelaunch({ timeout: 50 }), /the app ends: not within 50 ms/);
  await first.evaluate(({ app }) => { app.relaunch({ args: ['--again'] }); setImmediate(() => app.exit(3)); });
  const second = await first.waitForRelaunch();
  const now = await second.evaluate(({ app }) => [app.getPath('userData'), process.argv.slice(2)]);
  assert.deepEqual(now, [folder, ['--again']]);
  await first.close();
  await second.evaluate(({ app }) => { setImmediate(() => app.exit(0)); });
  await assert.rejects(second.waitForRelaunch(), /has ended with exit code 0, and has not called app\.relaunch\(\)/);
  await second.close();
});

test('main hears of keys before the page', async () => {
  const notes = await launch({ app, timeout: 20_000 });
  const page = await notes.firstWindow();
  await notes.evaluate(({ webContents }, number) => {
    globalThis.keys = [];
    webContents.fromId(number).on('before-input-event', (event, { type, key }) => { globalThis.keys.push(`${type} ${key}`); });
  }, page.number);
  await page.press('F12');
  assert.deepEqual(await notes.evaluate(() => globalThis.keys), ['keyDown F12', 'keyUp F12']);
  await assert.rejects(async () => page.press('F25'), /there is no key 'F25': give a character, F1 to F24, or one of Enter/);
  await notes.close();
});
