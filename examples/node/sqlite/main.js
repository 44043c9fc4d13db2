// A native addon in main: tasks in a database, with better-sqlite3.
const { app, BrowserWindow, ipcMain } = require('electron');
const path = require('node:path');
const Database = require('better-sqlite3');

const db = new Database(path.join(app.getPath('userData'), 'tasks.db'));
db.pragma('journal_mode = WAL');
db.exec(`CREATE TABLE IF NOT EXISTS tasks (
  id INTEGER PRIMARY KEY,
  title TEXT NOT NULL UNIQUE CHECK (length(title) > 0),
  done INTEGER NOT NULL DEFAULT 0
)`);

const add = db.prepare('INSERT INTO tasks (title) VALUES (?)');
const finish = db.prepare('UPDATE tasks SET done = 1 WHERE id = ?');
const all = db.prepare('SELECT * FROM tasks WHERE title LIKE ? ORDER BY id');
const addAll = db.transaction((titles) => titles.map((title) => add.run(title).lastInsertRowid));

ipcMain.handle('tasks:add', (_event, titles) => addAll(titles));
ipcMain.handle('tasks:finish', (_event, id) => finish.run(id).changes);
ipcMain.handle('tasks:find', (_event, text) => all.all(`%${text}%`).map((row) => ({ ...row, done: row.done === 1 })));

app.whenReady().then(() => {
  const window = new BrowserWindow({ webPreferences: { preload: path.join(__dirname, 'preload.js') } });
  window.loadFile('index.html');
});

app.on('window-all-closed', () => app.quit());
app.on('will-quit', () => db.close());
