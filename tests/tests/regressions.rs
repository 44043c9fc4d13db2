//! Faults that were found by looking for them: each has its test here.

use std::ffi::OsString;

mod common;

use common::{App, Ended};

/// An app in a folder of its own, which goes when the test ends.
struct Files(tempfile::TempDir);

impl Files {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).expect("a file");
        }
        Self(folder)
    }

    fn app(&self) -> App {
        App::at(self.0.path())
    }

    /// Runs another command than `run`: the words before and after the app's path.
    fn command(&self, verb: &str, rest: &[&str]) -> Ended {
        let words = [verb.into(), self.0.path().into()].into_iter().chain(rest.iter().map(OsString::from));
        self.app().command(&words.collect::<Vec<_>>())
    }
}

/// A main script with one window, which has Node and shows that page.
fn with_page(main: &str, page: &str) -> Files {
    let main = format!(
        "const {{ app, BrowserWindow, ipcMain }} = require('electron')
         {main}
         app.whenReady().then(async () => {{
           const window = new BrowserWindow({{ webPreferences: {{ nodeIntegration: true, contextIsolation: false }} }})
           await window.loadFile('index.html').catch(() => {{}})
           if (typeof loaded === 'function') loaded(window)
         }})"
    );
    let page = format!("<!DOCTYPE html><script>const {{ ipcRenderer }} = require('electron')\n{page}</script>");
    Files::new(&[("index.js", &main), ("index.html", &page)])
}

#[test]
fn all_that_a_page_has_sent_arrives_although_its_process_has_ended() {
    let main = "let count = 0
        ipcMain.on('m', () => { count++; if (count % 10 === 0) for (const end = Date.now() + 3; Date.now() < end;); })
        app.on('render-process-gone', (event, contents, { reason }) => { console.log(reason, count); app.exit() })";
    let page = "const text = 'x'.repeat(100)
        for (let at = 0; at < 2500; at++) ipcRenderer.send('m', at, text)
        process.exit(0)";
    with_page(main, page).app().run().prints(&["clean-exit 2500"]);
}

#[test]
fn a_page_that_has_sent_much_becomes_idle() {
    let main = "ipcMain.on('m', (event, text) => console.log(text.length))";
    let page = "setTimeout(() => ipcRenderer.send('m', 'x'.repeat(3e6)), 300)";
    with_page(main, page).app().until_idle().prints(&["3000000"]);
}

#[test]
fn until_idle_waits_for_the_end_of_a_process_that_was_killed() {
    let main = "app.on('render-process-gone', (event, contents, { reason }) => console.log(reason))
        function loaded(window) { setTimeout(() => window.webContents.forcefullyCrashRenderer(), 300) }";
    let ended = with_page(main, "").app().until_idle();
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(3), "killed\n"), "{ended:#?}");
}

#[test]
fn what_waits_at_a_port_that_nobody_reads_is_limited() {
    let main = "let kept
        ipcMain.on('port', (event) => { kept = event.ports[0] })
        ipcMain.on('done', (event) => {
          let [count, bytes] = [0, 0]
          kept.on('message', ({ data }) => { count++; bytes += data.length })
          kept.on('close', () => { console.log(count < 80, bytes < 40e6); app.exit() })
          kept.start()
        })";
    let page = "const { port1, port2 } = new MessageChannel()
        ipcRenderer.postMessage('port', null, [port2])
        port1.onclose = () => ipcRenderer.send('done')
        for (let at = 0; at < 100; at++) port1.postMessage(new Uint8Array(1e6))";
    let ended = with_page(main, page).app().run();
    ended.prints_besides_errors(&["true true"]);
    ended.complains("a port is closed");
}

#[test]
fn a_page_that_opens_window_after_window_is_stopped() {
    let main = "ipcMain.on('opened', () => { console.log(BrowserWindow.getAllWindows().length); app.exit() })";
    let page = "for (let at = 0; at < 40; at++) window.open('about:blank')
        ipcRenderer.send('opened')";
    let ended = with_page(main, page).app().run();
    ended.prints_besides_errors(&["17"]);
    ended.complains("WebContents #1 has 16 windows open and gets no more before it closes some.");
}

