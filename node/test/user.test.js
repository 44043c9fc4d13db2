'use strict';
// What a user does besides clicking in pages, and what a test puts in the place of things: with an app in this process and
// with one in its own.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { launch, _electron } = require('../test.js');

const app = path.join(__dirname, 'app');
const timeout = 20_000;

for (const inProcess of [false, true]) {
  const where = inProcess ? 'in the process of its test' : 'in a process of its own';
  const started = (options) => launch({ app, timeout, inProcess, ...options });

  test(`menus, trays and shortcuts are used, ${where}`, async () => {
    const notes = await started();
    await notes.firstWindow();
    await notes.clickMenuItem('File', 'Save');
    await notes.clickMenuItem({ id: 'save' });
    await notes.pressShortcut('Control+S');
    await notes.pressShortcut('Alt+Space');
    await notes.clickTray();
    await notes.send('notes:menu');
    await notes.clickContextMenuItem('Copy');
    assert.deepEqual(await notes.invoke('notes:did'), ['save', 'save', 'save', 'shortcut', 'tray', 'copy']);
    const ended = notes.waitForEvent('close');
    await notes.clickTrayMenuItem('Quit');
    await ended;
    assert.equal(await notes.waitForExit(), 0);
    await notes.close();
  });

  test(`what is not there to be clicked is said, ${where}`, async () => {
    const notes = await started({ timeout: 300 });
    await notes.firstWindow({ timeout });
    await assert.rejects(notes.clickMenuItem('File', 'Print'), { name: 'TimeoutError', message: /File > Print \('Print' is disabled\): not within 300 ms/ });
    await assert.rejects(notes.clickMenuItem('File', 'Open'), /there is no 'Open', but 'Save', 'Print'/);
    await assert.rejects(notes.pressShortcut('F5'), /nothing is registered for it, but Alt\+Space/);
    await assert.rejects(notes.clickTray({ index: 1 }), /there is no tray 1/);
    await assert.rejects(notes.waitForEvent('dialog'), /an event 'dialog': not within 300 ms/);
    await assert.rejects(notes.waitForMessage('none'), /a message on 'none': not within 300 ms/);
    await assert.rejects(notes.waitForWindow({ title: 'Other' }), /a window with 'Other' in its title: not within 300 ms/);
    await notes.close();
  });

  test(`a window is waited for by a title that its page takes later, ${where}`, async () => {
    const notes = await started();
    const page = await notes.firstWindow();
    const named = notes.waitForWindow({ title: 'Renamed' });
    // Behind what is asked by then.
    await page.evaluate(() => { setTimeout(() => { document.title = 'Renamed'; }, 20); });
    assert.equal(await named, page);
    await notes.close();
  });

  test(`dialogs are answered one by one, and heard, ${where}`, async () => {
    const notes = await started({ dialogs: { showOpenDialog: [{ filePaths: ['/first'] }] } });
    const page = await notes.firstWindow();
    await notes.answerDialog('showOpenDialog', { filePaths: ['/second'] });
    const asked = notes.waitForEvent('dialog');
    assert.deepEqual(await page.evaluate(() => window.notes.open()), ['/first']);
    assert.equal((await asked).options.title, 'Open a note');
    assert.deepEqual(await page.evaluate(() => window.notes.open()), ['/second']);
    assert.deepEqual(await page.evaluate(() => window.notes.open()), []);
    await notes.close();
  });

  test(`functions of Electron and handlers are spied on, ${where}`, async () => {
    const notes = await started();
    const open = await notes.mock('dialog', 'showOpenDialog');
    await open.mockResolvedValue({ canceled: false, filePaths: ['/mocked'] });
    await open.mockImplementationOnce((window, { title }) => ({ filePaths: [title] }));
    const page = await notes.firstWindow();
    assert.deepEqual(await page.evaluate(() => window.notes.open()), ['Open a note']);
    assert.deepEqual(await page.evaluate(() => window.notes.open()), ['/mocked']);
    await open.update();
    assert.equal(open.mock.calls.length, 2);
    assert.match(open.mock.calls[0][0], /BrowserWindow/);
    assert.deepEqual(open.mock.lastCall[1], { title: 'Open a note' });

    const external = await notes.mock('shell', 'openExternal');
    await notes.invoke('notes:help');
    assert.deepEqual(await external.waitForCall(), ['https://example.com/help']);

    const hash = await notes.mockHandler('notes:hash');
    await hash.mockReturnValue('no hash');
    assert.equal(await notes.invoke('notes:hash', 'x'), 'no hash');
    await notes.restoreAllMocks();
    assert.match(await notes.invoke('notes:hash', 'x'), /^2d711642/);
    const real = await notes.spy('app', 'getName');
    assert.equal(await notes.evaluate(({ app }) => app.getName()), 'notes');
    await real.update();
    assert.deepEqual(real.mock.results, [{ type: 'return', value: 'notes' }]);
    await notes.close();
  });

  test(`main's clock is moved, and what is said is heard, ${where}`, async () => {
    const notes = await started();
    const page = await notes.firstWindow();
    await notes.clock.install({ time: '2030-01-01T00:00:00Z' });
    await notes.send('notes:later', 60_000);
    assert.deepEqual(await notes.invoke('notes:did'), []);
    await notes.clock.runFor(60_000);
    assert.deepEqual(await notes.invoke('notes:did'), ['later 2030-01-01T00:01:00.000Z']);
    await notes.clock.uninstall();

    const asked = page.waitForMessage('notes:hash');
    const told = page.waitForMessage((message) => message.verb === 'reply');
    await page.fill('#text', 'x');
    await page.locator('#save').click();
    assert.deepEqual({ ...await asked, page: 0, id: 0 }, { page: 0, direction: 'to-main', verb: 'invoke', channel: 'notes:hash', id: 0, args: ['x'] });
    assert.match((await told).value, /^2d711642/);
    const saved = page.waitForMessage('saved');
    await notes.clickMenuItem('File', 'Save');
    assert.deepEqual((await saved).args, [1]);
    await notes.close();
  });

  test(`windows are events, and pages are asked and closed, ${where}`, async () => {
    const notes = await started();
    const page = await notes.firstWindow();
    assert.deepEqual(notes.windows(), [page]);
    const opened = notes.waitForEvent('window', (one) => one !== page);
    await notes.evaluate(({ BrowserWindow }) => { new BrowserWindow().loadURL('data:text/html,<title>Second</title><input id=on type=checkbox>'); });
    const second = await opened;
    assert.equal(await second.title(), 'Second');
    await second.check('#on');
    assert.equal(await second.isChecked('#on'), true);
    await second.evaluate(() => { setTimeout(() => document.getElementById('on').remove(), 20); });
    await second.waitForSelector('#on', { state: 'detached' });
    const line = second.waitForEvent('console');
    await second.evaluate(() => { console.log('from the second'); });
    assert.equal((await line).text, 'from the second');
    await second.close();
    assert.equal(second.isClosed(), true);
    assert.deepEqual(notes.windows(), [page]);
    await notes.close();
  });

  test(`each launch has a folder of its own, which is gone afterwards, ${where}`, async () => {
    const folders = [];
    for (let i = 0; i < 2; i++) {
      const notes = await started();
      folders.push(await notes.evaluate(({ app }) => app.getPath('userData')));
      assert.ok(fs.existsSync(folders[i]));
      await notes.close();
      assert.ok(!fs.existsSync(folders[i]));
    }
    assert.notEqual(folders[0], folders[1]);
  });

  test(`an error in a page makes close fail, ${where}`, async () => {
    const notes = await started();
    const page = await notes.firstWindow();
    const [error] = await Promise.all([page.waitForEvent('pageerror'), page.evaluate('setTimeout(() => { throw new Error("lost here"); }); 1')]);
    assert.match(error.message, /lost here/);
    await assert.rejects(notes.close(), /1 error\(s\) that nobody caught; the first, in renderer \d+: .*lost here/);
  });
}

