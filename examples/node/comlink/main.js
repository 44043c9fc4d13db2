// Objects of other processes, by Comlink over message ports: the page uses one that lives in a hidden window, past main, and one that
// lives in main.
const { app, BrowserWindow, MessageChannelMain, ipcMain } = require('electron');
const os = require('node:os');
const path = require('node:path');
const Comlink = require('comlink');

/** A port of main's as what Comlink expects: an EventTarget. */
function endpoint(port) {
  const wrapped = new Map();
  return {
    postMessage: (message, transfer) => port.postMessage(message, transfer),
    addEventListener(type, listener) {
      const heard = ({ data, ports }) => (listener.handleEvent ?? listener).call(listener, { data, ports });
      wrapped.set(listener, heard);
      port.on(type, heard);
    },
    removeEventListener(type, listener) {
      port.off(type, wrapped.get(listener));
      wrapped.delete(listener);
    },
    start: () => port.start(),
  };
}

const system = {
  cores: () => os.cpus().length,
  fail() {
    throw new RangeError('main does not do that');
  },
};

const webPreferences = { preload: path.join(__dirname, 'preload.js') };

app.whenReady().then(async () => {
  const worker = new BrowserWindow({ show: false, webPreferences });
  await worker.loadFile('worker.html');
  const window = new BrowserWindow({ webPreferences });
  ipcMain.on('ports:please', (event) => {
    const [toWorker, toMain] = [new MessageChannelMain(), new MessageChannelMain()];
    worker.webContents.postMessage('port', 'work', [toWorker.port1]);
    Comlink.expose(system, endpoint(toMain.port1));
    event.sender.postMessage('port', 'worker', [toWorker.port2]);
    event.sender.postMessage('port', 'system', [toMain.port2]);
  });
  window.on('closed', () => app.quit());
  await window.loadFile('index.html');
});