#[test]
fn a_page_whose_windows_open_and_close_without_end_does_not_keep_main_busy_with_processes() {
    // Each of them has gone before the next one comes, so that their number at a time is no matter.
    let main = "let [count, since] = [-1, 0]
        app.on('browser-window-created', (_, window) => {
          if (++count === 0) return
          since ||= Date.now()
          setImmediate(() => window.destroy())
        })
        ipcMain.on('enough', () => {
          const may = 64 + 8 * (Date.now() - since) / 1000
          console.log(count >= 64, count <= may + 1)
          app.exit()
        })";
    let page = "let at = 0
        const timer = setInterval(() => {
          window.open('about:blank')
          if (++at < 200) return
          clearInterval(timer)
          ipcRenderer.send('enough')
        }, 5)";
    let ended = with_page(main, page).app().run();
    ended.prints_besides_errors(&["true true"]);
    ended.complains("gets no more windows for now: pages of this app open them faster than 8 a second.");
}

#[test]
fn what_send_takes_arrives_in_order_and_it_tells_what_it_does_not_take() {
    let main = "function loaded() {
          const { webContents } = new BrowserWindow({ webPreferences: { nodeIntegration: true, contextIsolation: false } })
          const text = 'x'.repeat(1e6)
          let taken = 0
          while (webContents.send('data', taken, text) !== false) taken++
          for (let at = 0; at < 100; at++) if (webContents.send('data', -1, text) !== false) console.log('taken after all')
          console.log('some:', taken >= 25 && taken <= 40)
          ipcMain.on('got', (event, all) => { console.log('all:', all.length === taken && all.every((n, at) => n === at)); app.exit() })
          webContents.loadURL(`data:text/html,<script>
            const { ipcRenderer } = require('electron'), all = []
            ipcRenderer.on('data', (event, n) => all.push(n))
            ipcRenderer.on('end', () => ipcRenderer.send('got', all))
          </script>`)
          const tell = () => { if (webContents.send('end') === false) setTimeout(tell, 5) }
          tell()
        }";
    let ended = with_page(main, "").app().run();
    ended.prints_besides_errors(&["some: true", "all: true"]);
    ended.complains("messages are not sent to a renderer, the first one: the queue to the other process is full");
    assert_eq!(ended.stderr.lines().count(), 1, "{ended:#?}");
}

#[test]
fn both_sides_may_send_more_than_the_other_takes_at_once() {
    let main = "let count = 0
        const text = 'm'.repeat(2000)
        ipcMain.on('up', (event, n) => { if (n !== count++) console.log('out of order', n) })
        ipcMain.on('start', ({ sender }) => { for (let n = 0; n < 30000; n++) sender.send('down', n, text) })
        ipcMain.handle('count', () => count)
        ipcMain.on('result', (event, ...all) => { console.log(...all); app.exit() })";
    let page = "let count = 0
        const text = 'p'.repeat(2000)
        ipcRenderer.on('down', (event, n) => { if (n !== count++) console.log('out of order', n) })
        ipcRenderer.send('start')
        for (let n = 0; n < 30000; n++) ipcRenderer.send('up', n, text)
        ipcRenderer.invoke('count').then(async (up) => {
          while (count < 30000) await new Promise((resolve) => setTimeout(resolve, 10))
          ipcRenderer.send('result', up, count)
        })";
    with_page(main, page).app().run().prints(&["30000 30000"]);
}

#[test]
fn many_large_answers_at_once_all_arrive() {
    let main = "const file = new Uint8Array(300000)
        ipcMain.handle('read', () => file)
        ipcMain.on('result', (event, count) => { console.log(count); app.exit() })";
    let page = "Promise.all(Array.from({ length: 300 }, () => ipcRenderer.invoke('read')))
        .then((all) => ipcRenderer.send('result', all.filter((one) => one.length === 300000).length))";
    with_page(main, page).app().run().prints(&["300"]);
}

