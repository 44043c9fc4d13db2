const { app, BrowserWindow, ipcMain } = require('electron');
const fs = require('node:fs');
const path = require('node:path');

const poem = path.join(__dirname, 'poem.txt');

// One request, any number of answers: each match goes into the port as soon as it is found.
ipcMain.on('search', (event, word) => {
  const [port] = event.ports;
  const matches = find(word);

  const next = () => {
    const { value, done } = matches.next();
    if (done) {
      port.postMessage({ done: true });
      port.close();
    } else {
      port.postMessage(value);
    }
  };

  // The page asks for each further match, so a slow page is never flooded; or it hangs up, and the search ends.
  port.on('message', next);
  port.on('close', () => {
    if (matches.next().done) return;
    matches.return();
    console.log(`nobody wants the rest of '${word}'`);
  });
  port.start();
  next();
});

function* find(word) {
  const lines = fs.readFileSync(poem, 'utf8').split('\n');
  for (const [index, text] of lines.entries()) {
    if (text.includes(word)) yield { line: index + 1, text };
  }
}

app.whenReady().then(() => {
  const window = new BrowserWindow({
    webPreferences: { preload: path.join(__dirname, 'preload.js') },
  });
  window.loadFile('index.html');
});

app.on('window-all-closed', () => app.quit());
