'use strict';
// The properties of `require('electron')`, each loaded when it is first asked for.

const names = {
  app: () => require('dipole/app').app,
  BrowserWindow: () => require('dipole/window').BrowserWindow,
  BaseWindow: () => require('dipole/window').BrowserWindow,
  ipcMain: () => require('dipole/ipc_main').ipcMain,
  webContents: () => require('dipole/contents').webContents,
  WebContents: () => require('dipole/contents').WebContents,
  webFrameMain: () => require('dipole/frame').webFrameMain,
  MessageChannelMain: () => require('dipole/ports').MessageChannelMain,
  MessagePortMain: () => require('dipole/ports').MessagePortMain,
  dialog: () => require('dipole/dialog'),
  Menu: () => require('dipole/menu').Menu,
  MenuItem: () => require('dipole/menu').MenuItem,
  session: () => require('dipole/session').session,
  protocol: () => require('dipole/session').protocol,
  net: () => require('dipole/session').net,
  utilityProcess: () => require('dipole/utility').utilityProcess,
};
for (const name of [
  'Tray', 'Notification', 'nativeTheme', 'shell', 'clipboard', 'screen', 'globalShortcut', 'powerMonitor',
  'powerSaveBlocker', 'nativeImage', 'systemPreferences', 'crashReporter', 'safeStorage', 'autoUpdater',
  'contentTracing', 'desktopCapturer', 'inAppPurchase', 'netLog', 'pushNotifications', 'TouchBar', 'BrowserView',
  'WebContentsView', 'View', 'ImageView', 'ShareMenu',
]) {
  names[name] = () => require('dipole/desktop')[name];
}

for (const [name, load] of Object.entries(names)) {
  Object.defineProperty(module.exports, name, { get: load, enumerable: true, configurable: true });
}
