use super::{run, when_ready};

#[test]
fn windows_are_made_when_the_app_is_ready() {
    let ran = run("const { BrowserWindow } = require('electron'); new BrowserWindow()");
    assert!(ran.stderr.contains("Cannot create BrowserWindow before app is ready"), "{}", ran.stderr);
}

#[test]
fn a_window_keeps_its_state() {
    let ran = when_ready(
        "const w = new BrowserWindow({ width: 300, title: 'T', show: false, resizable: false });
        const log = []; for (const e of ['show', 'hide', 'focus', 'resize', 'maximize']) w.on(e, () => log.push(e));
        console.log(w.getSize().join(), w.getTitle(), w.isVisible(), w.isResizable());
        w.show(); w.setBounds({ width: 10, height: 20 }); w.maximize(); w.hide(); w.setMenu(null);
        console.log(w.getSize().join(), w.isMaximized(), w.isVisible(), w.isFocused());
        console.log(log.join());
        console.log(typeof w.noSuchMethod, w.id, BrowserWindow.fromId(1) === w, BrowserWindow.fromId(9));
        console.log(BrowserWindow.fromWebContents(w.webContents) === w, w.webContents === w.webContents);",
    );
    assert_eq!(
        ran.lines(),
        [
            "300,600 T false false",
            "10,20 true false false",
            "show,focus,resize,maximize,hide",
            "undefined 1 true null",
            "true true",
        ],
        "{}",
        ran.stderr
    );
}

#[test]
fn a_destroyed_window_says_so() {
    let ran = when_ready(
        "const w = new BrowserWindow(), { webContents: wc } = w;
        wc.on('destroyed', () => console.log('destroyed'));
        w.destroy(); w.destroy();
        console.log(w.isDestroyed(), wc.isDestroyed(), w.id, wc.id);
        console.log(attempt(() => w.setTitle('x')), '|', attempt(() => wc.send('x')));
        console.log(attempt(() => wc.mainFrame.url));
        console.log(webContents.fromId(wc.id), webContents.getAllWebContents().length);
        app.on('window-all-closed', () => {});",
    );
    assert_eq!(
        ran.lines(),
        [
            "destroyed",
            "true true 1 1",
            "TypeError: Object has been destroyed | TypeError: Object has been destroyed",
            "Error: Render frame was disposed before WebFrameMain could be accessed",
            "undefined 0",
        ],
        "{}",
        ran.stderr
    );
}

#[test]
fn a_preload_script_needs_an_absolute_path() {
    let ran = when_ready(
        "const w = new BrowserWindow({ webPreferences: { preload: 'preload.js' } });
        const { preload, contextIsolation, sandbox, nodeIntegration } = w.webContents.getLastWebPreferences();
        console.log(preload, contextIsolation, sandbox, nodeIntegration);",
    );
    assert_eq!(ran.lines(), ["undefined true true false"]);
    assert!(ran.stderr.contains("preload script must have absolute path: preload.js"), "{}", ran.stderr);
}

#[test]
fn menus_are_built_and_clicked_and_dialogs_are_cancelled() {
    let ran = when_ready(
        "const w = new BrowserWindow({ show: false });
        Menu.setApplicationMenu(Menu.buildFromTemplate([
            { label: app.name, submenu: [{ id: 'inc', label: '+', click: (item) => console.log('click', item.label) }] },
        ]));
        Menu.getApplicationMenu().getMenuItemById('inc').click();
        console.log(attempt(() => Menu.buildFromTemplate(5)));
        console.log(await dialog.showOpenDialog({ title: 'open' }), dialog.showSaveDialogSync({}) === '');
        console.log(electron.screen.getPrimaryDisplay().size, attempt(() => w.getNativeWindowHandle()));",
    );
    assert_eq!(
        ran.lines(),
        [
            "click +",
            "TypeError: Invalid template for Menu: Menu template must be an array",
            "{ canceled: true, filePaths: [] } true",
            "{ width: 1920, height: 1080 } Error: not supported without a display: BrowserWindow.getNativeWindowHandle. Leave it out where process.versions.dipole is set",
        ],
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("dialog.showOpenDialog(\"open\") is answered"), "{}", ran.stderr);
}

#[test]
fn dialogs_refuse_options_of_a_wrong_kind_at_once_and_say_which() {
    let ran = when_ready(
        "console.log(attempt(() => dialog.showMessageBox({ message: '', type: 'nonsense' })));
        console.log(attempt(() => dialog.showMessageBox(undefined, { message: '', buttons: 'OK' })));
        console.log(attempt(() => dialog.showMessageBoxSync({ message: [] })));
        console.log(attempt(() => dialog.showMessageBox({ message: '', checkboxChecked: true })));
        console.log(attempt(() => dialog.showOpenDialog({ properties: 'openFile' })));
        console.log(attempt(() => dialog.showSaveDialogSync({ defaultPath: {} })));",
    );
    assert_eq!(
        ran.lines(),
        [
            "TypeError: Invalid message box type",
            "TypeError: Buttons must be an array",
            "TypeError: Message must be a string",
            "Error: checkboxChecked requires that checkboxLabel also be passed",
            "TypeError: Properties must be an array",
            "TypeError: Default path must be a string",
        ],
        "{}",
        ran.stderr
    );
}
