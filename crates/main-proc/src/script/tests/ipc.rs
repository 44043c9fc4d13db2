use super::{run, when_ready};

#[test]
fn ipc_main_starts_with_its_error_listener_alone() {
    let ran = run("const { ipcMain } = require('electron');
        console.log(ipcMain.eventNames().join());
        ipcMain.emit('error', {}, 1);
        ipcMain.on('a', () => {}); ipcMain.on('b', () => {});
        ipcMain.removeAllListeners('a'); console.log(ipcMain.eventNames().join());
        ipcMain.removeAllListeners(); console.log(ipcMain.eventNames().length);");
    assert_eq!(ran.lines(), ["error", "error,b", "0"], "{}", ran.stderr);
    assert_eq!(ran.code, 0);
}

#[test]
fn a_second_handler_is_refused_before_its_type_is_looked_at() {
    let ran = when_ready(
        "console.log(attempt(() => ipcMain.handle('x', 123)));
        ipcMain.handle('x', () => {});
        console.log(attempt(() => ipcMain.handle('x', 123)));
        ipcMain.removeHandler('x'); ipcMain.removeHandler('x');
        console.log(attempt(() => ipcMain.handle('x', () => {})));
        console.log(attempt(() => ipcMain.handleOnce('y', 'no')));",
    );
    assert_eq!(
        ran.lines(),
        [
            "TypeError: Expected handler to be a function, but found type 'number'",
            "Error: Attempted to register a second handler for 'x'",
            "undefined",
            "TypeError: Expected handler to be a function, but found type 'string'",
        ]
    );
}

#[test]
fn eleven_listeners_bring_one_warning() {
    let ran = run("const { ipcMain } = require('electron');
        for (let i = 0; i < 12; i++) ipcMain.on('many', () => {});");
    let warnings = ran.stderr.matches("MaxListenersExceededWarning").count();
    assert_eq!(warnings, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("11 many listeners added to [IpcMainImpl]"), "{}", ran.stderr);
}

#[test]
fn scoped_ipc_objects_are_made_once_and_stay_apart() {
    let ran = when_ready(
        "const { webContents: wc } = new BrowserWindow();
        console.log(wc.ipc === wc.ipc, wc.mainFrame.ipc === wc.mainFrame.ipc, wc.ipc === wc.mainFrame.ipc);
        ipcMain.on('a', () => {}); wc.ipc.on('a', () => {});
        wc.ipc.removeAllListeners();
        console.log(ipcMain.listenerCount('a'), wc.ipc.listenerCount('a'));",
    );
    assert_eq!(ran.lines(), ["true true false", "1 0"], "{}", ran.stderr);
}

#[test]
fn every_name_of_electron_can_be_required_and_read() {
    let ran = run("for (const name of ['electron', 'electron/main', 'electron/common', 'electron/renderer']) {
            const all = require(name);
            for (const key of Object.keys(all)) if (all[key] === undefined) console.log('missing', key);
        }
        console.log(require('electron') === require('electron/main'), process.type);
        try { require('electron/lol') } catch (error) { console.log(error.code) }");
    assert_eq!(ran.lines(), ["true browser", "MODULE_NOT_FOUND"], "{}", ran.stderr);
}
