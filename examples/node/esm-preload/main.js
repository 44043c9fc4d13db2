// ES modules everywhere: main awaits at its top, and the preload script imports packages, which Electron has without a sandbox.
import { app, BrowserWindow, ipcMain } from 'electron';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const { version } = JSON.parse(await readFile(new URL('./package.json', import.meta.url), 'utf8'));
const orders = [];

ipcMain.handle('orders:place', (event, order) => {
  orders.push(order);
  event.sender.send('orders:changed', orders.length);
  return { number: orders.length, version };
});

await app.whenReady();
const window = new BrowserWindow({
  webPreferences: { preload: fileURLToPath(new URL('./preload.mjs', import.meta.url)), sandbox: false },
});
await window.loadFile('index.html');

app.on('window-all-closed', () => app.quit());