#[test]
fn large_messages_at_a_port_that_is_read_all_arrive() {
    let main = "ipcMain.on('port', ({ ports: [port] }) => {
          let count = 0
          port.on('message', ({ data }) => { if (++count === 80) port.postMessage(count) })
          port.on('close', () => { console.log('closed', count); app.exit() })
          port.start()
        })";
    let page = "const { port1, port2 } = new MessageChannel()
        ipcRenderer.postMessage('port', null, [port2])
        port1.onmessage = () => port1.close()
        for (let at = 0; at < 80; at++) port1.postMessage(new Uint8Array(1e6))";
    with_page(main, page).app().run().prints(&["closed 80"]);
}

#[test]
fn large_arrays_are_their_receivers_own() {
    let main = "const kept = []
        const shown = (all) => all.map((data) => [data.length, data[0], data.every((x) => x === data[0])].join())
        ipcMain.handle('fill', (event, { data }, value) => { kept.push(data); data.fill(value); return { data, more: [data] } })
        ipcMain.on('keep', (event, data) => { kept.push(data) })
        ipcMain.handle('back', ({ sender }) => {
          const data = kept.at(-1)
          sender.send('data', data)
          data.fill(9)
        })
        ipcMain.handle('kept', () => shown(kept).join(' '))
        ipcMain.on('print', (event, ...lines) => { lines.forEach((line) => console.log(line)); app.exit() })";
    let page = "void (async () => {
          const came = new Promise((resolve) => ipcRenderer.once('data', (event, data) => resolve(data)))
          const mine = []
          for (let at = 1; at <= 4; at++) {
            const sent = new Uint8Array(at * 100000).fill(at)
            const { data, more } = await ipcRenderer.invoke('fill', { data: sent }, at + 10)
            mine.push(sent[5], data[5], more[0] === data, data.length)
            data.fill(20)
            sent.fill(30)
          }
          const sent = new Uint8Array(150000).fill(5)
          ipcRenderer.send('keep', sent)
          sent.fill(6)
          await ipcRenderer.invoke('back')
          const data = await came
          mine.push(data.length, data[0], data.every((x) => x === data[0]))
          ipcRenderer.send('print', mine.join(' '), await ipcRenderer.invoke('kept'))
        })()";
    with_page(main, page).app().run().prints(&[
        "1 11 true 100000 2 12 true 200000 3 13 true 300000 4 14 true 400000 150000 5 true",
        "100000,11,true 200000,12,true 300000,13,true 400000,14,true 150000,9,true",
    ]);
}

