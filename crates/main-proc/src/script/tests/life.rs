use super::{app, run};

#[test]
fn ready_comes_once_and_after_the_main_script() {
    let ran = run("const { app } = require('electron');
        app.on('will-finish-launching', () => console.log('launching'));
        app.on('ready', () => console.log('ready', app.isReady()));
        app.whenReady().then((value) => console.log('when', value));
        console.log('main', app.isReady());");
    assert_eq!(ran.lines(), ["main false", "launching", "ready true", "when undefined"], "{}", ran.stderr);
    assert_eq!(ran.code, 0);
}

#[test]
fn quitting_asks_then_tells() {
    let ran = run("const { app, BrowserWindow } = require('electron');
        for (const name of ['before-quit', 'will-quit', 'window-all-closed']) app.on(name, () => console.log(name));
        app.on('quit', (event, code) => console.log('quit', code));
        process.on('exit', (code) => console.log('exit', code));
        app.whenReady().then(() => {
            const window = new BrowserWindow();
            window.on('close', () => console.log('close'));
            window.on('closed', () => console.log('closed', window.isDestroyed()));
            app.quit();
            console.log('still here');
        });");
    assert_eq!(
        ran.lines(),
        ["before-quit", "close", "still here", "closed true", "will-quit", "quit 0", "exit 0"],
        "{}",
        ran.stderr
    );
}

#[test]
fn a_window_that_does_not_close_keeps_the_app() {
    let ran = run("const { app, BrowserWindow } = require('electron');
        app.whenReady().then(() => {
            const window = new BrowserWindow();
            window.once('close', (event) => { event.preventDefault(); console.log('no'); });
            app.quit();
            setTimeout(() => { console.log(BrowserWindow.getAllWindows().length); app.quit(); }, 1);
        });");
    assert_eq!(ran.lines(), ["no", "1"], "{}", ran.stderr);
    assert_eq!(ran.code, 0);
}

#[test]
fn the_last_window_ends_the_app_unless_somebody_listens() {
    let close = "const { app, BrowserWindow } = require('electron');
        app.whenReady().then(() => new BrowserWindow().close());
        app.on('quit', () => console.log('quit'));";
    assert_eq!(run(close).stdout, "quit\n");
    let stay = format!(
        "{close} app.on('window-all-closed', () => {{
            console.log('stay');
            setTimeout(() => {{ console.log('still here'); app.quit(); }}, 20);
        }});"
    );
    let ran = app(&stay, "/nowhere", |options| options.until_idle = false);
    assert_eq!((ran.stdout.as_str(), ran.code), ("stay\nstill here\nquit\n", 0), "{}", ran.stderr);
}

#[test]
fn exit_codes_reach_the_process() {
    assert_eq!(run("require('electron').app.whenReady().then(() => require('electron').app.exit(123))").code, 123);
    assert_eq!(run("process.exit(5)").code, 5);
    let ran = run("throw new RangeError('early')");
    assert_eq!(ran.code, 1);
    assert!(
        ran.stderr.starts_with("A JavaScript error occurred in the main process\nRangeError: early"),
        "{}",
        ran.stderr
    );
}

#[test]
fn an_uncaught_error_is_told_and_the_app_goes_on() {
    let ran = run("setTimeout(() => { throw new Error('boom') }, 1); setTimeout(() => console.log('on'), 2);");
    assert_eq!((ran.stdout.as_str(), ran.code), ("on\n", 0));
    assert!(ran.stderr.starts_with("A JavaScript error occurred in the main process\nError: boom"), "{}", ran.stderr);
    let ran = run("process.on('uncaughtException', (error) => console.log('took', error.message));
        setTimeout(() => { throw new Error('boom') }, 1);");
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("took boom\n", ""));
}

#[test]
fn a_renderer_that_cannot_start_rejects_the_load_and_ends_the_app() {
    let text = "const { app, BrowserWindow } = require('electron');
        app.on('render-process-gone', (event, contents, details) => console.log(details.reason, contents.isCrashed()));
        app.whenReady().then(() => new BrowserWindow().loadURL('about:blank'))
            .catch((error) => console.log(error.code, error.errno, error.url));";
    let ran = run(text);
    assert_eq!(ran.lines(), ["launch-failed true", "ERR_FAILED -2 about:blank"], "{}", ran.stderr);
    assert_eq!(ran.code, 3);
    assert!(ran.stderr.contains("could not start the renderer '/nowhere/renderer-proc'"), "{}", ran.stderr);
    let ran = app(text, "/bin/true", |_| ());
    assert_eq!((ran.lines().first().copied(), ran.code), (Some("launch-failed true"), 3), "{}", ran.stderr);
    assert!(ran.stderr.contains("it has to be a renderer-proc"), "{}", ran.stderr);
}

#[test]
fn what_app_tells_comes_from_the_package_and_the_environment() {
    let ran = run("const { app } = require('electron'), path = require('path');
        console.log(app.name, app.getVersion() === process.versions.electron, app.isPackaged, typeof app.dock);
        app.setName('Mine'); console.log(app.getName(), path.basename(app.getPath('userData')));
        try { app.getPath('nowhere') } catch (error) { console.log(error.message) }
        app.commandLine.appendSwitch('Flag', 'v');
        console.log(app.commandLine.hasSwitch('flag'), app.commandLine.getSwitchValue('flag'));
        console.log(app.requestSingleInstanceLock());");
    assert_eq!(
        ran.lines(),
        ["Electron true false undefined", "Mine Mine", "Failed to get 'nowhere' path", "true v", "true"],
        "{}",
        ran.stderr
    );
}

#[test]
fn what_electron_s_converter_refuses_is_refused_in_its_words() {
    let ran = run("const { app, dialog, globalShortcut } = require('electron');
        const attempt = (work) => { try { return String(work()); } catch (error) { return String(error); } };
        console.log(attempt(() => app.setName(5)));
        console.log(attempt(() => { app.userAgentFallback = 5; }));
        console.log(attempt(() => app.commandLine.appendSwitch()));
        console.log(attempt(() => dialog.showErrorBox(1)));
        console.log(attempt(() => dialog.showErrorBox('title')));
        app.whenReady().then(() => {
            for (const key of ['Nope+Q+', 'Ctrl', 'Ctrl++', 'Ctrl+Ö', 'F25', '']) {
                const refused = attempt(() => globalShortcut.register(key, () => {}));
                if (refused !== `TypeError: Error processing argument at index 0, conversion failure from ${key}`) console.log(key, refused);
            }
            const taken = ['CommandOrControl+Shift+Plus', 'Alt+F24', 'ctrl + numadd', 'A', 'MediaPlayPause', 'Ctrl+?', 'Super+Space'];
            console.log(taken.map((key) => globalShortcut.register(key, () => {})).join());
            app.quit();
        });");
    let refused = |index: u32, value: &str| {
        format!("TypeError: Error processing argument at index {index}, conversion failure from {value}")
    };
    let few = "TypeError: Insufficient number of arguments.".to_owned();
    let taken = "true,true,true,true,true,true,true".to_owned();
    assert_eq!(
        ran.lines(),
        [refused(0, "5"), refused(0, "5"), few.clone(), refused(0, "1"), few, taken],
        "{}",
        ran.stderr
    );
}
