'use strict';
// The properties of `require('electron')`, each loaded when it is first asked for.

const names = {
  app: () => require('dipole/app').app,
  BrowserWindow: () => require('dipole/window').BrowserWindow,
  BaseWindow: () => require('dipole/window').BaseWindow,
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
  protocol: () => require('dipole/protocol').protocol,
  net: () => require('dipole/net').net,
  screen: () => require('dipole/screen').screen,
  nativeTheme: () => require('dipole/native_theme').nativeTheme,
  nativeImage: () => require('dipole/native_image').nativeImage,
  safeStorage: () => require('dipole/safe_storage').safeStorage,
  clipboard: () => require('dipole/clipboard').clipboard,
  utilityProcess: () => require('dipole/utility').utilityProcess,
};
for (const name of ['View', 'WebContentsView', 'ImageView', 'BrowserView']) names[name] = () => require('dipole/views')[name];
for (const name of [
  'Tray', 'Notification', 'shell', 'globalShortcut', 'powerMonitor', 'powerSaveBlocker', 'systemPreferences', 'crashReporter',
  'autoUpdater', 'contentTracing', 'desktopCapturer', 'inAppPurchase', 'netLog', 'pushNotifications', 'TouchBar', 'ShareMenu',
]) {
  names[name] = () => require('dipole/desktop')[name];
}

for (const [name, load] of Object.entries(names)) {
  Object.defineProperty(module.exports, name, { get: load, enumerable: true, configurable: true });
}
