'use strict';
// The roles of menu items: what they are called, by which keys they would be reached, and what they do where that means
// something without a display.

const line = { type: 'separator' };
const named = () => require('dipole/app').app.name;

// What is done to the page that has the focus, by the name of its method.
const page = (label, accelerator, method) => ({
  label, accelerator, registerAccelerator: false, click: (window, contents) => contents?.[method](),
});

const zoom = (label, accelerator, by) => ({
  label, accelerator, click: (window, contents) => { if (contents) contents.zoomLevel = by === 0 ? 0 : contents.zoomLevel + by; },
});

const roles = {
  __proto__: null,
  about: { get label() { return `About ${named()}`; }, click: () => require('dipole/app').app.showAboutPanel() },
  close: { label: 'Close Window', accelerator: 'CommandOrControl+W', click: (window) => window?.close() },
  copy: page('Copy', 'CommandOrControl+C', 'copy'),
  cut: page('Cut', 'CommandOrControl+X', 'cut'),
  delete: page('Delete', undefined, 'delete'),
  forcereload: page('Force Reload', 'Shift+CmdOrCtrl+R', 'reloadIgnoringCache'),
  front: { label: 'Bring All to Front' },
  help: { label: 'Help' },
  hide: { get label() { return `Hide ${named()}`; }, accelerator: 'Command+H' },
  hideothers: { label: 'Hide Others', accelerator: 'Command+Alt+H' },
  minimize: { label: 'Minimize', accelerator: 'CommandOrControl+M', click: (window) => window?.minimize() },
  paste: page('Paste', 'CommandOrControl+V', 'paste'),
  pasteandmatchstyle: page('Paste and Match Style', 'Shift+CommandOrControl+V', 'pasteAndMatchStyle'),
  quit: { label: 'Quit', accelerator: 'CommandOrControl+Q', click: () => require('dipole/app').app.quit() },
  redo: page('Redo', 'Shift+CommandOrControl+Z', 'redo'),
  reload: page('Reload', 'CmdOrCtrl+R', 'reload'),
  resetzoom: zoom('Actual Size', 'CommandOrControl+0', 0),
  zoomin: zoom('Zoom In', 'CommandOrControl+Plus', 0.5),
  zoomout: zoom('Zoom Out', 'CommandOrControl+-', -0.5),
  selectall: page('Select All', 'CommandOrControl+A', 'selectAll'),
  services: { label: 'Services', submenu: () => [] },
  recentdocuments: { label: 'Open Recent', submenu: () => [] },
  clearrecentdocuments: { label: 'Clear Menu', click: () => require('dipole/app').app.clearRecentDocuments() },
  startspeaking: { label: 'Start Speaking' },
  stopspeaking: { label: 'Stop Speaking' },
  toggledevtools: page('Toggle Developer Tools', 'Ctrl+Shift+I', 'toggleDevTools'),
  togglefullscreen: { label: 'Toggle Full Screen', accelerator: 'F11', click: (window) => window?.setFullScreen(!window.isFullScreen()) },
  togglespellchecker: { label: 'Check Spelling While Typing', type: 'checkbox' },
  undo: page('Undo', 'CommandOrControl+Z', 'undo'),
  unhide: { label: 'Show All' },
  window: { label: 'Window' },
  zoom: { label: 'Zoom' },
  appmenu: {
    get label() { return named(); },
    submenu: () => [{ role: 'about' }, line, { role: 'services' }, line, { role: 'hide' }, { role: 'hideOthers' }, { role: 'unhide' }, line,
      { role: 'quit' }],
  },
  filemenu: { label: 'File', submenu: () => [{ role: 'quit' }] },
  editmenu: {
    label: 'Edit',
    submenu: () => [{ role: 'undo' }, { role: 'redo' }, line, { role: 'cut' }, { role: 'copy' }, { role: 'paste' }, { role: 'delete' }, line,
      { role: 'selectAll' }],
  },
  viewmenu: {
    label: 'View',
    submenu: () => [{ role: 'reload' }, { role: 'forceReload' }, { role: 'toggleDevTools' }, line, { role: 'resetZoom' }, { role: 'zoomIn' },
      { role: 'zoomOut' }, line, { role: 'togglefullscreen' }],
  },
  windowmenu: { label: 'Window', submenu: () => [{ role: 'minimize' }, { role: 'zoom' }, { role: 'close' }] },
  sharemenu: { label: 'Share', submenu: () => [] },
};

module.exports = { roles };
