// Main and page write to one file by electron-log, whose own preload script reaches the page by the session.
const { app, BrowserWindow, ipcMain } = require('electron');
const path = require('node:path');
const log = require('electron-log/main');

log.initialize();
log.transports.file.level = 'info';
log.transports.file.format = '[{level}]{scope} {text}';
log.transports.console.level = 'warn';
log.errorHandler.startCatching({ showDialog: false });

const jobs = log.scope('jobs');

ipcMain.handle('job:run', (_event, name) => {
  jobs.info(`running ${name}`);
  if (name === 'rejected') Promise.reject(new Error('this job was rejected'));
  jobs.debug('too much to keep');
  return log.transports.file.getFile().path;
});

app.whenReady().then(() => {
  log.info(`${app.getName()} ${app.getVersion()} is ready`);
  const window = new BrowserWindow({ webPreferences: { preload: path.join(__dirname, 'preload.js') } });
  window.loadFile('index.html');
});

app.on('window-all-closed', () => app.quit());
