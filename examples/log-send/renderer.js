const { ipcRenderer } = require('electron');

const log = (level, text) => ipcRenderer.send('log', level, text);

ipcRenderer.on('log:noted', (event, number) => {
  console.log(`main noted the error as entry ${number}`);
});

document.getElementById('work').onclick = () => log('info', 'working');

document.getElementById('fail').onclick = () => {
  try {
    JSON.parse('{');
  } catch (error) {
    log('error', error.name);
  }
};

log('debug', 'the page is there');
