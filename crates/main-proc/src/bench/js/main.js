'use strict';
// The main process of the benchmark: answers everything, and prints what the renderer has measured.

const path = require('path');
const { app, BrowserWindow, MessageChannelMain, ipcMain } = require('electron');

const [workload, n] = process.argv.slice(2);
let started;
let ticks = 0;

ipcMain.handle('add', (event, a, b, c) => a + b + c);
ipcMain.handle('echo', (event, bytes) => bytes);
ipcMain.on('add', (event, a, b, c) => { event.returnValue = a + b + c; });
ipcMain.on('tick', (event, bytes) => { if (bytes.length === 60) ticks += 1; });
ipcMain.handle('ticks', () => {
  const count = ticks;
  ticks = 0;
  return count;
});

ipcMain.handle('job', () => ({ workload, n: Number(n), started }));
// The time to look at what both processes have used.
ipcMain.handle('mark', (event) => console.log(JSON.stringify({ mark: event.sender.getOSProcessId() })));
ipcMain.on('measured', (event, result) => console.log(JSON.stringify(result)));
ipcMain.on('done', () => app.quit());
ipcMain.on('failed', (event, text) => {
  console.error(text);
  app.exit(1);
});

// An idle page is looked at from outside, since looking would wake it.
ipcMain.on('idle', (event) => {
  setTimeout(() => {
    console.log(JSON.stringify({ pid: event.sender.getOSProcessId() }));
    app.quit();
  }, 300);
});

const wait = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

// Behind the second window a renderer is started for the next: what is measured is not to meet its start.
const SPARE_IS_READY = 50;

// A window beside the one that is measured.
async function another() {
  const preload = path.join(__dirname, 'answer.js');
  const window = new BrowserWindow({ show: false, webPreferences: { preload } });
  await window.loadFile('empty.html');
  return window;
}

// Another renderer, and a channel between the two.
async function join(window) {
  const other = await another();
  await wait(SPARE_IS_READY);
  const { port1, port2 } = new MessageChannelMain();
  other.webContents.postMessage('port', null, [port1]);
  window.webContents.postMessage('port', null, [port2]);
}

app.whenReady().then(async () => {
  if (workload === 'second' || workload === 'third') await another();
  // The first window's process has something to do behind its load. No spare renderer is started meanwhile.
  if (workload === 'second') await wait(10);
  if (workload === 'third') {
    await another();
    await wait(SPARE_IS_READY);
  }
  const preload = path.join(__dirname, { w6: 'bridge.js', calls: 'calls.js' }[workload] || 'measure.js');
  // Valgrind's processes have no such clock, and nobody asks for it there.
  if (workload !== 'calls') started = process.hrtime.bigint();
  // Only a preload script without a sandbox has the clock that both processes share.
  const window = new BrowserWindow({ show: false, webPreferences: { preload, sandbox: workload === 'w6' } });
  const loaded = window.loadFile(workload === 'w6' ? 'page.html' : 'empty.html');
  if (workload === 'port') loaded.then(() => join(window));
});