test('a thread has one app at a time, and its modules are fresh for each', async () => {
  const first = await launch({ app, timeout, inProcess: true });
  await assert.rejects(launch({ app, timeout, inProcess: true }), /runs in this thread already: close it first/);
  assert.equal(first.electron.app.getName(), 'notes');
  assert.equal(require('electron'), first.electron);
  await first.close();
  const second = await launch({ app, timeout, inProcess: true });
  assert.notEqual(second.electron, first.electron);
  assert.deepEqual(await second.invoke('notes:did'), []);
  await second.close();
});

test('a main script that throws is said, with its error', async () => {
  const folder = fs.mkdtempSync(path.join(require('node:os').tmpdir(), 'dipole-broken-'));
  fs.writeFileSync(path.join(folder, 'index.js'), 'throw new RangeError("broken main");');
  try {
    await assert.rejects(launch({ app: folder }), /the app has ended with exit code 1.*:\n.*RangeError: broken main/s);
    await assert.rejects(launch({ app: folder, inProcess: true }), { name: 'RangeError', message: 'broken main' });
    fs.writeFileSync(path.join(folder, 'index.js'), 'require("left-pad");');
    for (const inProcess of [false, true]) {
      await assert.rejects(launch({ app: folder, inProcess }), /The package 'left-pad' is not installed: run `npm install`/);
    }
    await assert.rejects(launch({ app: path.join(folder, 'none') }), /there is no app at/);
    await assert.rejects(launch({ app: folder, node: '/no/such/node' }), /Node cannot be started from '\/no\/such\/node'/);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});

test("Playwright's own words start an app", async () => {
  const notes = await _electron.launch({ args: ['--no-sandbox', app, '--fast'] });
  assert.deepEqual((await notes.evaluate(() => process.argv)).slice(-2), ['--no-sandbox', '--fast']);
  await notes.context().tracing.start({ screenshots: true });
  assert.deepEqual(notes.context().pages(), notes.windows());
  assert.equal(notes.process().pid, notes.pid);
  await notes.close();
});

test('several apps run in one process, a worker each', async () => {
  const { Worker } = require('node:worker_threads');
  const code = `
    const { parentPort, workerData } = require('node:worker_threads');
    require(workerData.test).launch({ app: workerData.app, inProcess: true, args: [workerData.name] }).then(async (app) => {
      await (await app.firstWindow()).waitForSelector('#save');
      parentPort.postMessage(app.electron.app.getPath('userData') + ' ' + process.argv.at(-1));
      await app.close();
    });`;
  const answers = await Promise.all(['one', 'two'].map((name) => new Promise((resolve, reject) => {
    const worker = new Worker(code, { eval: true, workerData: { test: path.join(__dirname, '../test.js'), app, name } });
    let answer;
    worker.on('message', (given) => { answer = given; }).on('error', reject).on('exit', () => resolve(answer));
  })));
  assert.match(answers.join('\n'), /one\n.* two$/);
  assert.notEqual(answers[0].split(' ')[0], answers[1].split(' ')[0]);
});

test('of apps that are ES modules and run one after the other in a thread each has its own electron', async () => {
  const folders = ['first', 'second'].map((name) => {
    const folder = fs.mkdtempSync(path.join(require('node:os').tmpdir(), 'dipole-modules-'));
    fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name, main: 'main.mjs' }));
    fs.writeFileSync(path.join(folder, 'main.mjs'), `import electron, { app, ipcMain } from 'electron';
      import * as all from 'electron/main';
      ipcMain.handle('name', () => [app, electron.app, all.app, all.default.app].map((one) => one.getName()).join());`);
    return folder;
  });
  try {
    for (const [place, name] of ['first', 'second'].entries()) {
      const started = await launch({ app: folders[place], timeout, inProcess: true });
      assert.equal(await started.invoke('name'), Array(4).fill(name).join());
      // Also a module that the test itself has imported before.
      assert.equal((await import('electron')).app, started.electron.app);
      await started.close();
    }
  } finally {
    for (const folder of folders) fs.rmSync(folder, { recursive: true });
  }
});

test('a main script that is an ES module starts once in a thread, and as often as is wanted in processes of its own', async () => {
  const folder = fs.mkdtempSync(path.join(require('node:os').tmpdir(), 'dipole-module-'));
  const main = path.join(folder, 'main.mjs');
  fs.writeFileSync(main, `import { app, ipcMain } from 'electron';
    await app.whenReady();
    ipcMain.handle('name', () => app.getName());`);
  fs.writeFileSync(path.join(folder, 'package.json'), '{ "name": "modular", "main": "main.mjs" }');
  try {
    for (const inProcess of [true, false, false]) {
      const modular = await launch({ app: folder, timeout, inProcess });
      assert.equal(await modular.invoke('name'), 'modular');
      await modular.close();
    }
    await assert.rejects(launch({ app: folder, inProcess: true }), /is an ES module, which Node imports once in a thread: start it in a process of its own/);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});