#[test]
fn a_main_module_that_fails_fails_the_command() {
    let cases = [
        ("await 1; missing.x", "missing is not defined"),
        ("import './gone.mjs'", "gone.mjs"),
        ("let x = ;", "SyntaxError"),
    ];
    for (script, text) in cases {
        let files = Files::new(&[("package.json", r#"{"main": "main.mjs"}"#), ("main.mjs", script)]);
        for ended in [files.app().run(), files.command("invoke", &["x"]), files.command("script", &[])] {
            assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""), "{ended:#?}");
            ended.complains(text);
        }
    }
}

#[test]
fn a_page_that_nobody_sees_fail_is_told_with_the_next_step() {
    let load = |load: &str| {
        let main = format!(
            "const {{ app, BrowserWindow }} = require('electron')
             app.whenReady().then(() => {{ const window = new BrowserWindow(); {load} }})"
        );
        Files::new(&[("index.js", &main)]).app().until_idle()
    };
    let ended = load("window.loadFile('gone.html')");
    ended.complains("electron: Failed to load URL: file:///").complains("gone.html with error: ERR_FILE_NOT_FOUND\n");
    ended.complains("Check the path");
    load("window.loadURL('https://example.com/')").complains("https://example.com/ with error").complains("no network");
    load("window.loadURL('page.html')").complains("ERR_INVALID_URL").complains("loadFile()");
    load("process.on('unhandledRejection', () => console.log('no')); window.loadFile('x')").complains("/x with error");
    for heard in [
        "window.loadFile('x').catch(() => {})",
        "window.webContents.on('did-fail-load', () => {}); window.loadFile('x')",
    ] {
        load(heard).prints(&[]);
    }
}

#[test]
fn the_part_that_cannot_be_cloned_is_named() {
    let main = "ipcMain.handle('bad', () => ({ db: [0, { open() {} }] }))
        ipcMain.handle('good', () => 1)";
    let files = with_page(main, "");
    let ended = files.command("invoke", &["bad"]);
    assert_eq!(ended.code, Some(1), "{ended:#?}");
    assert!(ended.stderr.ends_with("An object could not be cloned. (result.db[1].open (function))\n"), "{ended:#?}");
    for script in
        ["ipcRenderer.invoke('good', 1, { at: () => 1 })", "(async () => ipcRenderer.send('x', 1, { at() {} }))()"]
    {
        let ended = files.app().eval(script).run();
        assert_eq!(ended.code, Some(1), "{ended:#?}");
        ended.complains("An object could not be cloned. (args[1].at (function))\n");
    }
}

/// Handlers that end the process that asks.
const DEADLY: &str = "const { ipcMain } = require('electron')
    ipcMain.handle('kill', (event) => { event.sender.forcefullyCrashRenderer(); return new Promise(() => {}) })
    ipcMain.handle('ok', (event) => 1)
    ipcMain.on('again', (event) => event.sender.send('heard', 2))";

#[test]
fn how_a_renderer_ended_is_told_with_the_next_step() {
    let files = Files::new(&[("index.js", DEADLY)]);
    let ended = files.command("invoke", &["kill"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(3), ""), "{ended:#?}");
    ended.complains("the renderer was killed by signal 9 (killed)").complains("--trace");
    let ended = with_page("function loaded(window) { window.webContents.forcefullyCrashRenderer() }", "").app().run();
    assert_eq!(ended.code, Some(3), "{ended:#?}");
    ended.complains("no renderer process is left, the last one was killed by signal 9 (killed): ");
}

#[test]
fn a_script_of_commands_goes_on_after_its_renderer_has_died() {
    let folder = tempfile::tempdir().expect("a folder");
    let (main, commands) = (folder.path().join("main.js"), folder.path().join("commands"));
    std::fs::write(&main, DEADLY).expect("a file");
    std::fs::write(&commands, "on heard\ninvoke kill\ninvoke ok\nsend again\nwait heard\n").expect("a file");
    let ended = App::at(&main).command(&["script".into(), main.into(), commands.into()]);
    let lines: Vec<_> = ended.stdout.lines().collect();
    assert_eq!((ended.code, lines.len()), (Some(3), 5), "{ended:#?}");
    assert!(lines[1].contains("the renderer was killed by signal 9 (killed)"), "{ended:#?}");
    let rest = [r#"{"ok":true,"result":1}"#, r#"{"ok":true}"#, r#"{"ok":true,"result":[2]}"#];
    assert_eq!(lines[2..], rest, "{ended:#?}");
}

#[test]
fn a_program_that_is_no_renderer_is_named_once_and_ended_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = folder.path().join("program");
    std::fs::write(&program, "#!/bin/sh\nprintf '\\377\\377\\377\\377 garbage' >&0\nexec sleep 60\n").expect("a file");
    std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("a program");
    let started = std::time::Instant::now();
    let ended = App::at("demo").variable("DIPOLE_RENDERER", &program).run();
    assert!(started.elapsed() < std::time::Duration::from_secs(2), "{ended:#?}");
    assert_eq!((ended.code, ended.stderr.lines().count()), (Some(3), 3), "{ended:#?}");
    let line =
        format!("main-proc: the renderer '{}' does not speak this program's protocol: it has to be", program.display());
    assert!(ended.stderr.starts_with(&line), "{ended:#?}");
}
