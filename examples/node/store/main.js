// Settings that are kept by electron-store: where the window was, and a theme that the page asks for with sendSync and changes.
import { app, BrowserWindow, ipcMain } from 'electron';
import path from 'node:path';
import Store from 'electron-store';

const store = new Store({
  schema: {
    theme: { type: 'string', enum: ['light', 'dark'] },
    bounds: { type: 'object', properties: { width: { type: 'number' }, height: { type: 'number' } } },
  },
  defaults: { theme: 'light', bounds: { width: 800, height: 600 } },
});

ipcMain.on('theme:get', (event) => {
  event.returnValue = store.get('theme');
});
ipcMain.handle('theme:set', (_event, theme) => store.set('theme', theme));
ipcMain.handle('store:file', () => store.path);

await app.whenReady();

const window = new BrowserWindow({
  ...store.get('bounds'),
  webPreferences: { preload: path.join(import.meta.dirname, 'preload.cjs') },
});
window.on('resize', () => {
  const [width, height] = window.getSize();
  store.set('bounds', { width, height });
});
store.onDidChange('theme', (theme) => window.webContents.send('theme:changed', theme));
window.loadFile('index.html');

app.on('window-all-closed', () => app.quit());
