const { app, BrowserWindow, ipcMain, Menu } = require('electron');
const path = require('node:path');

function buildMenu(window) {
  const zoom = (step) => () => window.webContents.send('zoom', step);
  return Menu.buildFromTemplate([
    {
      label: 'View',
      submenu: [
        { id: 'larger', label: 'Larger', accelerator: 'CmdOrCtrl+Plus', click: zoom(10) },
        { id: 'smaller', label: 'Smaller', accelerator: 'CmdOrCtrl+-', click: zoom(-10) },
        { type: 'separator' },
        { role: 'quit' },
      ],
    },
  ]);
}

// The page answers with a message of its own; main never waits for it.
ipcMain.on('zoomed', (event, percent) => console.log(`the page is at ${percent} %`));

app.whenReady().then(async () => {
  const window = new BrowserWindow({
    webPreferences: { preload: path.join(__dirname, 'preload.js') },
  });
  const menu = buildMenu(window);
  Menu.setApplicationMenu(menu);
  await window.loadFile('index.html');

  // For tests and for machines without a display: --press=larger,smaller chooses these items.
  const pressed = app.commandLine.getSwitchValue('press');
  for (const id of pressed.split(',').filter(Boolean)) menu.getMenuItemById(id).click();
});

app.on('window-all-closed', () => app.quit());
