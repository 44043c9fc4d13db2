'use strict';
// Something to call: echo, add, sleep and fail, each for invoke and for send and sendSync.

const { app, BrowserWindow, ipcMain } = require('electron');

const answers = {
  // One argument is returned as it is, several as an array.
  echo: (...args) => (args.length === 1 ? args[0] : args),
  add: (...numbers) => numbers.reduce((sum, number) => sum + number, 0),
  sleep: (ms = 0) => new Promise((resolve) => setTimeout(resolve, ms, ms)),
  fail: (message = 'demo failure') => { throw new Error(message); },
};

for (const [channel, answer] of Object.entries(answers)) {
  ipcMain.handle(channel, (event, ...args) => answer(...args));
  // sendSync waits for returnValue; send hears of it on '<channel>-reply'.
  ipcMain.on(channel, async (event, ...args) => {
    const result = await answer(...args);
    event.returnValue = result;
    event.reply(`${channel}-reply`, result);
  });
}
