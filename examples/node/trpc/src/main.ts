// tRPC over IPC: main has the router, the page a client of its type.
import path from 'node:path';
import { app, BrowserWindow } from 'electron';
import { createIPCHandler } from 'trpc-electron/main';
import { router } from './router';

app.whenReady().then(() => {
  const window = new BrowserWindow({ webPreferences: { preload: path.join(__dirname, 'preload.js') } });
  createIPCHandler({ router, windows: [window] });
  window.loadFile(path.join(__dirname, '../src/index.html'));
});

app.on('window-all-closed', () => app.quit());
