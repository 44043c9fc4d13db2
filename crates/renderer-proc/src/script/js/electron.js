'use strict';
// The `electron` module of renderer processes.

const { defineLazy } = binding('host');
const native = binding('renderer');

function lazy(name, make) {
  defineLazy(exports, name, true, make);
}

function unsupported(name) {
  const refuse = (property) => {
    throw new Error(`${name}.${String(property)} is not supported: there is no browser here`);
  };
  return new Proxy({}, {
    get(_, property) {
      return typeof property === 'symbol' || property === 'then' || property === 'toJSON' ? undefined : () => refuse(property);
    },
  });
}

// A utility process has nothing of a page's.
const isUtility = binding('host').isLoaded('internal/utility');
if (isUtility) {
  lazy('net', () => unsupported('net'));
  lazy('systemPreferences', () => unsupported('systemPreferences'));
} else {
  addPage();
}

function addPage() {
  lazy('contextBridge', () => require('internal/context_bridge'));
  lazy('crashReporter', () => ({
    addExtraParameter() {}, removeExtraParameter() {}, getParameters: () => ({}),
  }));
  lazy('ipcRenderer', () => require('internal/ipc_renderer').ipcRenderer);
  lazy('nativeImage', () => unsupported('nativeImage'));
  lazy('webFrame', () => require('internal/web_frame'));
  lazy('webUtils', () => unsupported('webUtils'));
  if (!native.sandboxed) {
    lazy('clipboard', () => unsupported('clipboard'));
    lazy('shell', () => unsupported('shell'));
  }
}
